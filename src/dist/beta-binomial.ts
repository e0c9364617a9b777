// BetaBinomial(concentration1, concentration0, totalCount): successes in trials whose probability is a Beta draw.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { commonCount, logRepeatedChoose } from "./counts.js";
import { family } from "./family.js";

export interface Parameters {
  readonly concentration1: Tensor;
  readonly concentration0: Tensor;
  readonly totalCount: Tensor;
}

// Draws with repetition of each kind over those of both: no two large terms cancel where the concentrations are large.
const logPmf = ({ concentration1: a, concentration0: b, totalCount: n }: Parameters, x: Tensor): Tensor =>
  logRepeatedChoose(a, x)
    .add(logRepeatedChoose(b, n.sub(x)))
    .sub(logRepeatedChoose(a.add(b), n));

/** 0, 1, ... to the largest totalCount, in front of the batch. */
function upTo({ concentration1, concentration0, totalCount }: Parameters, what: string, ndim = 0): Tensor {
  if (totalCount.link)
    throw new Error(
      `BetaBinomial.${what}: totalCount must be known while tracing, for it says how many terms are summed; give it as a plain number.`,
    );
  const most = Math.max(0, ...Array.from(totalCount.data()));
  const axes = Math.max(ndim, concentration1.ndim, concentration0.ndim, totalCount.ndim);
  return np
    .arange(most + 1, undefined, 1, { dtype: concentration1.dtype as "f64" })
    .reshape([-1, ...Array.from({ length: axes }, () => 1)]);
}

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
  logDensity: logPmf,
  mean: ({ concentration1: a, concentration0: b, totalCount: n }) => n.mul(a).div(a.add(b)),
  variance({ concentration1: a, concentration0: b, totalCount: n }) {
    const total = a.add(b);
    return n
      .mul(a)
      .mul(b)
      .mul(total.add(n))
      .div(total.mul(total).mul(total.add(1)));
  },
  // A sum over all counts: the largest totalCount must be known.
  entropy(p) {
    const log = logPmf(p, upTo(p, "entropy"));
    const within = upTo(p, "entropy").le(p.totalCount);
    return np.sum(np.where(within, np.exp(log).mul(log).neg(), 0), 0);
  },
  cdf(p, x) {
    const counts = upTo(p, "cdf", x.ndim);
    const within = np.logicalAnd(counts.le(x), counts.le(p.totalCount));
    return np.sum(np.where(within, np.exp(logPmf(p, counts)), 0), 0);
  },
  enumerate: ({ totalCount }) =>
    np.array(Float64Array.from({ length: commonCount("BetaBinomial", totalCount) + 1 }, (_, k) => k)),
});
