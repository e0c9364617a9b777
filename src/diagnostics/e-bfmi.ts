// Energies of a Hamiltonian sampler in; the estimated Bayesian fraction of missing information out, one number a chain.
// Betancourt (2016), Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo, arXiv:1604.00695.
import { readChains, type Draws } from "./draws.js";
import { mean, variance } from "./moments.js";

/**
 * Mean squared change of energy between draws over its variance, for energies of shape (chains, draws). Below 0.3 the
 * momentum does not reach all energies: reparameterise. NaN for a chain with NaN, constant energy or fewer than 2 draws.
 */
export function eBfmi(energy: Draws): Float64Array {
  return Float64Array.from(readChains(energy, "eBfmi"), (chain) => {
    const changes = new Float64Array(Math.max(0, chain.length - 1));
    for (let i = 0; i < changes.length; i++) changes[i] = (chain[i + 1] - chain[i]) ** 2;
    return mean(changes) / variance(chain);
  });
}
