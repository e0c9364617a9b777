// A model and options in, the No-U-Turn sampler for MCMC out.
import type { KernelSpec } from "./chains/kernel-spec.js";
import { Kernel, type KernelOptions } from "./hmc/kernel.js";
import { wholeNumber } from "./known-options.js";
import type { Model } from "./model.js";

/** Options of `NUTS`, those of every kernel included. */
export interface NUTSOptions extends KernelOptions {
  /** Trajectories have at most 2^maxTreeDepth - 1 leapfrog steps. Default 10. */
  readonly maxTreeDepth?: number;
}

/**
 * Hamiltonian Monte Carlo whose trajectories stop before they turn back: multinomial sampling along the trajectory,
 * Stan's stopping rules and warm-up (Hoffman and Gelman 2014; Betancourt 2017). Sampler, adaptation and density are one
 * WebAssembly program.
 *
 * @example new MCMC(new NUTS(model, { targetAccept: 0.9 }), { warmup: 1000, samples: 1000 })
 */
export class NUTS extends Kernel {
  readonly maxTreeDepth: number;

  constructor(model: Model, options: NUTSOptions = {}) {
    super("NUTS", model, options, ["maxTreeDepth"]);
    this.maxTreeDepth = wholeNumber("new NUTS", "maxTreeDepth", options.maxTreeDepth ?? 10, 1, 20);
  }

  trajectory(): KernelSpec["trajectory"] {
    return { kind: "NUTS", maxTreeDepth: this.maxTreeDepth };
  }
}
