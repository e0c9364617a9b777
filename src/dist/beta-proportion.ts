// BetaProportion(mean, concentration): the Beta with that mean; concentration is the sum of its two parameters.
import { constraints } from "../bijectors/index.js";
import type { Tensor } from "../tensor/index.js";
import { Beta } from "./beta.js";
import { family } from "./family.js";
import { minus } from "./standardise.js";

export interface Parameters {
  readonly mean: Tensor;
  readonly concentration: Tensor;
}
const beta = ({ mean, concentration }: Parameters) =>
  Beta(mean.mul(concentration), minus(1, mean).mul(concentration));

/** BetaProportion(mean, concentration): the Beta with that mean; concentration is the sum of its two parameters. */
export const BetaProportion = family("BetaProportion", {
  parameters: {
    mean: { constraint: constraints.unitInterval },
    concentration: { constraint: constraints.positive },
  },
  hasRsample: true,
  support: () => constraints.unitInterval,
  draw: (p, key, shape) => beta(p).expand(shape).sample(key),
  logDensity: (p, x) => beta(p).logProbWithin(x),
  mean: ({ mean }) => mean,
  variance: (p) => beta(p).variance,
  entropy: (p) => beta(p).entropy(),
  cdf: (p, x) => beta(p).cdf(x),
  icdf: (p, q) => beta(p).icdf(q),
});
