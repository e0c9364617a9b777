// What keeps compiled programs from one process to the next: the text of all that a program is made from in, its bytes out.

export interface ProgramStore {
  /** Null where no process has kept such a program. */
  read(facts: string): Uint8Array<ArrayBuffer> | null;
  write(facts: string, bytes: Uint8Array<ArrayBuffer>): void;
  /** Says what went wrong where the program could be compiled all the same. */
  report(problem: string): void;
}
