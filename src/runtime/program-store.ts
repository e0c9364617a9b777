// What keeps compiled programs from one process to the next: the text of all that a program is made from in, its bytes out.
import { folderOfPrograms } from "./program-files.js";

export interface ProgramStore {
  /** Null where no process has kept such a program. */
  read(facts: string): Uint8Array<ArrayBuffer> | null;
  write(facts: string, bytes: Uint8Array<ArrayBuffer>): void;
  /** Says what went wrong where the program could be compiled all the same. */
  report(problem: string): void;
}

/** What the option `cacheDir` takes: a folder's path, or what `openProgramDatabase` gave. */
export function programStore(name: string, given: string | ProgramStore): ProgramStore {
  if (typeof given === "string") return folderOfPrograms(name, given);
  const store: Partial<ProgramStore> | null = given;
  if (typeof store?.read === "function" && typeof store.write === "function") return given;
  const got = given instanceof Promise ? "a promise (write await before it)" : typeof given;
  throw new TypeError(
    `${name}: cacheDir must be the path of a folder, or await openProgramDatabase() in a browser; got ${got}.`,
  );
}
