// Beta(concentration1, concentration0): density x^(concentration1 - 1) (1 - x)^(concentration0 - 1) on [0, 1].
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { logBeta } from "./standardise.js";
import { betaQuantile } from "./quantiles.js";

const { betainc, digamma, xlog1py, xlogy } = np.special;

/** Beta(concentration1, concentration0): density x^(concentration1 - 1) (1 - x)^(concentration0 - 1) on [0, 1]. */
export const Beta = family("Beta", {
  parameters: {
    concentration1: { constraint: constraints.positive },
    concentration0: { constraint: constraints.positive },
  },
  hasRsample: true,
  support: () => constraints.unitInterval,
  draw: ({ concentration1, concentration0 }, key, shape) =>
    random.beta(key, concentration1, concentration0, shape),
  // xlogy: with a concentration of one the density is finite at the ends.
  logDensity: ({ concentration1: a, concentration0: b }, x) =>
    xlogy(a.sub(1), x)
      .add(xlog1py(b.sub(1), x.neg()))
      .sub(logBeta(a, b)),
  mean: ({ concentration1: a, concentration0: b }) => a.div(a.add(b)),
  variance({ concentration1: a, concentration0: b }) {
    const total = a.add(b);
    return a.mul(b).div(total.mul(total).mul(total.add(1)));
  },
  entropy({ concentration1: a, concentration0: b }) {
    const total = a.add(b);
    return logBeta(a, b)
      .sub(a.sub(1).mul(digamma(a)))
      .sub(b.sub(1).mul(digamma(b)))
      .add(total.sub(2).mul(digamma(total)));
  },
  cdf: ({ concentration1, concentration0 }, x) => betainc(concentration1, concentration0, x),
  icdf: ({ concentration1, concentration0 }, q) => betaQuantile(concentration1, concentration0, q),
});
