// Uniform(low, high): constant on the interval.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { requireIncreasing } from "./parameter-order.js";

/** Uniform(low, high): constant on the interval. */
export const Uniform = family("Uniform", {
  parameters: {
    low: { constraint: constraints.real, default: 0 },
    high: { constraint: constraints.real, default: 1 },
  },
  hasRsample: true,
  support: ({ low, high }) => constraints.interval(low, high),
  check: ({ low, high }) => requireIncreasing("Uniform", low, high),
  draw: ({ low, high }, key, shape) => random.uniform(key, shape).mul(high.sub(low)).add(low),
  logDensity: ({ low, high }) => np.log(high.sub(low)).neg(),
  mean: ({ low, high }) => low.add(high).mul(0.5),
  variance({ low, high }) {
    const width = high.sub(low);
    return width.mul(width).div(12);
  },
  entropy: ({ low, high }) => np.log(high.sub(low)),
  cdf: ({ low, high }, x) => x.sub(low).div(high.sub(low)),
  icdf: ({ low, high }, q) => q.mul(high.sub(low)).add(low),
});
