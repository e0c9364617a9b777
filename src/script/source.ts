// The text of a function and where it stands: what error messages quote.

/** Where a script's text comes from: what errors quote. */
export interface Source {
  /** The function's name, or "anonymous". */
  readonly name: string;
  readonly text: string;
  /** The original file, line and column offsets, when the build plugin knows them. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Characters before the function that were added to make the text an expression. */
  readonly shift: number;
}
