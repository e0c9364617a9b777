// A model and options in, Hamiltonian Monte Carlo with trajectories of fixed length for MCMC out.
import type { KernelSpec } from "./chains/kernel-spec.js";
import { Kernel, type KernelOptions } from "./hmc/kernel.js";
import { between, wholeNumber } from "./known-options.js";
import type { Model } from "./model.js";

/** Options of `HMC`, those of every kernel included. */
export interface HMCOptions extends KernelOptions {
  /** Time that a trajectory lasts; the number of steps is this over the step size. Default 2 pi. */
  readonly trajectoryLength?: number;
  /** Leapfrog steps of a trajectory, in place of its time. */
  readonly numSteps?: number;
  /**
   * The time, or number of steps, of each trajectory is multiplied by a number uniform on (1 - jitter, 1 + jitter), so that no scale of
   * the posterior has a period that all of them share. From 0 to below 1. Default 0.5 where neither time nor steps are given, else 0.
   */
  readonly trajectoryJitter?: number;
}

/** Of the default length, which is a whole period of a standard normal: without it draws of a well scaled posterior stay where they are. */
const JITTER = 0.5;

/**
 * Hamiltonian Monte Carlo (Neal 2011), adapted as NUTS is. The default length is a whole period of a standard normal, more or less:
 * prefer NUTS, or set the length.
 */
export class HMC extends Kernel {
  readonly maxTreeDepth = undefined;
  readonly trajectoryLength: number;
  /** 0 where the time counts. */
  readonly numSteps: number;
  readonly trajectoryJitter: number;

  constructor(model: Model, options: HMCOptions = {}) {
    super("HMC", model, options, ["trajectoryLength", "numSteps", "trajectoryJitter"]);
    if (options.trajectoryLength !== undefined && options.numSteps !== undefined)
      throw new TypeError("new HMC: give trajectoryLength or numSteps, not both.");
    this.trajectoryLength = between(
      "new HMC",
      "trajectoryLength",
      options.trajectoryLength ?? 2 * Math.PI,
      0,
    );
    this.numSteps =
      options.numSteps === undefined ? 0 : wholeNumber("new HMC", "numSteps", options.numSteps, 1);
    const isGiven = options.trajectoryLength !== undefined || options.numSteps !== undefined;
    this.trajectoryJitter = options.trajectoryJitter ?? (isGiven ? 0 : JITTER);
    if (!(this.trajectoryJitter >= 0 && this.trajectoryJitter < 1))
      throw new RangeError(
        `new HMC: trajectoryJitter must be at least 0 and below 1; got ${this.trajectoryJitter}.`,
      );
  }

  trajectory(): KernelSpec["trajectory"] {
    const { trajectoryLength, numSteps, trajectoryJitter } = this;
    return { kind: "HMC", trajectoryLength, numSteps, trajectoryJitter };
  }
}
