// What is wrong with a command line, a file or its data: told in one line on standard error, with exit code 2.

export class InputError extends Error {}

/** An error's first line: what a terminal shows of it. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

/** Reads a file as the command line names it; what cannot be read is bad input. */
export async function reading<T>(what: string, path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : firstLine(error);
    throw new InputError(`cannot read ${what} ${path}: ${reason}.`, { cause: error });
  }
}
