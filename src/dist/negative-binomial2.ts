// NegativeBinomial2(mean, concentration): counts with variance mean + mean^2 / concentration (Stan's neg_binomial_2).
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { logRepeatedChoose } from "./counts.js";
import { aroundGammaCounts, countEntropy } from "./count-entropy.js";
import { family } from "./family.js";
import { timesLog } from "./standardise.js";

const { betaincc } = np.special;

export interface Parameters {
  readonly mean: Tensor;
  readonly concentration: Tensor;
}

// -a log(1 + m / a) keeps its digits when a is large and the law is nearly Poisson.
const logPmf = ({ mean: m, concentration: a }: Parameters, x: Tensor): Tensor =>
  logRepeatedChoose(a, x)
    .sub(a.mul(np.log1p(m.div(a))))
    .add(timesLog(x, np.log(m).sub(np.log(m.add(a)))));

/** NegativeBinomial2(mean, concentration): counts with variance mean + mean^2 / concentration (Stan's neg_binomial_2). */
export const NegativeBinomial2 = family("NegativeBinomial2", {
  parameters: {
    mean: { constraint: constraints.positive },
    concentration: { constraint: constraints.positive },
  },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw({ mean, concentration }, key, shape) {
    const keys = random.split(key, 2);
    const rate = random.gamma(keys.at(0), concentration, shape).div(concentration).mul(mean);
    return random.poisson(keys.at(1), rate, shape);
  },
  logDensity: logPmf,
  mean: ({ mean }) => mean,
  variance: ({ mean, concentration }) => mean.add(mean.mul(mean).div(concentration)),
  cdf: ({ mean, concentration }, x) =>
    betaincc(np.floor(x).add(1), concentration, mean.div(mean.add(concentration))),
  entropy(p) {
    const { low, high } = aroundGammaCounts(p.mean, p.concentration);
    return countEntropy(low, high, (k) => logPmf(p, k));
  },
});
