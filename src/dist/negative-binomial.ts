// NegativeBinomial({ totalCount, probs | logits }): successes, each of the given probability, before totalCount failures.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { logRepeatedChoose } from "./counts.js";
import { aroundGammaCounts, countEntropy } from "./count-entropy.js";
import { family } from "./family.js";
import { failureOf, logFailure, logProbs, oddsParameters, probsOf, type Odds } from "./odds.js";
import { timesLog } from "./standardise.js";

const { betaincc } = np.special;

interface Parameters extends Odds {
  readonly totalCount: Tensor;
}

const logPmf = (p: Parameters, x: Tensor): Tensor =>
  logRepeatedChoose(p.totalCount, x)
    .add(p.totalCount.mul(logFailure(p)))
    .add(timesLog(x, logProbs(p)));

/** NegativeBinomial({ totalCount, probs | logits }): successes, each of the given probability, before totalCount failures. */
export const NegativeBinomial = family("NegativeBinomial", {
  parameters: { totalCount: { constraint: constraints.positive } },
  oneOf: oddsParameters,
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  // A Poisson whose rate is Gamma(totalCount) times the odds.
  draw(p, key, shape) {
    const keys = random.split(key, 2);
    const odds = probsOf(p).div(failureOf(p));
    return random.poisson(keys.at(1), random.gamma(keys.at(0), p.totalCount, shape).mul(odds), shape);
  },
  logDensity: (p, x) => logPmf(p, x),
  mean: (p) => p.totalCount.mul(probsOf(p)).div(failureOf(p)),
  variance(p) {
    const failure = failureOf(p);
    return p.totalCount.mul(probsOf(p)).div(failure.mul(failure));
  },
  cdf: (p, x) => betaincc(np.floor(x).add(1), p.totalCount, probsOf(p)),
  entropy(p) {
    const mean = p.totalCount.mul(probsOf(p)).div(failureOf(p));
    const { low, high } = aroundGammaCounts(mean, p.totalCount);
    return countEntropy(low, high, (k) => logPmf(p, k));
  },
});
