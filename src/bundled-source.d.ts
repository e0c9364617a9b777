// What an import of "./file.js?bundled" is: that file with all it imports, as JavaScript text (scripts/bundled-source.mjs).
declare module "*?bundled" {
  const source: string;
  export default source;
}
