// Bernoulli({ probs | logits }): one with probability p, else zero.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family, noParameters } from "./family.js";
import { failureOf, logFailure, logProbs, oddsParameters, probsOf } from "./odds.js";
import { timesLog } from "./standardise.js";

/** Bernoulli({ probs | logits }): one with probability p, else zero. */
export const Bernoulli = family("Bernoulli", {
  parameters: noParameters,
  oneOf: oddsParameters,
  hasRsample: false,
  support: () => constraints.boolean,
  draw: (p, key, shape) => np.array(random.uniform(key, shape).lt(probsOf(p)), { dtype: "i32" }),
  // With probs a choice, not a sum: at p = 0 or 1 the term that is not chosen is infinite, and its gradient must not count.
  logDensity: (p, x) =>
    p.logits
      ? x.mul(p.logits).sub(np.special.softplus(p.logits))
      : np.where(x.eq(1), logProbs(p), logFailure(p)),
  mean: probsOf,
  variance: (p) => probsOf(p).mul(failureOf(p)),
  entropy: (p) =>
    timesLog(probsOf(p), logProbs(p))
      .add(timesLog(failureOf(p), logFailure(p)))
      .neg(),
  cdf: failureOf,
  enumerate: () => np.array([0, 1]),
});
