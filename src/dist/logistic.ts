// Logistic(loc, scale): the distribution whose cdf is the logistic function.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { standardise } from "./standardise.js";

const { expit, logit, softplus } = np.special;

/** Logistic(loc, scale): the distribution whose cdf is the logistic function. */
export const Logistic = family("Logistic", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: ({ loc, scale }, key, shape) => random.logistic(key, shape).mul(scale).add(loc),
  logDensity({ loc, scale }, x) {
    // Of |z|, the law being symmetric: at -infinity z and its softplus would cancel.
    const z = np.abs(standardise(x, loc, scale));
    return z.add(softplus(z.neg()).mul(2)).add(np.log(scale)).neg();
  },
  mean: ({ loc }) => loc,
  variance: ({ scale }) => scale.mul(scale).mul(Math.PI ** 2 / 3),
  entropy: ({ scale }) => np.log(scale).add(2),
  cdf: ({ loc, scale }, x) => expit(standardise(x, loc, scale)),
  icdf: ({ loc, scale }, q) => logit(q).mul(scale).add(loc),
});
