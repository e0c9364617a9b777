// GammaPoisson(concentration, rate): counts whose Poisson rate is Gamma(concentration, rate); the negative binomial.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { logRepeatedChoose } from "./counts.js";
import { aroundGammaCounts, countEntropy } from "./count-entropy.js";
import { family } from "./family.js";

const { betaincc } = np.special;

export interface Parameters {
  readonly concentration: Tensor;
  readonly rate: Tensor;
}

const logPmf = ({ concentration: a, rate: b }: Parameters, x: Tensor): Tensor =>
  logRepeatedChoose(a, x)
    .sub(a.mul(np.log1p(np.divide(1, b))))
    .sub(x.mul(np.log1p(b)));

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
  logDensity: logPmf,
  mean: ({ concentration, rate }) => concentration.div(rate),
  variance: ({ concentration, rate }) => concentration.div(rate).mul(np.add(1, np.divide(1, rate))),
  // 1 / (1 + rate) is what keeps its digits when the rate is large.
  cdf: ({ concentration, rate }, x) => betaincc(np.floor(x).add(1), concentration, np.divide(1, rate.add(1))),
  entropy(p) {
    const { low, high } = aroundGammaCounts(p.concentration.div(p.rate), p.concentration);
    return countEntropy(low, high, (k) => logPmf(p, k));
  },
});
