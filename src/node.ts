// In: the library as one script, what V8 compiled of it before, and what it wrote of WebAssembly, all made by the build. Out: the library's names.
// A new process otherwise parses the whole library and compiles the compiler's own functions one by one as they first run.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { constants, Script } from "node:vm";
import type { KeptCode } from "./codegen/wasm/kept-code.js";

type Names = Readonly<Record<string, unknown>>;
type Library = (location: string, kept: KeptCode) => Names;

/** The file's bytes; none if it does not exist. */
function present(name: string, folder: URL): Buffer<ArrayBuffer> | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(name, folder)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** The script of the library. Compiled code of another V8, or of other flags, is not taken: V8 then compiles as it goes. */
export function libraryScript(folder: URL): Script {
  const path = fileURLToPath(new URL("library.cjs", folder));
  // The build writes ASCII alone: one byte a character, in the file and in V8.
  return new Script(readFileSync(path, "latin1"), {
    filename: path,
    cachedData: present("library.cache", folder),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** `kept`: WebAssembly that the build wrote already, read from library.code. */
export function runLibrary(
  script: Script,
  folder: URL,
  kept: KeptCode = { bytes: present("library.code", folder) },
): Names {
  const library = script.runInThisContext() as Library;
  return library(new URL("library.cjs", folder).href, kept);
}
