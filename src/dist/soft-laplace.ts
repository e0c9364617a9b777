// SoftLaplace(loc, scale): the hyperbolic secant, a Laplace with a smooth top; density ~ 1 / cosh((x - loc) / scale).
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { minus, standardise } from "./standardise.js";

/** log tan(pi q / 2): the standard quantile. For q above 1/2 the mirrored one, whose tangent is not near infinity. */
function quantile(q: Tensor): Tensor {
  const low = np.minimum(q, minus(1, q));
  const z = np.where(low.eq(0.5), 0, np.log(np.tan(low.mul(Math.PI / 2))));
  return np.where(q.gt(0.5), z.neg(), z);
}

/** SoftLaplace(loc, scale): the hyperbolic secant, a Laplace with a smooth top. */
export const SoftLaplace = family("SoftLaplace", {
  parameters: { loc: { constraint: constraints.real }, scale: { constraint: constraints.positive } },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ loc, scale }, key, shape) => quantile(random.uniform(key, shape)).mul(scale).add(loc),
  logDensity({ loc, scale }, x) {
    const z = standardise(x, loc, scale);
    return np
      .log(scale.mul(Math.PI / 2))
      .add(np.special.logaddexp(z, z.neg()))
      .neg();
  },
  mean: ({ loc }) => loc,
  variance: ({ scale }) => np.square(scale.mul(Math.PI / 2)),
  entropy: ({ scale }) => np.log(scale.mul(2 * Math.PI)),
  cdf({ loc, scale }, x) {
    const z = standardise(x, loc, scale);
    const tail = np.arctan(np.exp(np.abs(z).neg())).mul(2 / Math.PI);
    return np.where(z.gt(0), minus(1, tail), tail);
  },
  icdf: ({ loc, scale }, q) => quantile(q).mul(scale).add(loc),
});
