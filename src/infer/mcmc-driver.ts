// A kernel and options in; a driver that runs its chains, here or in workers, and hands over the draws out.
// How progress is shown, when draws suffice and what a fit offers are a subclass's business: see report/mcmc.ts.
import { random, type Tensor } from "../tensor/index.js";
import { iterationsOf, type Chain, type ChainPlan } from "./chains/chain.js";
import { runInTurns, type ChainListener } from "./chains/in-turns.js";
import { runInWorkers } from "./chains/in-workers.js";
import type { ChainJob } from "./chains/job.js";
import { CompiledChain } from "./chains/compiled-chain.js";
import { samplerPlan } from "./chains/kernel-spec.js";
import { ChainRecord } from "./chains/record.js";
import { checkpoints } from "./chains/until.js";
import type { Kernel } from "./hmc/kernel.js";
import { RandomStream, type KeyWords } from "./hmc/philox.js";
import { initialPoint } from "./init/initial-point.js";
import { LogDensity } from "./log-density.js";
import { runSettings, type MCMCOptions, type RunSettings, type Until } from "./mcmc-options.js";
import { collectDraws, type PosteriorData } from "./posterior-draws.js";

/** Where progress goes; report's Progress fits. */
export interface ProgressSink {
  update(
    chain: number,
    change: {
      readonly phase?: "compiling" | "warm-up" | "sampling" | "done";
      readonly iteration?: number;
      readonly stepSize?: number;
      readonly divergences?: number;
      readonly note?: string | undefined;
    },
  ): void;
  finish(): void;
}

export abstract class MCMCDriver<Fit> {
  protected readonly settings: RunSettings;
  private density: LogDensity | null = null;
  private extraMs = 0;
  private running = false;

  constructor(
    readonly kernel: Kernel,
    options: MCMCOptions = {},
  ) {
    this.settings = runSettings(options);
    if (this.settings.workers > 0 && (!kernel.jit || (kernel.backend ?? "wasm") !== "wasm"))
      throw new TypeError(
        `new MCMC: workers run the compiled program; with ${kernel.jit ? `backend: "${kernel.backend}"` : "jit: false"} chains run in this thread, so leave workers and chainMethod out.`,
      );
  }

  protected abstract createProgress(): ProgressSink;
  protected abstract createFit(data: PosteriorData): Fit;
  /** What a progress line says besides; undefined: as before. */
  protected abstract note(chain: number, record: ChainRecord): string | undefined;
  /** Whether the first `draws` draws of all chains reach the target. */
  protected abstract reached(until: Until, records: readonly ChainRecord[], draws: number): boolean;

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

  /** Programs compiled over the driver's life. */
  get compiles(): number {
    return this.density?.compiles ?? 0;
  }

  /** Runs all chains with the model's arguments. A second run with new data of the same shapes compiles nothing. */
  async run(...args: unknown[]): Promise<Fit> {
    if (this.running)
      throw new Error("MCMC.run: a run is under way already; await it first, or make another MCMC.");
    this.running = true;
    const sink = this.createProgress();
    try {
      this.settings.signal?.throwIfAborted();
      sink.update(0, { phase: "compiling" });
      const before = (this.density?.compileMs ?? 0) + this.extraMs;
      const density = this.prepare(args);
      const chains = Array.from({ length: this.chains }, (_, i) => this.chain(density, i));
      const records = chains.map(() => new ChainRecord(density.dim, this.samples));
      const notes: string[] = [];
      const listener = this.listen(records, sink);
      await this.runChains(density, chains, listener, notes);
      const { kernelName, maxTreeDepth, targetAccept } = this.kernel;
      const { warmup, thinning } = this;
      return this.createFit(
        collectDraws(
          density,
          records,
          listener.draws,
          () => (density.compileMs + this.extraMs - before) / 1000,
          { kernel: kernelName, warmup, thinning, maxTreeDepth, targetAccept },
          notes,
        ),
      );
    } finally {
      this.running = false;
      sink.finish();
    }
  }

  /** Frees the compiled programs. A later run compiles again. */
  dispose(): void {
    this.density?.dispose();
    this.density = null;
  }

  private get plan(): ChainPlan {
    const { warmup, samples, thinning } = this;
    return { warmup, samples, thinning };
  }

  private async runChains(
    density: LogDensity,
    chains: readonly Chain[],
    listener: ChainListener,
    notes: string[],
  ): Promise<void> {
    const { workers, until, signal } = this.settings;
    if (workers === 0)
      return runInTurns(chains, iterationsOf(this.plan), until !== undefined, listener, signal);
    const began = performance.now();
    const module = new WebAssembly.Module(
      density.exportWith({ sampler: true, predictions: false }) as Uint8Array<ArrayBuffer>,
    );
    this.extraMs += performance.now() - began;
    const jobs: ChainJob[] = chains.map((chain) => ({ plan: this.plan, state: chain.save() }));
    const restarted = (index: number, iteration: number, why: string): void => {
      notes.push(
        `the worker of chain ${index + 1} died (${why}); the chain went on from its checkpoint at iteration ${iteration}, with the same draws.`,
      );
    };
    await runInWorkers({ module, jobs, workers, listener, signal, restarted });
  }

  /** Adds up what chains bring, shows it, and says how many draws of each are kept. */
  private listen(
    records: readonly ChainRecord[],
    sink: ProgressSink,
  ): ChainListener & { readonly draws: number } {
    const total = iterationsOf(this.plan);
    const { until } = this.settings;
    const looks = checkpoints(this.samples);
    let draws = this.samples;
    let enough = false;
    return {
      part: (index, part, { iteration, stepSize }) => {
        const record = records[index];
        record.add(part);
        const running = iteration < this.warmup ? "warm-up" : "sampling";
        const phase = iteration === total ? "done" : running;
        const { divergences } = record.counts;
        const note = this.note(index, record);
        sink.update(index, {
          phase,
          iteration,
          stepSize,
          divergences,
          ...(note === undefined ? {} : { note }),
        });
        while (until && !enough && records.every((r) => r.kept >= looks[0])) {
          const look = looks.shift()!;
          if (!this.reached(until, records, look)) continue;
          draws = look;
          enough = true;
        }
      },
      enough: () => enough,
      get draws() {
        return draws;
      },
    };
  }

  private prepare(args: readonly unknown[]): LogDensity {
    const { jit, backend, model, kernelName } = this.kernel;
    if (this.density) this.density.setArgs(...args);
    else {
      const how = { jit, ...(backend === undefined ? {} : { backend }) };
      this.density = new LogDensity(model, args, how, (sites) => samplerPlan(this.kernel.spec, sites));
    }
    if (this.density.dim === 0)
      throw new Error(
        `${kernelName}: the model has no latent sites, so there is nothing to sample. Were all sites observed? Use Predictive to draw from the prior.`,
      );
    return this.density;
  }

  private chain(density: LogDensity, index: number): Chain {
    const { kernel } = this;
    const key = this.keyOf(index);
    const words = wordsOf(key);
    const label = `${kernel.kernelName}, chain ${index + 1}`;
    const start = initialPoint(label, density, kernel.initStrategy, RandomStream.of(words), key);
    return new CompiledChain(density.sampler, this.plan).start(kernel.spec, words, start);
  }

  private keyOf(index: number): Tensor {
    const { seed } = this.settings;
    const key = typeof seed === "number" ? random.key(seed) : seed;
    return this.chains === 1 ? key : random.split(key, this.chains).at(index);
  }
}

const wordsOf = (key: Tensor): KeyWords => Array.from(key.data()) as [number, number];
