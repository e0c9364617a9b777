// BetaBinomial(concentration1, concentration0, totalCount): successes in trials whose probability is a Beta draw.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { commonCount, logChoose } from "./counts.js";
import { family } from "./family.js";
import { logBeta } from "./standardise.js";

/** BetaBinomial(concentration1, concentration0, totalCount): successes in trials whose probability is a Beta draw. */
export const BetaBinomial = family("BetaBinomial", {
  parameters: {
    concentration1: { constraint: constraints.positive },
    concentration0: { constraint: constraints.positive },
    totalCount: { constraint: constraints.nonnegativeInteger, default: 1 },
  },
  hasRsample: false,
  support: ({ totalCount }) => constraints.integerInterval(0, totalCount),
  draw({ concentration1, concentration0, totalCount }, key, shape) {
    const keys = random.split(key, 2);
    const p = random.beta(keys.at(0), concentration1, concentration0, shape);
    return random.binomial(keys.at(1), totalCount, p, shape);
  },
  logDensity: ({ concentration1: a, concentration0: b, totalCount: n }, x) =>
    logBeta(x.add(a), n.sub(x).add(b)).sub(logBeta(a, b)).add(logChoose(n, x)),
  mean: ({ concentration1: a, concentration0: b, totalCount: n }) => n.mul(a).div(a.add(b)),
  variance({ concentration1: a, concentration0: b, totalCount: n }) {
    const total = a.add(b);
    return n
      .mul(a)
      .mul(b)
      .mul(total.add(n))
      .div(total.mul(total).mul(total.add(1)));
  },
  enumerate: ({ totalCount }) =>
    np.array(Float64Array.from({ length: commonCount("BetaBinomial", totalCount) + 1 }, (_, k) => k)),
});
