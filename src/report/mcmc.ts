// A kernel and options in; draws with summary and table out: the driver of infer/ joined with progress and reports.
import type { ChainRecord } from "../infer/chains/record.js";
import { MCMCDriver, type ProgressSink } from "../infer/mcmc-driver.js";
import type { MCMCOptions, Until } from "../infer/mcmc-options.js";
import type { Kernel } from "../infer/hmc/kernel.js";
import type { PosteriorData } from "../infer/posterior-draws.js";
import { Fit } from "./fit.js";
import { liveSizes } from "./live-sizes.js";
import { createProgress } from "./progress.js";
import { targetReached } from "./target.js";

/**
 * Markov chain Monte Carlo.
 *
 * @example
 * const mcmc = new MCMC(new NUTS(model), { warmup: 1000, samples: 1000, chains: 4, seed: 1 });
 * const fit = await mcmc.run(data);
 * fit.print();
 */
export class MCMC extends MCMCDriver<Fit> {
  private sizes: ReturnType<typeof liveSizes> = () => undefined;

  constructor(kernel: Kernel, options: MCMCOptions = {}) {
    super(kernel, options);
  }

  protected override createProgress(): ProgressSink {
    const { chains, warmup, samples, thinning, progress } = this.settings;
    const shown = createProgress({ chains, warmup, samples: samples * thinning, progress });
    this.sizes = shown.active ? liveSizes(chains) : () => undefined;
    return shown;
  }

  protected override note(chain: number, record: ChainRecord): string | undefined {
    return this.sizes(chain, record);
  }

  protected override reached(until: Until, records: readonly ChainRecord[], draws: number): boolean {
    return targetReached(until, records, draws);
  }

  protected override createFit(data: PosteriorData): Fit {
    return new Fit(data);
  }
}
