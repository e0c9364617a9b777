// A kernel and options in; draws with summary and table out: the driver of infer/ joined with progress and reports.
import { MCMCDriver, type MCMCOptions, type ProgressSink } from "../infer/mcmc-driver.js";
import type { Kernel } from "../infer/hmc/kernel.js";
import type { PosteriorData } from "../infer/posterior-draws.js";
import { Fit } from "./fit.js";
import { createProgress } from "./progress.js";

/**
 * Markov chain Monte Carlo.
 *
 * @example
 * const mcmc = new MCMC(new NUTS(model), { warmup: 1000, samples: 1000, chains: 4, seed: 1 });
 * const fit = await mcmc.run(data);
 * fit.print();
 */
export class MCMC extends MCMCDriver<Fit> {
  constructor(kernel: Kernel, options: MCMCOptions = {}) {
    super(kernel, options);
  }

  protected override createProgress(): ProgressSink {
    const { chains, warmup, samples, thinning, progress } = this;
    return createProgress({ chains, warmup, samples: samples * thinning, progress });
  }

  protected override createFit(data: PosteriorData): Fit {
    return new Fit(data);
  }
}
