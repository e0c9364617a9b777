// Pooled draws with their ascending order in; the normal score of each draw's rank out, for the draws and for their distances from the median.
// Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, equation 14; Blom's (1958) offset 3/8.
import { foldAbout, inOrder, scoreRanks } from "../trace/draw-loops.js";
import { flatten } from "./moments.js";
import { normalQuantile } from "./normal-quantile.js";

/** Chains pooled into one array, with the positions that sort them. */
export interface Pooled {
  readonly chains: number;
  readonly values: Float64Array;
  readonly order: Uint32Array;
}

/** Pools chains of equal length without NaN; with the draws in ascending order. */
export function pool(chains: readonly Float64Array[]): Pooled & { readonly ascending: Float64Array } {
  const values = flatten(chains);
  return { chains: chains.length, values, ...inOrder(values) };
}

/** Normal scores of pooled ranks, as chains; tied draws share their average rank. */
export function rankNormalise({ chains, values, order }: Pooled): Float64Array[] {
  const n = values.length;
  const whole = scoreRanks(values, order, scoresFor(n, 2));
  const out = whole.includes(NaN) ? scoreRanks(values, order, scoresFor(n, 1)) : whole;
  const length = n / chains;
  return Array.from({ length: chains }, (_, chain) => out.subarray(chain * length, (chain + 1) * length));
}

/** Absolute distance of each draw from the median of all: what turns a difference in spread into one in location. */
export const fold = ({ chains, values, order }: Pooled): Pooled => ({ chains, ...foldAbout(values, order) });

/** Scores by twice the rank less 2. Kept for one n: a summary asks for one n many times. */
let kept: { readonly n: number; readonly step: number; readonly scores: Float64Array } | undefined;

/** Of whole ranks, with NaN between them (step 2), or of half ranks, which ties have, too (step 1). */
function scoresFor(n: number, step: 1 | 2): Float64Array {
  if (kept?.n === n && kept.step <= step) return kept.scores;
  const scores = new Float64Array(2 * n - 1).fill(NaN);
  // Both halves are mirror images; the middle is exactly 0.
  for (let twice = 0; twice < n - 1; twice += step) {
    const score = normalQuantile((twice / 2 + 1 - 3 / 8) / (n + 1 / 4));
    scores[twice] = score;
    scores[2 * n - 2 - twice] = -score;
  }
  scores[n - 1] = 0;
  kept = { n, step, scores };
  return scores;
}
