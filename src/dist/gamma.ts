// Gamma(concentration, rate): mean concentration / rate.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { standardGammaEntropy } from "./gamma-entropy.js";
import { gammaQuantile } from "./quantiles.js";

const { gammainc, lgamma } = np.special;

/** Gamma(concentration, rate): mean concentration / rate. */
export const Gamma = family("Gamma", {
  parameters: {
    concentration: { constraint: constraints.positive },
    rate: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.positive,
  draw: ({ concentration, rate }, key, shape) => random.gamma(key, concentration, shape).div(rate),
  // log x stands alone, not in an xlogy with the parameter: of data it is computed once.
  logDensity({ concentration, rate }, x) {
    const constant = concentration.mul(np.log(rate)).sub(lgamma(concentration));
    return concentration.sub(1).mul(np.log(x)).sub(rate.mul(x)).add(constant);
  },
  mean: ({ concentration, rate }) => concentration.div(rate),
  variance: ({ concentration, rate }) => concentration.div(rate.mul(rate)),
  entropy: ({ concentration, rate }) => standardGammaEntropy(concentration).sub(np.log(rate)),
  cdf: ({ concentration, rate }, x) => gammainc(concentration, rate.mul(x)),
  icdf: ({ concentration, rate }, q) => gammaQuantile(concentration, q).div(rate),
});
