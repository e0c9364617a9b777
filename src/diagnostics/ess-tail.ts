// Draws in; tail effective sample size out: how well the ends of intervals are known.
import { readChains, type Draws } from "./draws.js";
import { essQuantileOfChains } from "./ess-quantile.js";
import { flatten } from "./moments.js";
import { requireProbability, sorted } from "./quantile.js";

/**
 * The smaller effective sample size of two quantiles, 5% and 95% unless told (Vehtari et al. 2021, section 4.3).
 * Shape (chains, draws). Aim at 100 per chain or more. NaN with NaN draws or fewer than 4 draws.
 */
export function essTail(draws: Draws, probs: readonly [low: number, high: number] = [0.05, 0.95]): number {
  for (const prob of probs) requireProbability(prob, "essTail");
  return essTailOfChains(readChains(draws, "essTail"), probs);
}

/** As `essTail`, on chains that were read already; `ascending` may pass in the pooled draws, sorted. */
export function essTailOfChains(
  chains: readonly Float64Array[],
  probs: readonly [low: number, high: number] = [0.05, 0.95],
  ascending = sorted(flatten(chains)),
): number {
  return Math.min(...probs.map((prob) => essQuantileOfChains(chains, prob, ascending)));
}
