// LogUniform(low, high): the logarithm is uniform; density 1 / x up to a constant.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { requireIncreasing } from "./parameter-order.js";

export interface Ends {
  readonly low: Tensor;
  readonly high: Tensor;
}
const width = ({ low, high }: Ends): Tensor => np.log(high).sub(np.log(low));
const quantile = (p: Ends, q: Tensor): Tensor => np.exp(np.log(p.low).add(q.mul(width(p))));

/** LogUniform(low, high): the logarithm is uniform; density 1 / x up to a constant. */
export const LogUniform = family("LogUniform", {
  parameters: { low: { constraint: constraints.positive }, high: { constraint: constraints.positive } },
  hasRsample: true,
  check: ({ low, high }) => requireIncreasing("LogUniform", low, high),
  support: ({ low, high }) => constraints.interval(low, high),
  draw: (p, key, shape) => np.clip(quantile(p, random.uniform(key, shape)), p.low, p.high),
  logDensity: (p, x) =>
    np
      .log(x)
      .add(np.log(width(p)))
      .neg(),
  mean: (p) => p.high.sub(p.low).div(width(p)),
  variance(p) {
    // In units of the middle sqrt(low high), h half the width: sinh(2 h) / 2 h - (sinh(h) / h)^2, by its series where h is small.
    const h = width(p).mul(0.5);
    const s = np.square(h);
    const series = [1 / 3, 4 / 45, 2 / 189, 1 / 1417.5, 2 / 66825].reduceRight<Tensor>(
      (sum, c) => sum.mul(s).add(c),
      np.zeros([]),
    );
    const near = h.lt(0.3);
    const wide = np.where(near, 1, h);
    const whole = np
      .sinh(wide.mul(2))
      .div(wide.mul(2))
      .sub(np.square(np.sinh(wide).div(wide)));
    return p.low.mul(p.high).mul(np.where(near, s.mul(series), whole));
  },
  entropy: (p) =>
    np
      .log(p.low)
      .add(np.log(p.high))
      .mul(0.5)
      .add(np.log(width(p))),
  cdf: (p, x) => np.clip(np.log(x).sub(np.log(p.low)).div(width(p)), 0, 1),
  icdf: quantile,
});
