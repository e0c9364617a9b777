// Cauchy(loc, scale): Student's t with one degree of freedom; no moment exists.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random } from "../tensor/index.js";
import { family } from "./family.js";
import { over, standardise } from "./standardise.js";

/** Cauchy(loc, scale): Student's t with one degree of freedom; no moment exists. */
export const Cauchy = family("Cauchy", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ loc, scale }, key, shape) => random.cauchy(key, shape).mul(scale).add(loc),
  logDensity({ loc, scale }, x) {
    const z = standardise(x, loc, scale);
    return np.special
      .log1psquare(z)
      .add(np.log(scale).add(numbers.log(Math.PI)))
      .neg();
  },
  mean: ({ loc }) => np.full(loc.shape, NaN),
  variance: ({ loc }) => np.full(loc.shape, NaN),
  entropy: ({ scale }) => np.log(scale).add(numbers.log(4 * Math.PI)),
  // atan2(1, -z) / pi is accurate in the lower tail, where 1/2 + atan(z) / pi cancels.
  cdf: ({ loc, scale }, x) => np.arctan2(1, standardise(x, loc, scale).neg()).div(Math.PI),
  // 1 / tan(pi q) of the smaller tail: above the median pi q is rounded where it matters.
  icdf({ loc, scale }, q) {
    const lower = q.lt(0.5);
    const tail = np.where(lower, q, np.subtract(1, q));
    const z = np.where(tail.eq(0.5), 0, over(1, np.tan(tail.mul(Math.PI))));
    return loc.add(scale.mul(np.where(lower, z.neg(), z)));
  },
});
