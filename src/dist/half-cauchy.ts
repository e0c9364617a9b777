// HalfCauchy(scale): the absolute value of a centred Cauchy.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random } from "../tensor/index.js";
import { family } from "./family.js";
import { over } from "./standardise.js";

/** HalfCauchy(scale): the absolute value of a centred Cauchy. */
export const HalfCauchy = family("HalfCauchy", {
  parameters: { scale: { constraint: constraints.positive, default: 1 } },
  hasRsample: true,
  support: () => constraints.nonnegative,
  draw: ({ scale }, key, shape) => np.tan(random.uniform(key, shape).mul(Math.PI / 2)).mul(scale),
  logDensity({ scale }, x) {
    const z = x.mul(over(1, scale));
    return np.special
      .log1psquare(z)
      .add(np.log(scale).add(numbers.log(Math.PI / 2)))
      .neg();
  },
  mean: ({ scale }) => np.full(scale.shape, Infinity),
  variance: ({ scale }) => np.full(scale.shape, Infinity),
  entropy: ({ scale }) => np.log(scale).add(numbers.log(2 * Math.PI)),
  cdf: ({ scale }, x) => np.arctan(x.div(scale)).mul(2 / Math.PI),
  // 1 / tan of the upper tail: near 1 the angle is rounded where it matters.
  icdf({ scale }, q) {
    const near = q.lt(0.5);
    const angle = np.where(near, q, np.subtract(1, q)).mul(Math.PI / 2);
    const slope = np.tan(angle);
    return np.where(near, slope, over(1, np.where(near, 1, slope))).mul(scale);
  },
});
