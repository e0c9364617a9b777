// ZeroInflatedNegativeBinomial2(mean, concentration, gate): zero with probability gate, else NegativeBinomial2(mean, concentration).
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { ZeroInflatedDistribution } from "./extra-zeros.js";
import { family } from "./family.js";
import { NegativeBinomial2 } from "./negative-binomial2.js";
import { minus } from "./standardise.js";

interface Parameters {
  readonly mean: Tensor;
  readonly concentration: Tensor;
}

const counts = ({ mean, concentration }: Parameters) => NegativeBinomial2(mean, concentration);

/** ZeroInflatedNegativeBinomial2(mean, concentration, gate): zero with probability gate, else NegativeBinomial2(mean, concentration). */
export const ZeroInflatedNegativeBinomial2 = family("ZeroInflatedNegativeBinomial2", {
  parameters: {
    mean: { constraint: constraints.positive },
    concentration: { constraint: constraints.positive },
    gate: { constraint: constraints.unitInterval },
  },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw(p, key, shape) {
    const keys = random.split(key, 2);
    const counted = counts(p).expand(shape).sample(keys.at(1));
    return np.where(random.uniform(keys.at(0), shape).lt(p.gate), 0, counted);
  },
  logDensity(p, x) {
    const counted = np.log1p(p.gate.neg()).add(counts(p).logProbWithin(x));
    return np.where(x.eq(0), np.special.logaddexp(np.log(p.gate), counted), counted);
  },
  mean: ({ mean, gate }) => minus(1, gate).mul(mean),
  variance: ({ mean, concentration, gate }) =>
    minus(1, gate)
      .mul(mean)
      .mul(mean.mul(gate.add(np.divide(1, concentration))).add(1)),
  entropy: (p) => ZeroInflatedDistribution(counts(p), { gate: p.gate }).entropy(),
  cdf: (p, x) => p.gate.add(minus(1, p.gate).mul(counts(p).cdf(x))),
});
