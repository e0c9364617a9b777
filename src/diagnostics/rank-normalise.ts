// Pooled draws with their ascending order in; the normal score of each draw's rank out, for the draws and for their distances from the median.
// Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, equation 14; Blom's (1958) offset 3/8.
import { argsort } from "./argsort.js";
import { flatten } from "./moments.js";
import { normalQuantile } from "./normal-quantile.js";

/** Chains pooled into one array, with the positions that sort them. */
export interface Pooled {
  readonly chains: number;
  readonly values: Float64Array;
  readonly order: Uint32Array;
}

/** Pools chains of equal length without NaN. */
export function pool(chains: readonly Float64Array[]): Pooled {
  const values = flatten(chains);
  return { chains: chains.length, values, order: argsort(values) };
}

/** Normal scores of pooled ranks, as chains; tied draws share their average rank. */
export function rankNormalise({ chains, values, order }: Pooled): Float64Array[] {
  const n = values.length;
  const scores = scoresFor(n);
  const out = new Float64Array(n);
  const length = n / chains;
  for (let first = 0; first < n;) first = scoreTies(values, order, scores, first, out);
  return Array.from({ length: chains }, (_, chain) => out.subarray(chain * length, (chain + 1) * length));
}

/** Scores the draws that tie with the one at `first` in order; returns where the next value begins. */
function scoreTies(
  values: Float64Array,
  order: Uint32Array,
  scores: Float64Array,
  first: number,
  out: Float64Array,
): number {
  const value = values[order[first]];
  let end = first + 1;
  while (end < values.length && values[order[end]] === value) end++;
  const score = scoreOf(scores, values.length, first + end - 1);
  for (let i = first; i < end; i++) out[order[i]] = score;
  return end;
}

/**
 * Absolute distance of each draw from the median of all: what turns a difference in spread into one in location. The draws
 * below the median, downwards, and the others, upwards, are both in order of distance already: merging them sorts all.
 */
export function fold({ chains, values, order }: Pooled): Pooled {
  const n = values.length;
  const median = (values[order[(n - 1) >> 1]] + values[order[n >> 1]]) / 2;
  const distances = new Float64Array(n);
  for (let i = 0; i < n; i++) distances[i] = Math.abs(values[i] - median);
  const merged = new Uint32Array(n);
  let up = 0;
  while (up < n && values[order[up]] < median) up++;
  let down = up - 1;
  for (let i = 0; i < n; i++) {
    const takeUpper = down < 0 || (up < n && distances[order[up]] <= distances[order[down]]);
    merged[i] = takeUpper ? order[up++] : order[down--];
  }
  return { chains, values: distances, order: merged };
}

/** Scores by twice the rank less 2, so that half ranks (ties) have an entry; NaN until asked for. Kept for one n: a summary asks for one n many times. */
let kept: { readonly n: number; readonly scores: Float64Array } | undefined;

function scoresFor(n: number): Float64Array {
  if (kept?.n !== n) kept = { n, scores: new Float64Array(2 * n - 1).fill(NaN) };
  return kept.scores;
}

/** Both halves are mirror images, so one normal quantile fills two entries; the middle is exactly 0. */
function scoreOf(scores: Float64Array, n: number, twice: number): number {
  if (Number.isNaN(scores[twice])) {
    const score = twice === n - 1 ? 0 : normalQuantile((twice / 2 + 1 - 3 / 8) / (n + 1 / 4));
    scores[twice] = score;
    if (twice !== n - 1) scores[2 * n - 2 - twice] = -score;
  }
  return scores[twice];
}
