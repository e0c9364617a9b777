// InverseGamma(concentration, rate): one over a Gamma(concentration, rate).
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { standardGammaEntropy } from "./gamma-entropy.js";
import { existsWhere } from "./standardise.js";
import { upperGammaQuantile } from "./quantiles.js";

const { digamma, gammaincc, lgamma } = np.special;

/** InverseGamma(concentration, rate): one over a Gamma(concentration, rate). */
export const InverseGamma = family("InverseGamma", {
  parameters: {
    concentration: { constraint: constraints.positive },
    rate: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.positive,
  draw: ({ concentration, rate }, key, shape) => rate.div(random.gamma(key, concentration, shape)),
  logDensity({ concentration, rate }, x) {
    const constant = concentration.mul(np.log(rate)).sub(lgamma(concentration));
    return constant.sub(concentration.add(1).mul(np.log(x))).sub(rate.div(x));
  },
  mean: ({ concentration: a, rate }) => existsWhere(a.gt(1), rate.div(a.sub(1)), Infinity),
  variance({ concentration: a, rate }) {
    const m = rate.div(a.sub(1));
    return existsWhere(a.gt(2), m.mul(m).div(a.sub(2)), Infinity);
  },
  entropy: ({ concentration, rate }) =>
    standardGammaEntropy(concentration).add(np.log(rate)).sub(digamma(concentration).mul(2)),
  cdf: ({ concentration, rate }, x) => gammaincc(concentration, rate.div(x)),
  icdf: ({ concentration, rate }, q) => rate.div(upperGammaQuantile(concentration, q)),
});
