// Acceptance statistics in, step sizes out, as tensors (Hoffman and Gelman 2014, section 3.2.1, with their constants).
import { np, type Tensor } from "../../tensor/index.js";

const GAMMA = 0.05;
const T0 = 10;
const KAPPA = 0.75;

export interface DualAveraging {
  /** The point that steps shrink towards: log of ten times the initial step size. */
  readonly mu: Tensor;
  readonly count: Tensor;
  /** Running mean of target - acceptance. */
  readonly error: Tensor;
  readonly logStep: Tensor;
  /** The averaged iterate: log of the step size to sample with. */
  readonly logAverage: Tensor;
}

export const initDualAveraging = (stepSize: Tensor): DualAveraging => ({
  mu: np.log(stepSize.mul(10)),
  count: np.array(0),
  error: np.array(0),
  logStep: np.log(stepSize),
  logAverage: np.array(0),
});

/** One acceptance statistic in [0, 1]; a NaN counts as 0. */
export function stepDualAveraging(s: DualAveraging, acceptance: Tensor, target: Tensor): DualAveraging {
  const count = s.count.add(1);
  const statistic = np.where(acceptance.gt(0), np.minimum(acceptance, 1), 0);
  const eta = np.reciprocal(count.add(T0));
  const error = np
    .subtract(1, eta)
    .mul(s.error)
    .add(eta.mul(target.sub(statistic)));
  const logStep = s.mu.sub(error.mul(np.sqrt(count)).div(GAMMA));
  const weight = np.exp(np.log(count).mul(-KAPPA));
  const logAverage = np.subtract(1, weight).mul(s.logAverage).add(weight.mul(logStep));
  return { mu: s.mu, count, error, logStep, logAverage };
}
