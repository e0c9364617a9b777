// Binomial({ totalCount, probs | logits }): successes in totalCount independent trials.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { failureOf, logFailure, logProbs, oddsParameters, probsOf, type Odds } from "./odds.js";
import { timesLog } from "./standardise.js";
import { around, countEntropy } from "./count-entropy.js";
import { commonCount, logChoose } from "./counts.js";

const { betainc, betaincc, softplus } = np.special;

interface Parameters extends Odds {
  readonly totalCount: Tensor;
}

// The binomial coefficient is a term of its own: of data alone, it is computed once.
function logPmf(p: Parameters, x: Tensor): Tensor {
  const ways = logChoose(p.totalCount, x);
  if (p.logits)
    return x
      .mul(p.logits)
      .sub(p.totalCount.mul(softplus(p.logits)))
      .add(ways);
  return timesLog(x, logProbs(p))
    .add(timesLog(p.totalCount.sub(x), logFailure(p)))
    .add(ways);
}

/** Binomial({ totalCount, probs | logits }): successes in totalCount independent trials. */
export const Binomial = family("Binomial", {
  parameters: { totalCount: { constraint: constraints.nonnegativeInteger, default: 1 } },
  oneOf: oddsParameters,
  hasRsample: false,
  support: ({ totalCount }) => constraints.integerInterval(0, totalCount),
  draw: (p, key, shape) => random.binomial(key, p.totalCount, probsOf(p), shape),
  logDensity: (p, x) => logPmf(p, x),
  mean: (p) => p.totalCount.mul(probsOf(p)),
  variance: (p) => p.totalCount.mul(probsOf(p)).mul(failureOf(p)),
  entropy(p) {
    const mean = p.totalCount.mul(probsOf(p));
    const { low, high } = around(mean, np.sqrt(mean.mul(failureOf(p))));
    return countEntropy(low, np.minimum(high, p.totalCount), (k) => logPmf(p, np.minimum(k, p.totalCount)));
  },
  // P(X <= k) = 1 - I(p; k + 1, n - k), by the smaller of p and 1 - p; at k = n it is one, where a parameter would be zero.
  cdf(p, x) {
    const k = np.floor(x);
    const inside = k.lt(p.totalCount);
    const rest = np.where(inside, p.totalCount.sub(k), 1);
    const next = np.where(inside, k.add(1), 1);
    const [success, failure] = [probsOf(p), failureOf(p)];
    const rare = success.lt(0.5);
    const below = np.where(
      rare,
      betaincc(next, rest, np.where(rare, success, 0.5)),
      betainc(rest, next, np.where(rare, 0.5, failure)),
    );
    return np.where(inside, below, 1);
  },
  enumerate: ({ totalCount }) =>
    np.array(Float64Array.from({ length: commonCount("Binomial", totalCount) + 1 }, (_, k) => k)),
});
