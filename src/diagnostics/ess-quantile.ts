// Draws and a probability in; effective sample size for that quantile out.
import { readChains, type Draws } from "./draws.js";
import { geyerEss } from "./effective-sample-size.js";
import { flatten } from "./moments.js";
import { quantileOfSorted, requireProbability, sorted } from "./quantile.js";
import { halves } from "./split-chains.js";
import { usable } from "./usable.js";

/**
 * Effective sample size of the indicator "draw <= quantile" on split chains (Vehtari et al. 2021, section 4.2).
 * Shape (chains, draws). NaN with NaN draws or fewer than 4 draws.
 *
 * @example essQuantile(draws, 0.5) // for the median
 */
export function essQuantile(draws: Draws, prob: number): number {
  requireProbability(prob, "essQuantile");
  return essQuantileOfChains(readChains(draws, "essQuantile"), prob);
}

/** As `essQuantile`, on chains that were read already; `ascending` may pass in the pooled draws, sorted. */
export function essQuantileOfChains(
  chains: readonly Float64Array[],
  prob: number,
  ascending = sorted(flatten(chains)),
): number {
  if (!usable(chains)) return NaN;
  const threshold = quantileOfSorted(ascending, prob);
  return geyerEss(halves(chains), threshold);
}
