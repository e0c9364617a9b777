// A folder in; the store of programs in its files, one a program, out (Node).
import type { ProgramStore } from "./program-store.js";

/** Compiling is synchronous, so the files must be too; a dynamic import is not. */
function files(name: string) {
  const builtin = typeof process === "undefined" ? undefined : process.getBuiltinModule;
  if (!builtin)
    throw new Error(
      `${name}: a folder as cacheDir needs Node; in a browser give it await openProgramDatabase(), or leave the option out.`,
    );
  return { fs: builtin("node:fs"), crypto: builtin("node:crypto"), path: builtin("node:path") };
}

export function folderOfPrograms(name: string, dir: string): ProgramStore {
  const { fs, crypto, path } = files(name);
  const fileOf = (facts: string): string =>
    path.join(dir, `${crypto.createHash("sha256").update(facts).digest("hex").slice(0, 40)}.wasm`);
  return {
    read(facts) {
      const file = fileOf(facts);
      return fs.existsSync(file) ? fs.readFileSync(file) : null;
    },
    /** Other processes see all of the file or nothing. */
    write(facts, bytes) {
      const file = fileOf(facts);
      const own = `${file}.${crypto.randomUUID()}`;
      try {
        fs.mkdirSync(dir, { recursive: true });
        fs.writeFileSync(own, bytes);
        fs.renameSync(own, file);
      } catch (error) {
        throw new Error(
          `${name}: cacheDir ${dir} cannot be written (${(error as Error).message}). Choose another folder, or leave it out.`,
          { cause: error },
        );
      }
    },
    // eslint-disable-next-line no-console -- the program runs all the same
    report: (problem) => console.warn(`${name}: cacheDir ${dir}: ${problem}`),
  };
}
