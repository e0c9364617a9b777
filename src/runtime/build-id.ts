// Nothing in; a text that changes when this package is built anew out, so that a changed compiler never finds its predecessor's programs.

/** Written by the build: a hash of the source. */
declare const SINTER_BUILD: string | undefined;

export function buildId(): string {
  if (typeof SINTER_BUILD !== "undefined") return SINTER_BUILD;
  // The source itself, as in tests: one process's bundle is another build than the next one's.
  const url = import.meta.url;
  const builtin = typeof process === "undefined" ? undefined : process.getBuiltinModule;
  if (!builtin || !url.startsWith("file:")) return url;
  const { mtimeMs, size } = builtin("node:fs").statSync(builtin("node:url").fileURLToPath(url));
  return `${mtimeMs} ${size}`;
}
