// LogNormal(loc, scale): exp of a Normal(loc, scale).
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { LOG_SQRT_2PI, standardise } from "./standardise.js";

/** LogNormal(loc, scale): exp of a Normal(loc, scale). */
export const LogNormal = family("LogNormal", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.positive,
  draw: ({ loc, scale }, key, shape) => np.exp(random.normal(key, shape).mul(scale).add(loc)),
  logDensity({ loc, scale }, x) {
    const logX = np.log(x);
    const z = standardise(logX, loc, scale);
    return z.mul(z).mul(-0.5).sub(np.log(scale).add(LOG_SQRT_2PI)).sub(logX);
  },
  mean: ({ loc, scale }) => np.exp(loc.add(scale.mul(scale).mul(0.5))),
  variance({ loc, scale }) {
    const s2 = scale.mul(scale);
    return np.expm1(s2).mul(np.exp(loc.mul(2).add(s2)));
  },
  entropy: ({ loc, scale }) =>
    np
      .log(scale)
      .add(loc)
      .add(LOG_SQRT_2PI + 0.5),
  cdf: ({ loc, scale }, x) => np.special.ndtr(standardise(np.log(x), loc, scale)),
  icdf: ({ loc, scale }, q) => np.exp(np.special.ndtri(q).mul(scale).add(loc)),
});
