// The options of MCMC in; what a run is told, checked, with defaults filled in, out.
import { Tensor } from "../tensor/index.js";
import type { ProgressListener } from "./chains/progress.js";
import { cores } from "./chains/thread.js";
import { checkOptions, wholeNumber } from "./known-options.js";

/** How the chains of a run share the machine. The draws are the same. */
export type ChainMethod = "sequential" | "parallel" | "vectorized";
const METHODS: readonly ChainMethod[] = ["sequential", "parallel", "vectorized"];

export type ProgressOption = boolean | "bars" | "lines" | ProgressListener;

/** A run ends when every unconstrained coordinate has reached these. */
export interface Until {
  /** Rank-normalised split R-hat at most this. */
  readonly rHat?: number;
  /** Bulk effective sample size, over all chains, at least this. */
  readonly essBulk?: number;
}

/** Options of `MCMC`. */
export interface MCMCOptions {
  /** Iterations of adaptation before draws are kept, per chain. Default 1000. */
  readonly warmup?: number;
  /** Draws kept, per chain; with `until`, the most that are kept. Default 1000. */
  readonly samples?: number;
  /** Default 4. */
  readonly chains?: number;
  /** A whole number or a random key. Chain i of several has the key random.split(key, chains).at(i); a single chain has the key itself. Default 0. */
  readonly seed?: number | Tensor;
  /** Iterations per kept draw. Default 1. */
  readonly thinning?: number;
  /**
   * On standard error. true (default): a live line per chain on a terminal, elsewhere one line when the run ends; "bars": live lines
   * always; "lines": a plain line per change of phase; false: nothing. A function is told instead, in browsers too.
   */
  readonly progress?: ProgressOption;
  /**
   * "sequential" (default): in this thread. "parallel": in workers (worker_threads, Web Workers), which run the exported program:
   * model functions need not be sendable. "vectorized": in this thread, all chains side by side: they take turns of some 50 ms in one
   * program's memory, so that they are equally far whenever they are looked at or stopped. The draws are the same.
   */
  readonly chainMethod?: ChainMethod;
  /** How many workers; "auto" (default with chainMethod "parallel"): one per chain, at most one per core. Implies "parallel" when not 0. */
  readonly workers?: number | "auto";
  /**
   * Stops all chains after the same number of draws, when each coordinate has reached the target. It is looked at after 100, 200, ...
   * draws (later every tenth more), so equal seeds stop at the same draw, whatever the number of workers.
   */
  readonly until?: Until;
  /** Stops the run: `run` rejects with the signal's reason. With `saveTo`, MCMC.resume goes on from there. */
  readonly signal?: AbortSignal;
  /**
   * A folder, which must not exist yet, in which draws are kept while sampling (Node, Deno, Bun): a Zarr store in ArviZ's
   * InferenceData layout, with checkpoints from which MCMC.resume goes on.
   */
  readonly saveTo?: string;
}

/** Options of `MCMC.resume`. */
export interface ResumeOptions extends Pick<
  MCMCOptions,
  "progress" | "chainMethod" | "workers" | "until" | "signal"
> {
  /** Draws kept per chain in all, to make a run longer. */
  readonly samples?: number;
}

export interface RunSettings {
  readonly warmup: number;
  readonly samples: number;
  readonly chains: number;
  readonly thinning: number;
  readonly seed: number | Tensor;
  readonly progress: ProgressOption;
  /** 0: chains run in this thread. */
  readonly workers: number;
  /** In this thread, every chain gets a slice before any gets its next. */
  readonly turns: boolean;
  readonly until: Until | undefined;
  readonly signal: AbortSignal | undefined;
  readonly saveTo: string | undefined;
}

const KNOWN = [
  ...["warmup", "samples", "chains", "seed", "thinning", "progress"],
  ...["chainMethod", "workers", "until", "signal", "saveTo"],
];
const RESUME = ["samples", "progress", "chainMethod", "workers", "until", "signal"];

