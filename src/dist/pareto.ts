// Pareto(scale, alpha): P(X > x) = (scale / x)^alpha for x >= scale.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { existsWhere, over } from "./standardise.js";

/** Pareto(scale, alpha): P(X > x) = (scale / x)^alpha for x >= scale. */
export const Pareto = family("Pareto", {
  parameters: { scale: { constraint: constraints.positive }, alpha: { constraint: constraints.positive } },
  hasRsample: true,
  support: ({ scale }) => constraints.greaterThanEqual(scale),
  draw: ({ scale, alpha }, key, shape) => np.exp(random.exponential(key, shape).div(alpha)).mul(scale),
  logDensity: ({ scale, alpha }, x) =>
    np
      .log(alpha)
      .add(alpha.mul(np.log(scale)))
      .sub(alpha.add(1).mul(np.log(x))),
  mean: ({ scale, alpha }) => existsWhere(alpha.gt(1), alpha.mul(scale).div(alpha.sub(1)), Infinity),
  variance({ scale, alpha }) {
    const less = alpha.sub(1);
    const finite = scale
      .mul(scale)
      .mul(alpha)
      .div(less.mul(less).mul(alpha.sub(2)));
    return existsWhere(alpha.gt(2), finite, Infinity);
  },
  entropy: ({ scale, alpha }) => np.log(scale.div(alpha)).add(over(1, alpha)).add(1),
  cdf: ({ scale, alpha }, x) => np.expm1(alpha.mul(np.log(scale.div(x)))).neg(),
  icdf: ({ scale, alpha }, q) => np.exp(np.log1p(q.neg()).neg().div(alpha)).mul(scale),
});
