// Draws of one warm-up window in, regularised variances out, as tensors (Welford 1962; shrinkage as in Stan's Reference
// Manual, "HMC algorithm parameters": n / (n + 5) of the estimate plus 0.001 * 5 / (n + 5)).
import { np, type Tensor } from "../../tensor/index.js";

const SHRINKAGE_DRAWS = 5;
const SHRINKAGE_VARIANCE = 1e-3;

export interface VarianceEstimate {
  readonly count: Tensor;
  readonly mean: Tensor;
  /** Sums of squared deviations. */
  readonly sums: Tensor;
}

export const initVariance = (dim: number): VarianceEstimate => ({
  count: np.array(0),
  mean: np.zeros([dim]),
  sums: np.zeros([dim]),
});

/** Adds a draw where `counts` holds. */
export function stepVariance(s: VarianceEstimate, q: Tensor, counts: Tensor): VarianceEstimate {
  const weight = counts.astype("f64");
  const count = s.count.add(weight);
  const delta = q.sub(s.mean);
  const mean = s.mean.add(delta.mul(weight.div(np.maximum(count, 1))));
  return { count, mean, sums: s.sums.add(q.sub(mean).mul(delta).mul(weight)) };
}

/** The estimate; it means nothing with fewer than two draws. */
export function regularised({ count, sums }: VarianceEstimate): Tensor {
  const shrunk = np.reciprocal(count.add(SHRINKAGE_DRAWS));
  return sums.mul(count.mul(shrunk).div(count.sub(1))).add(shrunk.mul(SHRINKAGE_VARIANCE * SHRINKAGE_DRAWS));
}
