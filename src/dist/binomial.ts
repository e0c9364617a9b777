// Binomial({ totalCount, probs | logits }): successes in totalCount independent trials.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { failureOf, logFailure, logProbs, oddsParameters, probsOf } from "./odds.js";
import { timesLog } from "./standardise.js";
import { commonCount, logChoose } from "./counts.js";

const { betainc, softplus } = np.special;

/** Binomial({ totalCount, probs | logits }): successes in totalCount independent trials. */
export const Binomial = family("Binomial", {
  parameters: { totalCount: { constraint: constraints.nonnegativeInteger, default: 1 } },
  oneOf: oddsParameters,
  hasRsample: false,
  support: ({ totalCount }) => constraints.integerInterval(0, totalCount),
  draw: (p, key, shape) => random.binomial(key, p.totalCount, probsOf(p), shape),
  // The binomial coefficient is a term of its own: of data alone, it is computed once.
  logDensity(p, x) {
    const ways = logChoose(p.totalCount, x);
    if (p.logits)
      return x
        .mul(p.logits)
        .sub(p.totalCount.mul(softplus(p.logits)))
        .add(ways);
    return timesLog(x, logProbs(p))
      .add(timesLog(p.totalCount.sub(x), logFailure(p)))
      .add(ways);
  },
  mean: (p) => p.totalCount.mul(probsOf(p)),
  variance: (p) => p.totalCount.mul(probsOf(p)).mul(failureOf(p)),
  // P(X <= k) = I(1 - p; n - k, k + 1); at k = n it is one, where the function's first parameter would be zero.
  cdf(p, x) {
    const k = np.floor(x);
    const inside = np.logicalAnd(k.ge(0), k.lt(p.totalCount));
    const below = betainc(
      np.where(inside, p.totalCount.sub(k), 1),
      np.where(inside, k.add(1), 1),
      failureOf(p),
    );
    return np.where(k.lt(0), 0, np.where(inside, below, 1));
  },
  enumerate: ({ totalCount }) =>
    np.array(Float64Array.from({ length: commonCount("Binomial", totalCount) + 1 }, (_, k) => k)),
});
