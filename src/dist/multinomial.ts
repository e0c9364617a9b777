// Multinomial({ totalCount, probs | logits }): counts of each category in totalCount trials.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { logFactorial } from "./counts.js";
import { family } from "./family.js";
import { logOddsOf, probabilitiesOf, simplexParameters, sizeOf } from "./simplex-odds.js";
import { timesLog } from "./standardise.js";

/** Multinomial({ totalCount, probs | logits }): counts of each category in totalCount trials. */
export const Multinomial = family("Multinomial", {
  parameters: { totalCount: { constraint: constraints.nonnegativeInteger, default: 1 } },
  oneOf: simplexParameters,
  hasRsample: false,
  eventShape: (p) => [sizeOf(p)],
  support: ({ totalCount }) => constraints.multinomial(totalCount),
  // Category by category, each a binomial share of what the earlier ones left.
  draw(p, key, shape) {
    const k = sizeOf(p);
    const keys = random.split(key, k);
    const probs = probabilitiesOf(p);
    const column = (i: number): Tensor => np.take(probs, i, -1);
    const tails = np.flip(np.cumsum(np.flip(probs, -1), -1), -1);
    let left = np.broadcastTo(p.totalCount, shape);
    const counts: Tensor[] = [];
    for (let i = 0; i < k - 1; i++) {
      const share = np.clip(column(i).div(np.take(tails, i, -1)), 0, 1);
      const n = random.binomial(keys.at(i), left, np.where(share.eq(share), share, 0), shape);
      counts.push(n);
      left = left.sub(n);
    }
    return np.stack([...counts, left], -1);
  },
  logDensity: (p, x) =>
    logFactorial(p.totalCount)
      .sub(np.sum(logFactorial(x), -1))
      .add(np.sum(timesLog(x, logOddsOf(p)), -1)),
  mean: (p) => np.expandDims(p.totalCount, -1).mul(probabilitiesOf(p)),
  variance(p) {
    const probs = probabilitiesOf(p);
    return np.expandDims(p.totalCount, -1).mul(probs).mul(np.subtract(1, probs));
  },
});
