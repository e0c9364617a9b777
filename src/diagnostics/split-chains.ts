// (chains, draws) in; (2 chains, half the draws) out: each chain's first and last half as chains of their own.
import { readChains, type Draws } from "./draws.js";

/**
 * Halves of every chain, so that a drift within a chain shows as a difference between chains.
 * An odd number of draws drops the middle one. Shape (chains, draws) to (2 chains, floor(draws / 2)).
 *
 * @example splitChains([[1, 2, 3, 4, 5]]) // [[1, 2], [4, 5]]
 */
export function splitChains(draws: Draws): Float64Array[] {
  return halves(readChains(draws, "splitChains"));
}

/** As `splitChains`, on chains that were read already; the halves are views. */
export function halves(chains: readonly Float64Array[]): Float64Array[] {
  return chains.flatMap((chain) => {
    const half = Math.floor(chain.length / 2);
    return [chain.subarray(0, half), chain.subarray(chain.length - half)];
  });
}
