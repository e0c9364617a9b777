// A model and options in, the No-U-Turn sampler for MCMC out.
import type { KernelSpec } from "./chains/kernel-spec.js";
import { Kernel, type KernelOptions } from "./hmc/kernel.js";
import { wholeNumber } from "./known-options.js";
import type { Model } from "./model.js";

/** Options of `NUTS`, those of every kernel included. */
export interface NUTSOptions extends KernelOptions {
  /** Trajectories have at most 2^maxTreeDepth - 1 leapfrog steps. Default 10. */
  readonly maxTreeDepth?: number;
  /**
   * "steps" (default): the log density is compiled, the sampler around it runs in JavaScript. "whole": model, sampler and
   * adaptation are one program, whose call runs dozens of iterations; it takes longer to compile and less time per leapfrog,
   * so it pays for long runs. The draws differ, as with another seed.
   */
  readonly program?: "steps" | "whole";
}

/**
 * Hamiltonian Monte Carlo whose trajectories stop before they turn back: multinomial sampling along the trajectory,
 * Stan's stopping rules and warm-up (Hoffman and Gelman 2014; Betancourt 2017).
 *
 * @example new MCMC(new NUTS(model, { targetAccept: 0.9 }), { warmup: 1000, samples: 1000 })
 */
export class NUTS extends Kernel {
  readonly maxTreeDepth: number;
  readonly program: "steps" | "whole";

  constructor(model: Model, options: NUTSOptions = {}) {
    super("NUTS", model, options, ["maxTreeDepth", "program"]);
    this.maxTreeDepth = wholeNumber("new NUTS", "maxTreeDepth", options.maxTreeDepth ?? 10, 1, 20);
    this.program = options.program ?? "steps";
    if (this.program !== "steps" && this.program !== "whole")
      throw new TypeError(
        `new NUTS: program must be "steps" or "whole", got ${JSON.stringify(options.program)}.`,
      );
    if (this.program === "whole" && this.denseMass)
      throw new TypeError(
        'new NUTS: denseMass is not available with program: "whole", whose metric is diagonal; leave one of them out.',
      );
  }

  trajectory(): KernelSpec["trajectory"] {
    return { kind: "NUTS", maxTreeDepth: this.maxTreeDepth };
  }
}
