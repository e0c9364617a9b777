// Draws in; effective sample size for the mean out.
import { readChains, type Draws } from "./draws.js";
import { geyerEss } from "./effective-sample-size.js";
import { halves } from "./split-chains.js";
import { usable } from "./usable.js";

/**
 * Effective sample size of split chains, in the draws' own units: what the Monte Carlo error of a mean follows.
 * Shape (chains, draws). NaN with NaN or infinite draws or fewer than 4 draws.
 */
export function essMean(draws: Draws): number {
  return essMeanOfChains(readChains(draws, "essMean"));
}

/** As `essMean`, on chains that were read already. */
export function essMeanOfChains(chains: readonly Float64Array[]): number {
  return usable(chains) ? geyerEss(halves(chains)) : NaN;
}
