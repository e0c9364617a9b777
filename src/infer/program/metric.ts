// A diagonal inverse metric in; momenta, velocities and kinetic energies as tensors out (Betancourt 2017, section 4.2).
import { np, random, type Tensor } from "../../tensor/index.js";

/** Variances of the unconstrained parameters, and the standard deviations of their momenta. */
export interface DiagonalMetric {
  readonly inverse: Tensor;
  readonly scale: Tensor;
}

export const diagonalMetric = (inverse: Tensor): DiagonalMetric => ({
  inverse,
  scale: np.sqrt(np.reciprocal(inverse)),
});

export const velocity = (metric: DiagonalMetric, p: Tensor): Tensor => metric.inverse.mul(p);

/** Draws a momentum whose covariance is the metric. */
export const momentum = (metric: DiagonalMetric, key: Tensor): Tensor =>
  random.normal(key, metric.scale.shape).mul(metric.scale);

/** Half the momentum times its velocity. */
export const kinetic = (metric: DiagonalMetric, p: Tensor): Tensor =>
  p.mul(velocity(metric, p)).sum().mul(0.5);
