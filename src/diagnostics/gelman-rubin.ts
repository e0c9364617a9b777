// Draws in; the classic potential scale reduction factor out, on whole or on split chains.
// Gelman and Rubin (1992), Statistical Science 7, 457-472; splitting as in Gelman et al., Bayesian Data Analysis, 3rd ed., 11.4.
import { readChains, type Draws } from "./draws.js";
import { deviationsOf } from "../trace/draw-loops.js";
import { halves } from "./split-chains.js";
import { usable } from "./usable.js";

/** R-hat of (chains, draws) as they are; prefer `rHat`. NaN with one chain, NaN draws, fewer than 4 draws, or constant draws. */
export function gelmanRubin(draws: Draws): number {
  const chains = readChains(draws, "gelmanRubin");
  return usable(chains, 2) ? potentialScaleReduction(chains) : NaN;
}

/** R-hat of split chains, so one chain is enough; prefer `rHat`. NaN with NaN draws, fewer than 4 draws, or constant draws. */
export function splitGelmanRubin(draws: Draws): number {
  const chains = readChains(draws, "splitGelmanRubin");
  return usable(chains) ? potentialScaleReduction(halves(chains)) : NaN;
}

/**
 * sqrt(((n - 1) / n W + B / n) / W), where W is the mean variance within chains and B / n the variance of chain means.
 * Chains stuck at different values give Infinity; chains constant at one value give NaN.
 */
export function potentialScaleReduction(chains: readonly Float64Array[]): number {
  const n = chains[0].length;
  const { between, lagged } = deviationsOf(chains);
  const within = lagged(0) / (chains.length * (n - 1));
  return Math.sqrt((n - 1) / n + between / (chains.length - 1) / within);
}
