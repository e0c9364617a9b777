// Gumbel(loc, scale): the limit law of maxima.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { standardise } from "./standardise.js";

/** Euler's constant. */
const EULER = 0.5772156649015329;

/** Gumbel(loc, scale): the limit law of maxima. */
export const Gumbel = family("Gumbel", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ loc, scale }, key, shape) => random.gumbel(key, shape).mul(scale).add(loc),
  logDensity({ loc, scale }, x) {
    // Never -infinity, which the exponential would meet with infinity.
    const z = np.maximum(standardise(x, loc, scale), -1e300);
    return z.add(np.exp(z.neg())).add(np.log(scale)).neg();
  },
  mean: ({ loc, scale }) => loc.add(scale.mul(EULER)),
  variance: ({ scale }) => scale.mul(scale).mul(Math.PI ** 2 / 6),
  entropy: ({ scale }) => np.log(scale).add(1 + EULER),
  cdf: ({ loc, scale }, x) => np.exp(np.exp(standardise(x, loc, scale).neg()).neg()),
  icdf: ({ loc, scale }, q) => loc.sub(np.log(np.log(q).neg()).mul(scale)),
});
