// The log probabilities of a law of whole numbers, and where nearly all of its mass lies -> its entropy, as a sum or an integral.
import { RULE } from "./gauss-legendre.js";
import { np, numbers, type Tensor } from "../tensor/index.js";

/** As many of the first values are summed one by one. */
const FIRST = 4096;
const PANELS = 64;
/** Places of all nodes in [0, 1], and their weights. */
const places = Float64Array.from({ length: PANELS * 16 }, (_, i) => {
  return (Math.floor(i / 16) + (RULE[i % 16]![0] + 1) / 2) / PANELS;
});
const shares = Float64Array.from({ length: PANELS * 16 }, (_, i) => RULE[i % 16]![1] / (2 * PANELS));

/**
 * -sum p log p over the whole numbers from low to high, beyond which no mass counts. What is more than 4096 above low is an integral
 * over x (Euler and Maclaurin's first term added), on panels that grow like x - low. A scale of each batch axis is kept; low, high
 * and log probabilities broadcast.
 */
export function countEntropy(low: Tensor, high: Tensor, logPmf: (k: Tensor) => Tensor): Tensor {
  const from = np.stopGradient(np.floor(low));
  const width = np.stopGradient(np.floor(high)).sub(from);
  const known = width.link ? FIRST : Math.max(0, ...Array.from(width.data())) + 1;
  const count = Math.min(FIRST, known);
  const lead = Array.from({ length: width.ndim }, () => 1);
  const column = (data: Float64Array): Tensor => np.array(data).reshape([data.length, ...lead]);
  const term = (k: Tensor): Tensor => {
    const log = logPmf(k);
    return np.where(log.gt(-740), np.exp(log).mul(log).neg(), 0);
  };
  const steps = column(Float64Array.from({ length: count }, (_, j) => j));
  const inner = steps.le(width);
  const total = np.sum(np.where(inner, term(from.add(np.where(inner, steps, 0))), 0), 0);
  if (known <= FIRST) return total;
  const start = FIRST - 0.5;
  const wide = width.ge(FIRST);
  const growth = np.log(np.where(wide, width.add(0.5), 2 * start)).sub(numbers.log(start));
  const offset = np.exp(column(places).mul(growth)).mul(start);
  const integral = np.sum(term(from.add(offset)).mul(offset).mul(growth).mul(column(shares)), 0);
  const at = (k: number): Tensor => term(from.add(k));
  const bend = at(FIRST)
    .sub(at(FIRST - 1))
    .div(24);
  return total.add(np.where(wide, integral.add(bend), 0));
}

/** From so far below to so far above the mean of a law with Gaussian or exponential tails of the given scale. */
export const around = (mean: Tensor, sd: Tensor): { low: Tensor; high: Tensor } => {
  const reach = sd.mul(12).add(60);
  return { low: np.maximum(mean.sub(reach), 0), high: mean.add(reach) };
};

/** Where counts with a Gamma(concentration) rate of the given mean lie. */
export function aroundGammaCounts(mean: Tensor, concentration: Tensor): { low: Tensor; high: Tensor } {
  const slope = mean.div(concentration);
  const top = slope.mul(concentration.add(np.sqrt(concentration).mul(12)).add(60));
  const sd = np.sqrt(mean.add(mean.mul(slope)));
  return { low: around(mean, sd).low, high: around(top, np.sqrt(top)).high };
}
