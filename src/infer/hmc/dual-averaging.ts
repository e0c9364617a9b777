// Acceptance statistics in, step sizes out (Hoffman and Gelman 2014, section 3.2.1, with their constants).
import { numbers } from "../../tensor/index.js";

import type { StateWalk } from "../chains/state.js";

const GAMMA = 0.05;
const T0 = 10;
const KAPPA = 0.75;

/** The state is five numbers; `step` is the pair's only change of it, so the search can be traced or resumed. */
export interface DualAveraging {
  /** The point that steps shrink towards: log of ten times the initial step size. */
  mu: number;
  count: number;
  /** Running mean of target - acceptance. */
  error: number;
  logStep: number;
  /** The averaged iterate: log of the step size to sample with. */
  logAverage: number;
}

export const initDualAveraging = (stepSize: number): DualAveraging => ({
  mu: numbers.log(10 * stepSize),
  count: 0,
  error: 0,
  logStep: numbers.log(stepSize),
  logAverage: 0,
});

/** Updates the state in place with one acceptance statistic in [0, 1]; a NaN counts as 0. */
export function stepDualAveraging(s: DualAveraging, acceptance: number, target: number): void {
  s.count++;
  const statistic = acceptance > 0 ? Math.min(1, acceptance) : 0;
  const eta = 1 / (s.count + T0);
  s.error = (1 - eta) * s.error + eta * (target - statistic);
  s.logStep = s.mu - (s.error * Math.sqrt(s.count)) / GAMMA;
  const weight = numbers.power(s.count, -KAPPA);
  s.logAverage = (1 - weight) * s.logAverage + weight * s.logStep;
}

export function walkDualAveraging(s: DualAveraging, state: StateWalk): void {
  s.mu = state.number(s.mu);
  s.count = state.number(s.count);
  s.error = state.number(s.error);
  s.logStep = state.number(s.logStep);
  s.logAverage = state.number(s.logAverage);
}
