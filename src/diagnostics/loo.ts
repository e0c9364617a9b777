// Pointwise log likelihoods in; expected log predictive density under leave-one-out cross-validation out.
// Vehtari, Gelman and Gabry (2017), Practical Bayesian model evaluation using leave-one-out cross-validation and WAIC,
// Statistics and Computing 27, 1413-1432; threshold for k from Vehtari et al. (2024), JMLR 25(72).
import type { Sample } from "./draws.js";
import { logSumExp } from "./log-sum-exp.js";
import { readLogLikelihood, sumWithError } from "./pointwise.js";
import { requireRelativeEfficiency, smooth } from "./psis.js";

/** What `loo` gives: the estimate, its standard error and the pointwise parts. */
export interface Loo {
  readonly kind: "loo";
  /** Expected log pointwise predictive density, a sum over observations: larger is better. */
  readonly elpd: number;
  /** Standard error of elpd. */
  readonly se: number;
  /** Effective number of parameters: log predictive density of the data less elpd. */
  readonly pLoo: number;
  /** elpd of each observation, row-major. */
  readonly pointwise: Float64Array;
  /** Tail shape of each observation's weights, row-major. */
  readonly paretoK: Float64Array;
  /** Above this k an observation's elpd is not reliable: min(1 - 1 / log10(draws), 0.7). */
  readonly goodK: number;
  /** Says what is wrong and what to do; undefined when all k are good. */
  readonly warning: string | undefined;
}

/** Options of `loo`. */
export interface LooOptions {
  /** Effective over actual number of draws; `relativeEfficiency(samples)` computes it. Default 1. */
  readonly reff?: number;
}

/**
 * PSIS-LOO of log likelihoods of shape (chains, draws, ...observations). NaN log likelihoods give NaN for their observation
 * and the sums.
 *
 * @example loo(fit.samples("logLik")).elpd
 */
export function loo(logLik: Sample, options: LooOptions = {}): Loo {
  const { reff = 1 } = options;
  requireRelativeEfficiency(reff, "loo");
  const { draws, observations, of } = readLogLikelihood(logLik, "loo");
  const pointwise = new Float64Array(observations);
  const paretoK = new Float64Array(observations);
  const inSample = new Float64Array(observations);
  for (let i = 0; i < observations; i++) {
    const values = of(i);
    const smoothed = smooth(
      values.map((value) => -value),
      reff,
      true,
    );
    paretoK[i] = smoothed.paretoK;
    pointwise[i] = logSumExp(smoothed.logWeights.map((weight, draw) => weight + values[draw]));
    inSample[i] = logSumExp(values) - Math.log(draws);
  }
  const { sum: elpd, se } = sumWithError(pointwise);
  const goodK = Math.min(1 - 1 / Math.log10(draws), 0.7);
  const pLoo = sumWithError(inSample).sum - elpd;
  return { kind: "loo", elpd, se, pLoo, pointwise, paretoK, goodK, warning: warn(paretoK, goodK) };
}

function warn(paretoK: Float64Array, goodK: number): string | undefined {
  const bad = Array.from(paretoK.keys()).filter((i) => !(paretoK[i] <= goodK));
  if (bad.length === 0) return undefined;
  const named = bad.slice(0, 5).join(", ") + (bad.length > 5 ? ", ..." : "");
  return (
    `${bad.length} of ${paretoK.length} observations have Pareto k above ${goodK.toFixed(2)} (${named}): ` +
    `their leave-one-out density is not reliable; refit without them, use k-fold cross-validation or a more robust model`
  );
}
