// A point of phase space and a step size in, the point one leapfrog step later out, as tensors.
import { np, type Tensor } from "../../tensor/index.js";
import { kinetic, velocity, type DiagonalMetric } from "./metric.js";

/** The log density and its gradient at a point. */
export type Potential = (q: Tensor) => readonly [Tensor, Tensor];

export interface Phase {
  readonly q: Tensor;
  readonly p: Tensor;
  /** Gradient of the log density at q, and that log density. */
  readonly g: Tensor;
  readonly logp: Tensor;
}

/** A negative step goes back in time. */
export function leapfrog(
  potential: Potential,
  metric: DiagonalMetric,
  z: Omit<Phase, "logp">,
  step: Tensor,
): Phase {
  const half = step.mul(0.5);
  const p = np.keep(z.p.add(half.mul(z.g)));
  const q = np.keep(z.q.add(step.mul(velocity(metric, p))));
  const [logp, g] = potential(q);
  return { q, p: np.keep(p.add(half.mul(g))), g, logp };
}

/** Total energy in nats; infinite where the density is not a number or is infinite. */
export function energy(metric: DiagonalMetric, p: Tensor, logp: Tensor): Tensor {
  const h = kinetic(metric, p).sub(logp);
  return np.where(h.gt(-Infinity), h, Infinity);
}
