// A kernel and options in; a driver that runs its chains one after another and hands over the draws out.
// How progress is shown and what a fit offers are a subclass's business: see report/mcmc.ts.
import { random, Tensor } from "../tensor/index.js";
import { iterationsOf, type Chain, type ChainPlan } from "./chains/chain.js";
import { runInTurns, type ChainListener } from "./chains/in-turns.js";
import { stepsChain } from "./chains/kernel-spec.js";
import { ChainRecord } from "./chains/record.js";
import type { Kernel } from "./hmc/kernel.js";
import { RandomStream } from "./hmc/philox.js";
import { initialPoint } from "./init/initial-point.js";
import { checkOptions, wholeNumber } from "./known-options.js";
import { LogDensity } from "./log-density.js";
import { NUTS } from "./nuts.js";
import { SamplerProgram } from "./program/sampler.js";
import { collectDraws, type PosteriorData } from "./posterior-draws.js";

/** Options of `MCMC`. */
export interface MCMCOptions {
  /** Iterations of adaptation before draws are kept, per chain. Default 1000. */
  readonly warmup?: number;
  /** Draws kept, per chain. Default 1000. */
  readonly samples?: number;
  /** Default 4. */
  readonly chains?: number;
  /** A whole number or a random key. Chain i of several has the key random.split(key, chains).at(i); a single chain has the key itself. Default 0. */
  readonly seed?: number | Tensor;
  /** Iterations per kept draw. Default 1. */
  readonly thinning?: number;
  /** true (default): a live line per chain where standard error is a terminal; "bars" and "lines": always; false: nothing. */
  readonly progress?: boolean | "bars" | "lines";
  /** Chains run in this thread, one after another; 0 is the only number of workers there is so far. */
  readonly workers?: number;
  /** Stops the run: `run` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const KNOWN = ["warmup", "samples", "chains", "seed", "thinning", "progress", "workers", "signal"];

/** Where progress goes; report's Progress fits. */
export interface ProgressSink {
  update(
    chain: number,
    change: {
      readonly phase?: "compiling" | "warm-up" | "sampling" | "done";
      readonly iteration?: number;
      readonly stepSize?: number;
      readonly divergences?: number;
    },
  ): void;
  finish(): void;
}

export abstract class MCMCDriver<Fit> {
  readonly warmup: number;
  readonly samples: number;
  readonly chains: number;
  readonly thinning: number;
  private readonly seed: number | Tensor;
  private readonly signal: AbortSignal | undefined;
  protected readonly progress: boolean | "bars" | "lines";
  private density: LogDensity | null = null;
  /** The whole sampler as one program, for kernels that ask for it; and the density that it holds. */
  private whole: { readonly sampler: SamplerProgram; readonly version: object } | null = null;
  private wholeCompiles = 0;
  private wholeMs = 0;
  private running = false;

  constructor(
    readonly kernel: Kernel,
    options: MCMCOptions = {},
  ) {
    checkOptions("new MCMC", options, KNOWN);
    this.warmup = wholeNumber("new MCMC", "warmup", options.warmup ?? 1000, 0);
    this.samples = wholeNumber("new MCMC", "samples", options.samples ?? 1000, 1);
    this.chains = wholeNumber("new MCMC", "chains", options.chains ?? 4, 1);
    this.thinning = wholeNumber("new MCMC", "thinning", options.thinning ?? 1, 1);
    if ((options.workers ?? 0) !== 0)
      throw new RangeError(
        `new MCMC: workers: ${String(options.workers)} cannot be honoured, chains run in this thread so far. Leave workers out; the draws would be the same.`,
      );
    this.seed = options.seed ?? 0;
    if (this.seed instanceof Tensor && (this.seed.dtype !== "key" || this.seed.ndim > 0))
      throw new TypeError(
        `new MCMC: seed must be a whole number or one key from random.key(seed), got a tensor ${this.seed.dtype}[${this.seed.shape.join(",")}].`,
      );
    this.progress = options.progress ?? true;
    this.signal = options.signal;
  }

  protected abstract createProgress(): ProgressSink;
  protected abstract createFit(data: PosteriorData): Fit;

