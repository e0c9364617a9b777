// Draws and probabilities in; sample quantiles (R's type 7, linear between order statistics) out.
import { readSample, type Sample } from "./draws.js";
import { hasNaN } from "./usable.js";

/**
 * Quantile of all draws together, whatever their shape: type 7 of Hyndman and Fan (1996), as NumPy and R do by default.
 * NaN when there are no draws or one of them is NaN.
 *
 * @example quantile([[1, 2, 3], [4, 5, 6]], 0.5) // 3.5
 */
export function quantile(draws: Sample | ArrayLike<number>, prob: number): number;
export function quantile(draws: Sample | ArrayLike<number>, prob: readonly number[]): number[];
export function quantile(
  draws: Sample | ArrayLike<number>,
  prob: number | readonly number[],
): number | number[] {
  const probs = typeof prob === "number" ? [prob] : prob;
  for (const p of probs) requireProbability(p, "quantile");
  const { data } = readSample(draws, "quantile");
  const found = hasNaN(data) ? probs.map(() => NaN) : quantilesOfSorted(sorted(data), probs);
  return typeof prob === "number" ? found[0] : found;
}

/** A sorted copy, smallest first (NaN last). */
export function sorted(values: Float64Array): Float64Array {
  return values.slice().sort();
}

/** Type-7 quantiles of ascending values. */
export function quantilesOfSorted(ascending: Float64Array, probs: readonly number[]): number[] {
  return probs.map((p) => quantileOfSorted(ascending, p));
}

/** One type-7 quantile of ascending values; NaN when there are none. */
export function quantileOfSorted(ascending: Float64Array, prob: number): number {
  const n = ascending.length;
  if (n === 0) return NaN;
  // Written as n p + (1 - p), as in Hyndman and Fan's table: where a quantile falls exactly on a draw, an indicator
  // `draw <= quantile` must not depend on how this position is rounded by one library or another.
  const position = n * prob + (1 - prob);
  const below = Math.min(Math.max(Math.floor(position), 1), n - 1);
  if (n === 1) return ascending[0];
  const weight = Math.min(Math.max(position - below, 0), 1);
  const [low, high] = [ascending[below - 1], ascending[below]];
  // Equal neighbours are returned as they are: (1 - w) x + w x may be one ulp below x, and is NaN for infinite x.
  if (low === high || weight === 0) return low;
  return weight === 1 ? high : (1 - weight) * low + weight * high;
}

/** Throws unless 0 <= p <= 1. */
export function requireProbability(p: number, caller: string): void {
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`${caller}: a probability must be between 0 and 1, got ${p}; write 0.9 for 90%`);
  }
}
