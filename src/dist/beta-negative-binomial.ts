// BetaNegativeBinomial(concentration1, concentration0, n): successes before n failures, their probability a Beta draw.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { logRepeatedChoose } from "./counts.js";
import { family } from "./family.js";
import { existsWhere, logBeta } from "./standardise.js";

/** BetaNegativeBinomial(concentration1, concentration0, n): successes before n failures, whose probability is a Beta draw; heavy-tailed. */
export const BetaNegativeBinomial = family("BetaNegativeBinomial", {
  parameters: {
    concentration1: { constraint: constraints.positive },
    concentration0: { constraint: constraints.positive },
    n: { constraint: constraints.positive },
  },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  // The odds of a Beta draw are a quotient of Gamma draws, and a negative binomial is a Poisson of a Gamma rate.
  draw({ concentration1, concentration0, n }, key, shape) {
    const keys = random.split(key, 4);
    const odds = random
      .gamma(keys.at(0), concentration1, shape)
      .div(random.gamma(keys.at(1), concentration0, shape));
    return random.poisson(keys.at(3), random.gamma(keys.at(2), n, shape).mul(odds), shape);
  },
  logDensity: ({ concentration1: a, concentration0: b, n }, x) =>
    logRepeatedChoose(n, x)
      .add(logBeta(a.add(x), b.add(n)))
      .sub(logBeta(a, b)),
  mean: ({ concentration1: a, concentration0: b, n }) =>
    existsWhere(b.gt(1), n.mul(a).div(b.sub(1)), Infinity),
  variance({ concentration1: a, concentration0: b, n }) {
    const less = b.sub(1);
    const value = n
      .mul(a)
      .mul(n.add(less))
      .mul(a.add(less))
      .div(np.square(less).mul(b.sub(2)));
    return existsWhere(b.gt(2), value, Infinity);
  },
});
