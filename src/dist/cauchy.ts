// Cauchy(loc, scale): Student's t with one degree of freedom; no moment exists.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random } from "../tensor/index.js";
import { family } from "./family.js";
import { standardise } from "./standardise.js";

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
    return np
      .log1p(z.mul(z))
      .add(np.log(scale).add(numbers.log(Math.PI)))
      .neg();
  },
  mean: ({ loc }) => np.full(loc.shape, NaN),
  variance: ({ loc }) => np.full(loc.shape, NaN),
  entropy: ({ scale }) => np.log(scale).add(numbers.log(4 * Math.PI)),
  // atan2(1, -z) / pi is accurate in the lower tail, where 1/2 + atan(z) / pi cancels.
  cdf: ({ loc, scale }, x) => np.arctan2(1, standardise(x, loc, scale).neg()).div(Math.PI),
  icdf: ({ loc, scale }, q) => loc.sub(scale.div(np.tan(q.mul(Math.PI)))),
});