export function runSettings(options: MCMCOptions): RunSettings {
  const label = "new MCMC";
  checkOptions(label, options, KNOWN);
  const chains = wholeNumber(label, "chains", options.chains ?? 4, 1);
  return {
    warmup: wholeNumber(label, "warmup", options.warmup ?? 1000, 0),
    samples: wholeNumber(label, "samples", options.samples ?? 1000, 1),
    chains,
    thinning: wholeNumber(label, "thinning", options.thinning ?? 1, 1),
    seed: checkedSeed(label, options.seed ?? 0),
    progress: checkedProgress(label, options.progress),
    workers: workersOf(label, chains, options),
    turns: takesTurns(options),
    until: checkedUntil(label, options.until),
    signal: options.signal,
    saveTo: options.saveTo,
  };
}

/** A whole number is checked where a key is made of it. */
export function checkedSeed(label: string, seed: number | Tensor): number | Tensor {
  if (seed instanceof Tensor && (seed.dtype !== "key" || seed.ndim > 0))
    throw new TypeError(
      `${label}: seed must be a whole number or one key from random.key(seed), got a tensor ${seed.dtype}[${seed.shape.join(",")}].`,
    );
  return seed;
}

/** `workers` takes the number of chains, which the folder knows. */
export function resumeSettings(options: ResumeOptions): Pick<
  RunSettings,
  "progress" | "until" | "signal" | "turns"
> & {
  readonly samples: number | undefined;
  workers(chains: number): number;
} {
  const label = "MCMC.resume";
  checkOptions(label, options, RESUME);
  const { samples } = options;
  return {
    samples: samples === undefined ? undefined : wholeNumber(label, "samples", samples, 1),
    progress: checkedProgress(label, options.progress),
    workers: (chains) => workersOf(label, chains, options),
    turns: takesTurns(options),
    until: checkedUntil(label, options.until),
    signal: options.signal,
  };
}

function checkedProgress(label: string, progress: ProgressOption = true): ProgressOption {
  const known = typeof progress === "boolean" || typeof progress === "function";
  if (known || progress === "bars" || progress === "lines") return progress;
  throw new TypeError(
    `${label}: progress must be true, false, "bars", "lines" or a function, got ${JSON.stringify(progress)}.`,
  );
}

/** Runs that end when all chains know enough take turns too, so that none runs ahead in vain. */
const takesTurns = ({ chainMethod, until }: Pick<MCMCOptions, "chainMethod" | "until">): boolean =>
  chainMethod === "vectorized" || until !== undefined;

function workersOf(
  label: string,
  chains: number,
  { chainMethod, workers }: Pick<MCMCOptions, "chainMethod" | "workers">,
): number {
  if (chainMethod !== undefined && !METHODS.includes(chainMethod))
    throw new TypeError(
      `${label}: chainMethod must be "sequential", "parallel" or "vectorized", got ${JSON.stringify(chainMethod)}.`,
    );
  const count =
    workers === "auto" || (workers === undefined && chainMethod === "parallel")
      ? Math.min(chains, cores())
      : wholeNumber(label, "workers", workers ?? 0, 0);
  if (chainMethod !== undefined && chainMethod !== "parallel" && count > 0)
    throw new TypeError(
      `${label}: chainMethod "${chainMethod}" has no workers, got workers: ${String(workers)}; leave one of them out.`,
    );
  if (chainMethod === "parallel" && count === 0)
    throw new TypeError(
      `${label}: chainMethod "parallel" needs workers, got workers: 0; leave one of them out.`,
    );
  return count;
}

function checkedUntil(label: string, until: Until | undefined): Until | undefined {
  if (until === undefined) return undefined;
  checkOptions(`${label}: until`, until, ["rHat", "essBulk"]);
  const { rHat, essBulk } = until;
  if (rHat === undefined && essBulk === undefined)
    throw new TypeError(`${label}: until needs a target, for example { rHat: 1.01, essBulk: 400 }.`);
  if (rHat !== undefined && !(rHat > 1))
    throw new RangeError(`${label}: until.rHat must be above 1; got ${rHat}.`);
  if (essBulk !== undefined && !(essBulk > 0))
    throw new RangeError(`${label}: until.essBulk must be above 0; got ${essBulk}.`);
  return until;
}
