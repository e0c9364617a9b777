// Log likelihoods of shape (chains, draws, ...observations) in; one array of draws per observation, and sums over them, out.
import { describe, readSample, type Sample } from "./draws.js";
import { mean, variance } from "./moments.js";

/** Log likelihoods turned round: `of(i)` holds every draw of observation i. */
export interface PointwiseLogLikelihood {
  readonly draws: number;
  readonly observations: number;
  of(observation: number): Float64Array;
}

/** Throws unless there are at least 3 axes and one observation and one draw. */
export function readLogLikelihood(logLik: Sample, caller: string): PointwiseLogLikelihood {
  const { data, shape } = readSample(logLik, caller);
  const observations = shape.slice(2).reduce((size, length) => size * length, 1);
  const draws = shape[0] * shape[1];
  if (shape.length < 3 || observations === 0 || draws === 0) {
    throw new TypeError(
      `${caller}: log likelihoods must have shape (chains, draws, ...observations), none of them empty, got ` +
        `${describe(shape)}; keep one value per observation (not their sum), and wrap draws of one chain as [logLik]`,
    );
  }
  const of = (observation: number): Float64Array => {
    const out = new Float64Array(draws);
    for (let draw = 0; draw < draws; draw++) out[draw] = data[draw * observations + observation];
    return out;
  };
  return { draws, observations, of };
}

/** Sum over observations and its standard error, sqrt(n times the variance between observations). */
export function sumWithError(pointwise: Float64Array): { readonly sum: number; readonly se: number } {
  return {
    sum: mean(pointwise) * pointwise.length,
    se: Math.sqrt(pointwise.length * variance(pointwise, 0)),
  };
}
