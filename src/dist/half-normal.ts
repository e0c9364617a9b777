// HalfNormal(scale): the absolute value of a centred Gaussian.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random } from "../tensor/index.js";
import { family } from "./family.js";
import { over } from "./standardise.js";

const LOG_SQRT_HALF_PI = 0.5 * numbers.log(Math.PI / 2);

/** HalfNormal(scale): the absolute value of a centred Gaussian. */
export const HalfNormal = family("HalfNormal", {
  parameters: { scale: { constraint: constraints.positive, default: 1 } },
  hasRsample: true,
  support: () => constraints.nonnegative,
  draw: ({ scale }, key, shape) => np.abs(random.normal(key, shape)).mul(scale),
  logDensity({ scale }, x) {
    const z = x.mul(over(1, scale));
    return z.mul(z).mul(-0.5).sub(np.log(scale).add(LOG_SQRT_HALF_PI));
  },
  mean: ({ scale }) => scale.mul(Math.sqrt(2 / Math.PI)),
  variance: ({ scale }) => scale.mul(scale).mul(1 - 2 / Math.PI),
  entropy: ({ scale }) => np.log(scale).add(LOG_SQRT_HALF_PI + 0.5),
  cdf: ({ scale }, x) => np.special.erf(x.div(scale).mul(Math.SQRT1_2)),
  icdf: ({ scale }, q) => np.special.erfinv(q).mul(scale).mul(Math.SQRT2),
});