  /** Programs compiled over the driver's life. */
  get compiles(): number {
    return (this.density?.compiles ?? 0) + this.wholeCompiles;
  }

  /** Runs all chains with the model's arguments. A second run with new data of the same shapes compiles nothing. */
  async run(...args: unknown[]): Promise<Fit> {
    if (this.running)
      throw new Error("MCMC.run: a run is under way already; await it first, or make another MCMC.");
    this.running = true;
    const sink = this.createProgress();
    try {
      this.signal?.throwIfAborted();
      sink.update(0, { phase: "compiling" });
      const before = (this.density?.compileMs ?? 0) + this.wholeMs;
      const density = this.prepare(args);
      this.prepareWhole(density);
      const chains = Array.from({ length: this.chains }, (_, i) => this.chain(density, i));
      const records = chains.map(() => new ChainRecord(density.dim, this.samples));
      const total = iterationsOf(this.plan);
      await runInTurns(chains, total, false, this.listen(records, sink), this.signal);
      return this.createFit(
        collectDraws(density, records, () => (density.compileMs + this.wholeMs - before) / 1000, {
          kernel: this.kernel.kernelName,
          warmup: this.warmup,
          thinning: this.thinning,
          maxTreeDepth: this.kernel.maxTreeDepth,
          targetAccept: this.kernel.targetAccept,
        }),
      );
    } finally {
      this.running = false;
      sink.finish();
    }
  }

  private get plan(): ChainPlan {
    const { warmup, samples, thinning } = this;
    return { warmup, samples, thinning };
  }

  private listen(records: readonly ChainRecord[], sink: ProgressSink): ChainListener {
    const total = iterationsOf(this.plan);
    return {
      part: (index, part, { iteration, stepSize }) => {
        const record = records[index];
        record.add(part);
        record.stepSize = stepSize;
        const running = iteration < this.warmup ? "warm-up" : "sampling";
        const { divergences } = record.counts;
        sink.update(index, {
          phase: iteration === total ? "done" : running,
          iteration,
          stepSize,
          divergences,
        });
      },
      enough: () => false,
    };
  }

  /** Frees the compiled programs. A later run compiles again. */
  dispose(): void {
    this.density?.dispose();
    this.density = null;
    this.whole?.sampler.dispose();
    this.whole = null;
  }

  private prepare(args: readonly unknown[]): LogDensity {
    const { jit, backend, model, kernelName } = this.kernel;
    if (this.density) this.density.setArgs(...args);
    else this.density = new LogDensity(model, args, { jit, ...(backend === undefined ? {} : { backend }) });
    if (this.density.dim === 0)
      throw new Error(
        `${kernelName}: the model has no latent sites, so there is nothing to sample. Were all sites observed? Use Predictive to draw from the prior.`,
      );
    return this.density;
  }

  private prepareWhole(density: LogDensity): void {
    const { kernel } = this;
    if (!(kernel instanceof NUTS) || kernel.program !== "whole") return;
    const { version } = density.binding;
    if (this.whole?.version === version) return this.whole.sampler.bind();
    this.whole?.sampler.dispose();
    const { maxTreeDepth, jit, backend } = kernel;
    const options = { maxTreeDepth, jit, ...(backend === undefined ? {} : { backend }) };
    this.whole = { sampler: new SamplerProgram(density, options), version };
    if (jit) this.wholeCompiles++;
    this.wholeMs += this.whole.sampler.program.compileMs;
  }

  private chain(density: LogDensity, index: number): Chain {
    const { kernel } = this;
    const key = this.keyOf(index);
    const rng = RandomStream.of(Array.from(key.data()) as [number, number]);
    const label = `${kernel.kernelName}, chain ${index + 1}`;
    const start = initialPoint(label, density, kernel.initStrategy, rng, key);
    const { spec } = kernel;
    return this.whole
      ? this.whole.sampler.chain(start, { ...this.plan, ...spec, key })
      : stepsChain(spec, density, this.plan, start, rng);
  }

  private keyOf(index: number): Tensor {
    const key = this.seed instanceof Tensor ? this.seed : random.key(this.seed);
    return this.chains === 1 ? key : random.split(key, this.chains).at(index);
  }
}
