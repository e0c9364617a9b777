// How much code is written for the sake of speed: in functions that run again and again, and in functions that run once.
// Both give the same bits. Writing and compiling code takes longer than running it once.

export interface Style {
  /** Loops of at most this many instructions in all are unrolled in full. */
  readonly unrolled: number;
  /** Whether small routines are written out where they are called, and turns without sums side by side. */
  readonly spread: boolean;
}

export const often: Style = { unrolled: 360, spread: true };
export const once: Style = { unrolled: 24, spread: false };
