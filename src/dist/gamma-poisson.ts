// GammaPoisson(concentration, rate): counts whose Poisson rate is Gamma(concentration, rate); the negative binomial.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { logFactorial } from "./counts.js";
import { family } from "./family.js";

const { betainc, lgamma } = np.special;

/** GammaPoisson(concentration, rate): counts whose Poisson rate is Gamma(concentration, rate); the negative binomial. */
export const GammaPoisson = family("GammaPoisson", {
  parameters: {
    concentration: { constraint: constraints.positive },
    rate: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw({ concentration, rate }, key, shape) {
    const keys = random.split(key, 2);
    return random.poisson(keys.at(1), random.gamma(keys.at(0), concentration, shape).div(rate), shape);
  },
  logDensity({ concentration: a, rate: b }, x) {
    const constant = a.mul(np.log(b)).sub(lgamma(a));
    return lgamma(x.add(a))
      .sub(x.add(a).mul(np.log1p(b)))
      .add(constant)
      .sub(logFactorial(x));
  },
  mean: ({ concentration, rate }) => concentration.div(rate),
  variance: ({ concentration, rate }) => concentration.div(rate).mul(np.add(1, np.divide(1, rate))),
  cdf: ({ concentration, rate }, x) =>
    np.where(x.lt(0), 0, betainc(concentration, np.floor(np.maximum(x, 0)).add(1), rate.div(rate.add(1)))),
});
