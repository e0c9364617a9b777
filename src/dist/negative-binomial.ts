// NegativeBinomial({ totalCount, probs | logits }): successes, each of the given probability, before totalCount failures.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { logFactorial } from "./counts.js";
import { family } from "./family.js";
import { failureOf, logFailure, logProbs, oddsParameters, probsOf } from "./odds.js";
import { timesLog } from "./standardise.js";

const { betainc, lgamma } = np.special;

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
  logDensity(p, x) {
    const n = p.totalCount;
    const choose = lgamma(x.add(n)).sub(lgamma(n)).sub(logFactorial(x));
    return choose.add(n.mul(logFailure(p))).add(timesLog(x, logProbs(p)));
  },
  mean: (p) => p.totalCount.mul(probsOf(p)).div(failureOf(p)),
  variance(p) {
    const failure = failureOf(p);
    return p.totalCount.mul(probsOf(p)).div(failure.mul(failure));
  },
  cdf: (p, x) => np.where(x.lt(0), 0, betainc(p.totalCount, np.floor(np.maximum(x, 0)).add(1), failureOf(p))),
});
