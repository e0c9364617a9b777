// Kumaraswamy(concentration1, concentration0): P(X <= x) = 1 - (1 - x^a)^b on [0, 1].
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { logBeta, minus, over } from "./standardise.js";

const { digamma, log1mexp, xlogy } = np.special;
/** Euler's constant. */
const EULER = 0.5772156649015329;

const moment = (a: Tensor, b: Tensor, n: number): Tensor => b.mul(np.exp(logBeta(over(n, a).add(1), b)));

/** Kumaraswamy(concentration1, concentration0): P(X <= x) = 1 - (1 - x^a)^b on [0, 1]. */
export const Kumaraswamy = family("Kumaraswamy", {
  parameters: {
    concentration1: { constraint: constraints.positive },
    concentration0: { constraint: constraints.positive },
  },
  hasRsample: true,
  support: () => constraints.unitInterval,
  // A draw of the same law by its quantile: 1 - u is as uniform as u.
  draw: ({ concentration1: a, concentration0: b }, key, shape) =>
    np.exp(log1mexp(np.log(random.uniform(key, shape)).div(b)).div(a)),
  logDensity({ concentration1: a, concentration0: b }, x) {
    const rest = b.sub(1);
    const upper = log1mexp(np.minimum(a.mul(np.log(x)), 0));
    return np
      .log(a)
      .add(np.log(b))
      .add(xlogy(a.sub(1), x))
      .add(np.where(rest.eq(0), 0, rest.mul(upper)));
  },
  mean: ({ concentration1: a, concentration0: b }) => moment(a, b, 1),
  variance: ({ concentration1: a, concentration0: b }) => moment(a, b, 2).sub(np.square(moment(a, b, 1))),
  entropy: ({ concentration1: a, concentration0: b }) =>
    minus(1, over(1, b))
      .add(minus(1, over(1, a)).mul(digamma(b.add(1)).add(EULER)))
      .sub(np.log(a.mul(b))),
  cdf: ({ concentration1: a, concentration0: b }, x) =>
    np.expm1(b.mul(log1mexp(np.minimum(a.mul(np.log(x)), 0)))).neg(),
  icdf: ({ concentration1: a, concentration0: b }, q) =>
    np.power(np.expm1(np.log1p(q.neg()).div(b)).neg(), over(1, a)),
});
