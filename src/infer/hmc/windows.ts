// The number of warm-up iterations in, the windows after which the metric is replaced out (Stan Reference Manual,
// "Automatic parameter tuning"): a fast start of 75, windows that double from 25, a fast end of 50.

const START = 75;
const BASE = 25;
const END = 50;
/** Shorter warm-ups adapt the step size alone. */
const SHORTEST = 20;

export interface Windows {
  /** First iteration whose draw counts for the metric. */
  readonly start: number;
  /** Iterations (exclusive) at which a window ends, ascending; the last is the start of the final phase. */
  readonly ends: readonly number[];
}

export function adaptationWindows(warmup: number): Windows {
  if (warmup < SHORTEST) return { start: warmup, ends: [] };
  const fits = START + BASE + END <= warmup;
  const start = fits ? START : Math.floor(0.15 * warmup);
  const stop = warmup - (fits ? END : Math.floor(0.1 * warmup));
  const ends: number[] = [];
  let size = fits ? BASE : stop - start;
  // A window is stretched to the end when the next, twice as long, would not fit.
  for (let at = start; at < stop; size *= 2) {
    at = at + size + 2 * size > stop ? stop : at + size;
    ends.push(at);
  }
  return { start, ends };
}
