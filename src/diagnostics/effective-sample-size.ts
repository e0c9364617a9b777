// Chains in; effective sample size of their mean out, from Geyer's initial monotone sequence over all chains.
// Geyer (1992), Statistical Science 7, section 3.3; Vehtari et al. (2021), Bayesian Analysis 16, section 3.2.
import { readChains, type Draws } from "./draws.js";
import { deviationsOf } from "../trace/draw-loops.js";
import { meanAutocovariance } from "./mean-autocovariance.js";
import { usable } from "./usable.js";

/** Below this spread relative to size, draws differ by rounding only and count as constant. */
const ROUNDING = 1e-15;

/**
 * Effective sample size of the mean of (chains, draws) as they are: neither split nor rank-normalised (prefer `essBulk`
 * and `essTail` for reports). At most draws log10(draws). Constant draws count fully; NaN with NaN draws or fewer than 4.
 */
export function effectiveSampleSize(draws: Draws): number {
  const chains = readChains(draws, "effectiveSampleSize");
  return usable(chains) ? geyerEss(chains) : NaN;
}

/** Geyer's estimate on chains of at least 2 draws without NaN, or on whether their draws are at most a threshold. */
export function geyerEss(chains: readonly Float64Array[], threshold?: number): number {
  const n = chains[0].length;
  const total = n * chains.length;
  const deviations = deviationsOf(chains, threshold);
  const { low, high } = deviations;
  // Relative, so that a parameter measured in tiny units is not mistaken for a constant. Infinite draws have no mean, hence
  // no effective sample size: not constant, and NaN further on.
  const spread = high - low;
  if (Number.isFinite(spread) && spread <= ROUNDING * Math.max(Math.abs(low), Math.abs(high))) return total;
  const autocovariance = meanAutocovariance(deviations, n, total);
  const within = (autocovariance(0) * n) / (n - 1);
  const between = chains.length > 1 ? deviations.between / (chains.length - 1) : 0;
  const marginal = autocovariance(0) + between;
  const correlation = (lag: number): number =>
    lag === 0 ? 1 : 1 - (within - autocovariance(lag)) / marginal;

  // Sums of neighbouring correlations (2k, 2k + 1) are positive and decreasing for a reversible chain: add them while
  // they are positive, none larger than the one before. The last, where noise begins, gives its even half only.
  let even = correlation(0);
  let pair = even + correlation(1);
  let smallest = Infinity;
  let sum = 0;
  let lag = 0;
  for (; lag + 1 < n - 3 && pair > 0; lag += 2) {
    smallest = Math.min(smallest, pair);
    sum += smallest;
    even = correlation(lag + 2);
    pair = even + correlation(lag + 3);
  }
  const lastEven = even > 0 || pair >= 0 ? even : 0;
  const autocorrelationTime = -1 + 2 * sum + lastEven;
  // Antithetic chains may estimate a time near or below 0; this bound keeps the answer finite.
  return total / (Number.isNaN(pair) ? NaN : Math.max(autocorrelationTime, 1 / Math.log10(total)));
}
