// Gompertz(concentration, rate): P(X > x) = exp(-concentration (exp(rate x) - 1)); mortality that grows exponentially.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";

/** Gompertz(concentration, rate): P(X > x) = exp(-concentration (exp(rate x) - 1)); mortality that grows exponentially. */
export const Gompertz = family("Gompertz", {
  parameters: {
    concentration: { constraint: constraints.positive },
    rate: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.nonnegative,
  draw: ({ concentration, rate }, key, shape) =>
    np.log1p(random.exponential(key, shape).div(concentration)).div(rate),
  logDensity({ concentration, rate }, x) {
    const grown = rate.mul(x);
    return np
      .log(concentration)
      .add(np.log(rate))
      .add(grown)
      .sub(concentration.mul(np.expm1(grown)));
  },
  cdf: ({ concentration, rate }, x) => np.expm1(concentration.mul(np.expm1(rate.mul(x))).neg()).neg(),
  icdf: ({ concentration, rate }, q) => np.log1p(np.log1p(q.neg()).neg().div(concentration)).div(rate),
});
