// A kernel and options in; draws with summary and table out: the driver of infer/ joined with progress and reports.
import { execute, type RunHooks } from "../infer/chains/execute.js";
import type { Kernel } from "../infer/hmc/kernel.js";
import { MCMCDriver } from "../infer/mcmc-driver.js";
import { resumeSettings, type MCMCOptions, type ResumeOptions } from "../infer/mcmc-options.js";
import { collectDraws, type PosteriorData } from "../infer/posterior-draws.js";
import { reopen } from "../infer/store/reopen.js";
import { Fit } from "./fit.js";
import { liveSizes } from "./live-sizes.js";
import { createProgress, type ProgressOptions } from "./progress.js";
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
  constructor(kernel: Kernel, options: MCMCOptions = {}) {
    super(kernel, options);
  }

  /**
   * Goes on with a run that was kept by `saveTo` or `fit.save`, from its last checkpoint, warm-up included, and gives its fit:
   * the same bits as if it had never stopped. The model's source is not needed. A finished run is read; `samples` makes it longer.
   *
   * @example const fit = await MCMC.resume("schools.zarr", { workers: "auto" });
   */
  static async resume(path: string, options: ResumeOptions = {}): Promise<Fit> {
    const settings = resumeSettings(options);
    settings.signal?.throwIfAborted();
    const run = reopen("MCMC.resume", path, settings.samples);
    const { keys, plan } = run.description;
    const chains = keys.length;
    const hooks = hooksFor({
      ...settings,
      chains,
      warmup: plan.warmup,
      samples: plan.samples * plan.thinning,
    });
    try {
      const workers = settings.workers(chains);
      const executed = await execute(run, { ...settings, workers }, { ...hooks, store: run.store });
      return new Fit(collectDraws({ ...run, ...executed }));
    } finally {
      hooks.sink.finish();
    }
  }

  protected override createHooks(): Omit<RunHooks, "store"> {
    const { chains, warmup, samples, thinning, progress } = this.settings;
    return hooksFor({ chains, warmup, samples: samples * thinning, progress });
  }

  protected override createFit(data: PosteriorData): Fit {
    return new Fit(data);
  }
}

function hooksFor(options: ProgressOptions): Omit<RunHooks, "store"> {
  const sink = createProgress(options);
  return {
    sink,
    ess: sink.active ? liveSizes(options.chains) : () => undefined,
    reached: targetReached,
  };
}
