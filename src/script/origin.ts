// Where a script was written, as the build plugin tells it.

/** Under this name, among the captures, the build plugin passes an Origin. */
export const ORIGIN = "__sinterOrigin";

/** Where the build plugin says that a function was written. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text before any compiler touched it, types removed. */
  readonly text?: string;
}
