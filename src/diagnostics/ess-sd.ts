// Draws in; effective sample size for the standard deviation out.
import { readChains, type Draws } from "./draws.js";
import { essMeanOfChains } from "./ess-mean.js";
import { flatten, mean } from "./moments.js";

/** `essMean` of the squared distances from the mean of all draws. Shape (chains, draws); NaN as `essMean`. */
export function essSd(draws: Draws): number {
  return essMeanOfChains(squaredDistances(readChains(draws, "essSd")));
}

/** (x - mean of all draws)^2, chain by chain. */
export function squaredDistances(chains: readonly Float64Array[]): Float64Array[] {
  const centre = mean(flatten(chains));
  return chains.map((chain) => chain.map((value) => (value - centre) * (value - centre)));
}
