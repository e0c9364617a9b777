// Pointwise log likelihoods in; the widely applicable information criterion, on the scale of log densities, out.
// Watanabe (2010), JMLR 11, 3571-3594, as in Vehtari, Gelman and Gabry (2017), Statistics and Computing 27, 1413-1432.
import type { Sample } from "./draws.js";
import { logSumExp } from "./log-sum-exp.js";
import { variance } from "./moments.js";
import { readLogLikelihood, sumWithError } from "./pointwise.js";

/** What `waic` gives: the estimate, its standard error and the pointwise parts. */
export interface Waic {
  readonly kind: "waic";
  /** Expected log pointwise predictive density: larger is better. -2 elpd is WAIC on the deviance scale. */
  readonly elpd: number;
  /** Standard error of elpd. */
  readonly se: number;
  /** Effective number of parameters: the sum of posterior variances of log likelihoods. */
  readonly pWaic: number;
  /** elpd of each observation, row-major. */
  readonly pointwise: Float64Array;
  /** Says what is wrong and what to do; undefined when all is well. */
  readonly warning: string | undefined;
}

/** A larger posterior variance of one log likelihood means that WAIC may fail (Vehtari et al. 2017, section 2.2). */
const LARGEST_VARIANCE = 0.4;

/** WAIC of log likelihoods of shape (chains, draws, ...observations); prefer `loo`. NaN in gives NaN out. */
export function waic(logLik: Sample): Waic {
  const { draws, observations, of } = readLogLikelihood(logLik, "waic");
  const pointwise = new Float64Array(observations);
  const penalties = new Float64Array(observations);
  for (let i = 0; i < observations; i++) {
    const values = of(i);
    penalties[i] = variance(values, 0);
    pointwise[i] = logSumExp(values) - Math.log(draws) - penalties[i];
  }
  const { sum: elpd, se } = sumWithError(pointwise);
  const bad = penalties.reduce((count, value) => count + (value <= LARGEST_VARIANCE ? 0 : 1), 0);
  const warning =
    bad === 0
      ? undefined
      : `${bad} of ${observations} observations have a posterior variance of the log likelihood above ${LARGEST_VARIANCE}: ` +
        `WAIC may be off; use loo, which tells which observations are at fault`;
  return { kind: "waic", elpd, se, pWaic: sumWithError(penalties).sum, pointwise, warning };
}
