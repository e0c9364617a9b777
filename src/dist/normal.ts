// Normal(loc, scale): the Gaussian with mean loc and standard deviation scale.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { LOG_SQRT_2PI, standardise } from "./standardise.js";

/** Normal(loc, scale): the Gaussian with mean loc and standard deviation scale. */
export const Normal = family("Normal", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ loc, scale }, key, shape) => random.normal(key, shape).mul(scale).add(loc),
  logDensity({ loc, scale }, x) {
    const z = standardise(x, loc, scale);
    return z.mul(z).mul(-0.5).sub(np.log(scale).add(LOG_SQRT_2PI));
  },
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.mul(scale),
  entropy: ({ scale }) => np.log(scale).add(LOG_SQRT_2PI + 0.5),
  cdf: ({ loc, scale }, x) => np.special.ndtr(standardise(x, loc, scale)),
  icdf: ({ loc, scale }, q) => np.special.ndtri(q).mul(scale).add(loc),
});
