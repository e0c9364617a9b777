// DiscreteUniform(low, high): every whole number from low to high, both included, alike.
import { constraints, membership } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";

const wholeNumber = {
  ...constraints.nonnegativeInteger,
  name: "integer",
  check: membership((x: Tensor) => x.eq(np.floor(x))),
  element: Number.isInteger,
  bounds: {},
};

/** DiscreteUniform(low, high): every whole number from low to high, both included, alike. */
export const DiscreteUniform = family("DiscreteUniform", {
  parameters: { low: { constraint: wholeNumber, default: 0 }, high: { constraint: wholeNumber, default: 1 } },
  hasRsample: false,
  support: ({ low, high }) => constraints.integerInterval(low, high),
  draw: ({ low, high }, key, shape) => random.randint(key, shape, low, high.add(1)),
  logDensity: ({ low, high }) => np.log(high.sub(low).add(1)).neg(),
  mean: ({ low, high }) => low.add(high).mul(0.5),
  variance: ({ low, high }) => np.square(high.sub(low).add(1)).sub(1).div(12),
  entropy: ({ low, high }) => np.log(high.sub(low).add(1)),
  cdf: ({ low, high }, x) => np.clip(np.floor(x).sub(low).add(1).div(high.sub(low).add(1)), 0, 1),
  icdf: ({ low, high }, q) => np.maximum(low, low.add(np.ceil(q.mul(high.sub(low).add(1)))).sub(1)),
  enumerate({ low, high }) {
    if (low.link || high.link || low.size !== 1 || high.size !== 1)
      throw new Error(
        "DiscreteUniform.enumerateSupport: low and high must be known and the same for the whole batch.",
      );
    return np.arange(low.item(), high.item() + 1, 1, { dtype: "f64" });
  },
});
