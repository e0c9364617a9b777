// Laplace(loc, scale): the double exponential.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { minus, standardise } from "./standardise.js";

/** Laplace(loc, scale): the double exponential. */
export const Laplace = family("Laplace", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ loc, scale }, key, shape) => random.laplace(key, shape).mul(scale).add(loc),
  logDensity: ({ loc, scale }, x) =>
    np
      .abs(standardise(x, loc, scale))
      .neg()
      .sub(np.log(scale.mul(2))),
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.mul(scale).mul(2),
  entropy: ({ scale }) => np.log(scale.mul(2)).add(1),
  cdf({ loc, scale }, x) {
    const z = standardise(x, loc, scale);
    const tail = np.exp(np.abs(z).neg()).mul(0.5);
    return np.where(z.gt(0), minus(1, tail), tail);
  },
  // Each half from its own tail: log(2 q) below the median, -log(2 (1 - q)) above.
  icdf: ({ loc, scale }, q) =>
    loc.add(scale.mul(np.where(q.lt(0.5), np.log(q.mul(2)), np.log(minus(2, q.mul(2))).neg()))),
});
