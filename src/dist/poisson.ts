// Poisson(rate): counts of independent events.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { logFactorial } from "./counts.js";
import { family } from "./family.js";
import { timesLog } from "./standardise.js";

/** Poisson(rate): counts of independent events. */
export const Poisson = family("Poisson", {
  parameters: { rate: { constraint: constraints.nonnegative } },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw: ({ rate }, key, shape) => random.poisson(key, rate, shape),
  logDensity: ({ rate }, x) => timesLog(x, np.log(rate)).sub(rate).sub(logFactorial(x)),
  mean: ({ rate }) => rate,
  variance: ({ rate }) => rate,
  cdf: ({ rate }, x) => np.where(x.lt(0), 0, np.special.gammaincc(np.floor(np.maximum(x, 0)).add(1), rate)),
});
