// Draws in; rank-normalised split R-hat out.
// Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Rank-normalization, folding, and localization, Bayesian Analysis 16.
import { readChains, type Draws } from "./draws.js";
import { potentialScaleReduction } from "./gelman-rubin.js";
import { SplitRanks } from "./rank-normalise.js";
import { usable } from "./usable.js";

/**
 * The larger of R-hat of rank-normalised split chains (do they agree on location?) and of the same after folding about the
 * median (do they agree on spread?). Shape (chains, draws), at least 2 chains. Above 1.01: not converged.
 * NaN with one chain, NaN draws, fewer than 4 draws, or draws that are all the same.
 */
export function rHat(draws: Draws): number {
  return rHatOfChains(readChains(draws, "rHat"));
}

/** As `rHat`, on chains that were read already. */
export function rHatOfChains(chains: readonly Float64Array[]): number {
  if (!usable(chains, 2)) return NaN;
  return rHatOfRanks(new SplitRanks(chains));
}

/** From the ranks of 2 chains or more. */
export function rHatOfRanks(ranks: SplitRanks): number {
  const bulk = potentialScaleReduction(ranks.scores());
  const folded = potentialScaleReduction(ranks.foldedScores());
  // Where all distances from the median are equal (draws that take two values) folding says nothing.
  return Number.isNaN(folded) ? bulk : Math.max(bulk, folded);
}
