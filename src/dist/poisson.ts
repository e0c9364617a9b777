// Poisson(rate): counts of independent events.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { around, countEntropy } from "./count-entropy.js";
import { logFactorial } from "./counts.js";
import { family } from "./family.js";
import { timesLog } from "./standardise.js";

const logPmf = (rate: Tensor, x: Tensor): Tensor => timesLog(x, np.log(rate)).sub(rate).sub(logFactorial(x));

/** Poisson(rate): counts of independent events. */
export const Poisson = family("Poisson", {
  parameters: { rate: { constraint: constraints.nonnegative } },
  hasRsample: false,
  support: () => constraints.nonnegativeInteger,
  draw: ({ rate }, key, shape) => random.poisson(key, rate, shape),
  logDensity: ({ rate }, x) => logPmf(rate, x),
  mean: ({ rate }) => rate,
  variance: ({ rate }) => rate,
  entropy({ rate }) {
    const { low, high } = around(rate, np.sqrt(rate));
    return countEntropy(low, high, (k) => logPmf(rate, k));
  },
  cdf: ({ rate }, x) => np.special.gammaincc(np.floor(x).add(1), rate),
});
