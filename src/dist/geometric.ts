// Geometric({ probs | logits }): failures before the first success.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family, noParameters } from "./family.js";
import { failureOf, logFailure, logProbs, oddsParameters, probsOf } from "./odds.js";
import { timesLog } from "./standardise.js";

/** Geometric({ probs | logits }): failures before the first success. */
export const Geometric = family("Geometric", {
  parameters: noParameters,
  oneOf: oddsParameters,
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw: (p, key, shape) => np.floor(random.exponential(key, shape).div(logFailure(p).neg())),
  logDensity: (p, x) => timesLog(x, logFailure(p)).add(logProbs(p)),
  mean: (p) => failureOf(p).div(probsOf(p)),
  variance: (p) => failureOf(p).div(np.square(probsOf(p))),
  entropy: (p) =>
    timesLog(failureOf(p), logFailure(p))
      .add(timesLog(probsOf(p), logProbs(p)))
      .neg()
      .div(probsOf(p)),
  cdf: (p, x) => np.expm1(np.floor(x).add(1).mul(logFailure(p))).neg(),
});
