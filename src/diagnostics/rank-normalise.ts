// Chains in; chains of the same shape out, each draw replaced by the normal score of its rank among all draws.
// Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, equation 14; Blom's (1958) offset 3/8.
import { flatten } from "./moments.js";
import { normalQuantile } from "./normal-quantile.js";
import { sorted } from "./quantile.js";

/** Normal scores of pooled ranks; tied draws share their average rank. `ascending` may pass in the pooled draws, sorted. */
export function rankNormalise(
  chains: readonly Float64Array[],
  ascending = sorted(flatten(chains)),
): Float64Array[] {
  const scores = normalScores(ascending.length);
  return chains.map((chain) => {
    const out = new Float64Array(chain.length);
    for (let i = 0; i < chain.length; i++) {
      const below = countBelow(ascending, chain[i]);
      let upTo = below + 1;
      if (ascending[upTo] === chain[i]) upTo = countUpTo(ascending, chain[i], upTo);
      out[i] = scores[below + upTo - 1];
    }
    return out;
  });
}

/** Absolute distance of each draw from the median of all: what turns a difference in spread into one in location. */
export function foldChains(
  chains: readonly Float64Array[],
  ascending = sorted(flatten(chains)),
): Float64Array[] {
  const n = ascending.length;
  const median = n % 2 === 1 ? ascending[(n - 1) / 2] : (ascending[n / 2 - 1] + ascending[n / 2]) / 2;
  return chains.map((chain) => chain.map((value) => Math.abs(value - median)));
}

/** Scores by twice the rank less 2, so that half ranks (ties) have an entry. Kept for one n: a summary asks for the same n many times. */
let kept: { readonly n: number; readonly scores: Float64Array } | undefined;

function normalScores(n: number): Float64Array {
  if (kept?.n === n) return kept.scores;
  const scores = new Float64Array(2 * n - 1);
  for (let i = 0; i < n; i++) {
    scores[i] = normalQuantile((i / 2 + 1 - 3 / 8) / (n + 1 / 4));
    scores[2 * n - 2 - i] = -scores[i];
  }
  scores[n - 1] = 0;
  kept = { n, scores };
  return scores;
}

function countBelow(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countUpTo(ascending: Float64Array, value: number, from: number): number {
  let low = from;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
