// In: the library as one script with what V8 compiled of it before, both made by the build. Out: the library's names.
// A new process otherwise parses the whole library and compiles the compiler's own functions one by one as they first run.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { constants, Script } from "node:vm";

type Library = (location: string) => Readonly<Record<string, unknown>>;

/** The script of the library. Compiled code of another V8, or of other flags, is not taken: V8 then compiles as it goes. */
export function libraryScript(folder: URL): Script {
  const path = fileURLToPath(new URL("library.cjs", folder));
  let cachedData: Buffer | undefined;
  try {
    cachedData = readFileSync(fileURLToPath(new URL("library.cache", folder)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  // The build writes ASCII alone: one byte a character, in the file and in V8.
  return new Script(readFileSync(path, "latin1"), {
    filename: path,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

export function runLibrary(script: Script, folder: URL): Readonly<Record<string, unknown>> {
  const library = script.runInThisContext() as Library;
  return library(new URL("library.cjs", folder).href);
}
