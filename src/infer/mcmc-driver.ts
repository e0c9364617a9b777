// A kernel and options in; a driver that runs its chains, here or in workers, and hands over the draws out.
// How progress is shown, when draws suffice and what a fit offers are a subclass's business: see report/mcmc.ts.
import { random, type Tensor } from "../tensor/index.js";
import type { Chain, ChainPlan } from "./chains/chain.js";
import type { RunDescription, Starts } from "./chains/description.js";
import { execute, type ReadyRun, type RunHooks } from "./chains/execute.js";
import { CompiledChain } from "./chains/compiled-chain.js";
import { samplerPlan } from "./chains/kernel-spec.js";
import { ChainRecord } from "./chains/record.js";
import type { DensityFile } from "./density/file.js";
import { explain } from "./divergences.js";
import { Kernel } from "./hmc/kernel.js";
import { RandomStream, type KeyWords } from "./hmc/philox.js";
import type { PhasePoint } from "./hmc/density.js";
import { initialPoint } from "./init/initial-point.js";
import type { InitStrategy } from "./init/strategy.js";
import { LogDensity } from "./log-density.js";
import { checkedSeed, runSettings, type MCMCOptions, type RunSettings } from "./mcmc-options.js";
import { collectDraws, type FinishedRun, type PosteriorData } from "./posterior-draws.js";
import { newFolder } from "./store/files.js";
import { Store } from "./store/store.js";

export abstract class MCMCDriver<Fit> {
  protected settings: RunSettings;
  private density: LogDensity | null = null;
  private extraMs = 0;
  private running = false;

  constructor(
    readonly kernel: Kernel,
    options: MCMCOptions = {},
  ) {
    if (!(kernel instanceof Kernel))
      throw new TypeError(
        `new MCMC: the first argument must be a kernel, got ${typeof kernel === "function" ? "a function; for a model write new MCMC(new NUTS(model))" : kernel === null ? "null" : typeof kernel}.`,
      );
    this.settings = runSettings(options);
    const { workers, saveTo } = this.settings;
    if ((workers > 0 || saveTo !== undefined) && kernel.dtype === "f32")
      throw new TypeError(
        `new MCMC: ${workers > 0 ? "workers run" : "saveTo keeps"} densities in f64; with dtype: "f32" leave ${workers > 0 ? "workers and chainMethod" : "saveTo"} out.`,
      );
    if ((workers > 0 || saveTo !== undefined) && (!kernel.jit || (kernel.backend ?? "wasm") !== "wasm"))
      throw new TypeError(
        `new MCMC: ${workers > 0 ? "workers run" : "saveTo keeps"} the compiled program; with ${kernel.jit ? `backend: "${kernel.backend}"` : "jit: false"} ` +
          `there is none, so leave ${workers > 0 ? "workers and chainMethod" : "saveTo"} out.`,
      );
  }

  protected abstract createHooks(): Omit<RunHooks, "store">;
  protected abstract createFit(data: PosteriorData): Fit;

  get chains(): number {
    return this.settings.chains;
  }

  get warmup(): number {
    return this.settings.warmup;
  }

  get samples(): number {
    return this.settings.samples;
  }

  get thinning(): number {
    return this.settings.thinning;
  }

  /** Seed of the next run. Runs with other seeds use the same compiled program. */
  get seed(): number | Tensor {
    return this.settings.seed;
  }
  set seed(seed: number | Tensor) {
    this.settings = { ...this.settings, seed: checkedSeed("MCMC.seed", seed) };
  }

  /** Programs compiled over the driver's life. */
  get compiles(): number {
    return this.density?.compiles ?? 0;
  }

  /** Runs all chains with the model's arguments. A second run with new data of the same shapes compiles nothing. */
  async run(...args: unknown[]): Promise<Fit> {
    if (this.running)
      throw new Error("MCMC.run: a run is under way already; await it first, or make another MCMC.");
    this.running = true;
    const hooks = this.createHooks();
    try {
      this.settings.signal?.throwIfAborted();
      return await this.runWith(args, hooks);
    } finally {
      this.running = false;
      hooks.sink.finish();
    }
  }

  /**
   * The sampler as one .wasm file, before any run: what `fit.export()` writes, without draws. `runChains` of "sinter/runtime" runs it,
   * for these arguments or, after `setArgs`, for others of the same shapes.
   *
   * @example writeFileSync("schools.wasm", new MCMC(new NUTS(model)).export(y, sigma));
   */
  export(...args: unknown[]): Uint8Array {
    const density = this.prepare(args);
    const { spec, initStrategy } = this.kernel;
    const { plan, chains } = this;
    const points = initStrategy.radius === undefined ? this.starts(density).points : [];
    return density.frozen().write({ kernel: { spec, plan, starts: startsOf(initStrategy, points), chains } });
  }

