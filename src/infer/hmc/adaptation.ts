// Warm-up iterations in, step size and metric out: Stan's schedule of windows around dual averaging.
import type { StateWalk, Stateful } from "../chains/state.js";
import { CovarianceEstimate } from "./covariance-estimate.js";
import type { PhasePoint } from "./density.js";
import {
  initDualAveraging,
  stepDualAveraging,
  walkDualAveraging,
  type DualAveraging,
} from "./dual-averaging.js";
import type { Leapfrog } from "./leapfrog.js";
import type { RandomStream } from "./philox.js";
import { searchStepSize } from "./step-size-search.js";
import { adaptationWindows, type Windows } from "./windows.js";
import { numbers } from "../../tensor/index.js";

export interface AdaptationOptions {
  readonly stepSize: number;
  readonly targetAccept: number;
  readonly adaptStepSize: boolean;
  readonly adaptMass: boolean;
}

export class Adaptation implements Stateful {
  /** The step size to use next. */
  stepSize: number;
  private readonly windows: Windows;
  private readonly estimate: CovarianceEstimate;
  private averaging: DualAveraging;

  constructor(
    private readonly leapfrog: Leapfrog,
    dim: number,
    private readonly warmup: number,
    private readonly options: AdaptationOptions,
  ) {
    this.stepSize = options.stepSize;
    this.windows = adaptationWindows(warmup);
    this.estimate = new CovarianceEstimate(dim, leapfrog.metric.dense);
    this.averaging = initDualAveraging(this.stepSize);
  }

  /** Looks for a step size of the right order; call it once at the initial point. */
  start(z: PhasePoint, rng: RandomStream): void {
    if (this.warmup > 0 && this.options.adaptStepSize) this.restart(z, rng);
  }

  /** Learns from warm-up iteration number i, which ended in z with this acceptance statistic. */
  learn(i: number, z: PhasePoint, acceptance: number, rng: RandomStream): void {
    const { adaptStepSize, adaptMass, targetAccept } = this.options;
    if (adaptStepSize) {
      stepDualAveraging(this.averaging, acceptance, targetAccept);
      this.stepSize = numbers.exp(this.averaging.logStep);
    }
    const { start, ends } = this.windows;
    if (adaptMass && ends.length > 0 && i >= start && i < ends[ends.length - 1]) {
      this.estimate.add(z.q);
      if (ends.includes(i + 1)) this.closeWindow(z, rng);
    }
    if (i === this.warmup - 1 && adaptStepSize) this.stepSize = numbers.exp(this.averaging.logAverage);
  }

  /** The metric is part of it. */
  walk(state: StateWalk): void {
    this.stepSize = state.number(this.stepSize);
    walkDualAveraging(this.averaging, state);
    this.estimate.walk(state);
    this.leapfrog.metric.walk(state);
  }

  private closeWindow(z: PhasePoint, rng: RandomStream): void {
    const inverse = this.estimate.regularised();
    this.estimate.reset();
    // An estimate that is not positive definite (a chain that never moved) leaves the metric as it was.
    if (inverse && this.leapfrog.metric.update(inverse) && this.options.adaptStepSize) this.restart(z, rng);
  }

  private restart(z: PhasePoint, rng: RandomStream): void {
    this.stepSize = searchStepSize(this.leapfrog, z, this.stepSize, rng);
    this.averaging = initDualAveraging(this.stepSize);
  }
}
