// Log importance ratios in; log weights with their largest values smoothed, and the tail's shape, out.
// Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, JMLR 25(72).
import { readSample } from "./draws.js";
import { logSumExp } from "./log-sum-exp.js";
import { fitGeneralizedPareto, generalizedParetoQuantile } from "./pareto-fit.js";
import { sorted } from "./quantile.js";
import { hasNaN } from "./usable.js";

/** Options of `psis`. */
export interface PsisOptions {
  /** Effective over actual number of draws; 1 for independent draws. A longer tail is smoothed when it is smaller. */
  readonly reff?: number;
  /** Make the weights sum to 1 (the default); otherwise they stay on the scale of the ratios. */
  readonly normalize?: boolean;
}

/** Smoothed log weights and the Pareto shape that tells whether they can be trusted. */
export interface Psis {
  /** Smoothed log weights, in the order of the ratios. */
  readonly logWeights: Float64Array;
  /** k of the tail: below min(1 - 1 / log10(draws), 0.7) the weights can be relied on. Infinity when the tail is too short to tell. */
  readonly paretoK: number;
}

/** log of the smallest normal double: a cut-off below it would have no digits. */
const LOWEST_CUTOFF = Math.log(2.2250738585072014e-308);
/** The fewest exceedances that a Pareto distribution is fitted to. */
const SHORTEST_TAIL = 5;

/**
 * Replaces the largest of n log ratios (shape (n,)) by expected order statistics of a generalized Pareto distribution fitted
 * to them, none above the largest raw ratio. NaN throughout when there are none, any is NaN, or none is finite.
 *
 * @example psis(logTarget.map((lp, i) => lp - logProposal[i]))
 */
export function psis(logRatios: ArrayLike<number>, options: PsisOptions = {}): Psis {
  const { reff = 1, normalize = true } = options;
  requireRelativeEfficiency(reff, "psis");
  const { data, shape } = readSample(logRatios, "psis");
  if (shape.length !== 1) {
    throw new TypeError(
      `psis: log ratios must be one flat array, got ${shape.length} axes; flatten chains and draws`,
    );
  }
  return smooth(data, reff, normalize);
}

/** As `psis`, without checks. */
export function smooth(logRatios: Float64Array, reff: number, normalize: boolean): Psis {
  const n = logRatios.length;
  const top = logRatios.reduce((largest, value) => Math.max(largest, value), -Infinity);
  if (hasNaN(logRatios) || !Number.isFinite(top)) {
    return { logWeights: new Float64Array(n).fill(NaN), paretoK: NaN };
  }
  const weights = logRatios.map((value) => value - top);
  const tailLength = Math.ceil(Math.min(n / 5, 3 * Math.sqrt(n / reff)));
  const cutoff = Math.max(sorted(weights)[Math.max(n - tailLength - 1, 0)], LOWEST_CUTOFF);
  const tail = indicesAbove(weights, cutoff);

  let paretoK = Infinity;
  if (tail.length >= SHORTEST_TAIL) {
    const threshold = Math.exp(cutoff);
    const fit = fitGeneralizedPareto(Float64Array.from(tail, (i) => Math.exp(weights[i]) - threshold));
    paretoK = fit.k;
    if (Number.isFinite(fit.k)) {
      tail.forEach((i, order) => {
        const expected = generalizedParetoQuantile(fit, (order + 0.5) / tail.length);
        weights[i] = Math.min(Math.log(expected + threshold), 0);
      });
    }
  }
  const shift = normalize ? -logSumExp(weights) : top;
  return { logWeights: weights.map((value) => value + shift), paretoK };
}

/** Throws unless reff is a positive number. */
export function requireRelativeEfficiency(reff: number, caller: string): void {
  if (!(reff > 0 && Number.isFinite(reff))) {
    throw new RangeError(
      `${caller}: reff must be a positive number, got ${reff}; leave it out for independent draws`,
    );
  }
}

/** Positions of values above the cut-off, by ascending value. */
function indicesAbove(values: Float64Array, cutoff: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] > cutoff) found.push(i);
  return found.sort((a, b) => values[a] - values[b]);
}