  /** Frees the compiled programs. A later run compiles again. */
  dispose(): void {
    this.density?.dispose();
    this.density = null;
  }

  private async runWith(args: readonly unknown[], hooks: Omit<RunHooks, "store">): Promise<Fit> {
    const { saveTo, workers } = this.settings;
    const folder = saveTo === undefined ? null : newFolder("new MCMC: saveTo", saveTo);
    hooks.sink.update(0, { phase: "compiling" });
    const before = (this.density?.compileMs ?? 0) + this.extraMs;
    const density = this.prepare(args);
    const { words, points } = this.starts(density);
    const chains = points.map((point, i) =>
      new CompiledChain(density.sampler, this.plan).start(this.kernel.spec, words[i], point),
    );
    const starts = startsOf(this.kernel.initStrategy, points);
    const file = density.frozen();
    // Workers and folders need the file; the time that it takes is compile time.
    const began = performance.now();
    const bytes =
      folder || workers > 0
        ? file.write({
            predictions: folder !== null,
            kernel: { spec: this.kernel.spec, plan: this.plan, starts, chains: this.chains },
          })
        : null;
    this.extraMs += performance.now() - began;
    const compileSeconds = (density.compileMs + this.extraMs - before) / 1000;
    const run = this.ready(density, chains, words, starts, file, bytes, compileSeconds);
    const store = folder && new Store(folder, density, run.description, run.records);
    store?.begin(
      bytes!,
      file.observed(),
      chains.map((chain) => chain.save()),
    );
    const executed = await execute(run, this.settings, { ...hooks, store });
    const finished = { ...run, ...executed, map: density };
    store?.explain(explain({ ...finished, ...this.plan }));
    return this.createFit(collectDraws(finished));
  }

  private ready(
    density: LogDensity,
    chains: readonly Chain[],
    keys: readonly KeyWords[],
    starts: Starts,
    file: DensityFile,
    bytes: Uint8Array | null,
    compileSeconds: number,
  ): ReadyRun & Pick<FinishedRun, "file" | "terms"> {
    const { kernelName, maxTreeDepth, targetAccept, spec } = this.kernel;
    const { plan } = this;
    const { warmup, thinning } = plan;
    const description: RunDescription = {
      plan,
      spec,
      settings: { kernel: kernelName, warmup, thinning, maxTreeDepth, targetAccept },
      starts,
      compileSeconds,
      keys,
    };
    return {
      description,
      chains,
      file,
      terms: density.siteTerms(),
      records: chains.map(() => new ChainRecord(density.dim, this.samples)),
      module: () => new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>),
    };
  }

  private get plan(): ChainPlan {
    const { warmup, samples, thinning } = this;
    return { warmup, samples, thinning };
  }

  private prepare(args: readonly unknown[]): LogDensity {
    const { jit, backend, dtype, forwardModeDifferentiation, cacheDir, model, kernelName } = this.kernel;
    if (this.density) this.density.setArgs(...args);
    else {
      const how = {
        ...{ jit, dtype, forwardModeDifferentiation },
        ...(backend === undefined ? {} : { backend }),
        ...(cacheDir === undefined ? {} : { cacheDir }),
      };
      this.density = new LogDensity(model, args, how, (sites) => samplerPlan(this.kernel.spec, sites));
    }
    if (this.density.dim === 0)
      throw new Error(
        `${kernelName}: the model has no latent sites, so there is nothing to sample. Were all sites observed? Use Predictive to draw from the prior.`,
      );
    return this.density;
  }

  /** Per chain, the words of its key and the point where it starts. */
  private starts(density: LogDensity): { words: readonly KeyWords[]; points: readonly PhasePoint[] } {
    const keys = this.keys();
    const words = keys.map((key) => Array.from(key.data()) as [number, number]);
    return { words, points: keys.map((key, i) => this.startOf(density, i, key, words[i])) };
  }

  private startOf(density: LogDensity, index: number, key: Tensor, words: KeyWords): PhasePoint {
    const { kernelName, initStrategy } = this.kernel;
    const label = `${kernelName}, chain ${index + 1}`;
    return initialPoint(label, density, initStrategy, RandomStream.of(words), key);
  }

  /** One for each chain. */
  private keys(): Tensor[] {
    const { seed } = this.settings;
    const key = typeof seed === "number" ? random.key(seed) : seed;
    if (this.chains === 1) return [key];
    const split = random.split(key, this.chains);
    return Array.from({ length: this.chains }, (_, i) => split.at(i));
  }
}

/** Points are kept where the strategy needs the model. */
const startsOf = ({ radius }: InitStrategy, points: readonly PhasePoint[]): Starts =>
  radius === undefined ? { points: points.map(({ q }) => Array.from(q)) } : { radius };
