// Draws in; Monte Carlo standard error of their mean, standard deviation, median or a quantile out.
import { betaQuantile } from "./beta-quantile.js";
import { readChains, type Draws } from "./draws.js";
import { essMeanOfChains } from "./ess-mean.js";
import { essQuantileOfChains } from "./ess-quantile.js";
import { squaredDistances } from "./ess-sd.js";
import { flatten, mean, variance } from "./moments.js";
import { requireProbability, sorted } from "./quantile.js";
import { usable } from "./usable.js";

/** Which estimate the error is of; `prob` belongs to "quantile" alone. */
export type McseOptions =
  | { readonly method?: "mean" | "sd" | "median"; readonly prob?: undefined }
  | { readonly method: "quantile"; readonly prob: number };

/**
 * Standard error of an estimate from (chains, draws), in the draws' units. Mean: sd / sqrt(essMean). Sd: delta method on
 * the variance's error (Kenney and Keeping 1951). Quantiles: half the distance between the order statistics at the 16% and
 * 84% points of Beta(ess p + 1, ess (1 - p) + 1) (Vehtari et al. 2021, section 4.4).
 * NaN with NaN draws or fewer than 4 draws; 0 for constant draws (sd: NaN, for its formula divides by the variance).
 *
 * @example mcse(draws, { method: "quantile", prob: 0.05 })
 */
export function mcse(draws: Draws, options: McseOptions = {}): number {
  const chains = readChains(draws, "mcse");
  const { method = "mean" } = options;
  switch (method) {
    case "mean":
      return mcseMeanOfChains(chains);
    case "sd":
      return mcseSd(chains);
    case "median":
      return mcseQuantile(chains, 0.5);
    case "quantile":
      return mcseQuantile(chains, quantileProbability(options.prob));
    default:
      throw new TypeError(`mcse: unknown method ${String(method)}; use "mean", "sd", "median" or "quantile"`);
  }
}

/** As `mcse` of the mean, on chains that were read already. */
export function mcseMeanOfChains(chains: readonly Float64Array[]): number {
  return usable(chains) ? Math.sqrt(variance(flatten(chains)) / essMeanOfChains(chains)) : NaN;
}

function mcseSd(chains: readonly Float64Array[]): number {
  if (!usable(chains)) return NaN;
  const squares = squaredDistances(chains);
  const second = mean(flatten(squares));
  const fourth = mean(flatten(squares).map((value) => value * value));
  const varianceOfVariance = (fourth - second * second) / essMeanOfChains(squares);
  return Math.sqrt(varianceOfVariance / second / 4);
}

function mcseQuantile(chains: readonly Float64Array[], prob: number): number {
  if (!usable(chains)) return NaN;
  const ascending = sorted(flatten(chains));
  const n = ascending.length;
  const ess = essQuantileOfChains(chains, prob, ascending);
  // Standard normal probabilities of -1 and 1.
  const [low, high] = [0.1586553, 0.8413447].map((p) =>
    betaQuantile(p, ess * prob + 1, ess * (1 - prob) + 1),
  );
  const from = Math.floor(Math.max(low * n - 1, 0));
  const to = Math.ceil(Math.min(high * n - 1, n - 1));
  return (ascending[to] - ascending[from]) / 2;
}

function quantileProbability(prob: number | undefined): number {
  if (prob === undefined)
    throw new TypeError(`mcse: method "quantile" needs prob, for example { method: "quantile", prob: 0.05 }`);
  requireProbability(prob, "mcse");
  return prob;
}
