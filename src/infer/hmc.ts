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
}

/**
 * Hamiltonian Monte Carlo (Neal 2011), adapted as NUTS is. The default length is a whole period of a standard normal,
 * along which a perfectly scaled normal posterior comes back to where it began: prefer NUTS, or set the length.
 */
export class HMC extends Kernel {
  readonly maxTreeDepth = undefined;
  readonly trajectoryLength: number;
  /** 0 where the time counts. */
  readonly numSteps: number;

  constructor(model: Model, options: HMCOptions = {}) {
    super("HMC", model, options, ["trajectoryLength", "numSteps"]);
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
  }

  trajectory(): KernelSpec["trajectory"] {
    const { trajectoryLength, numSteps } = this;
    return { kind: "HMC", trajectoryLength, numSteps };
  }
}
