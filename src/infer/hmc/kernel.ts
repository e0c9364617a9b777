// A model and options in, what the MCMC driver needs of a sampler out: defaults, checks, a plain description.
import type { KernelSpec, LowRank } from "../chains/kernel-spec.js";
import type { JitOptions } from "../../tensor/index.js";
import { between, checkOptions } from "../known-options.js";
import { resolveMetric } from "./metric-option.js";
import { resolveInit, type InitStrategy } from "../init/strategy.js";
import type { Model } from "../model.js";

/** Options that NUTS and HMC share. */
export interface KernelOptions {
  /** Step size of the first iteration; the search and dual averaging start from it. Default 1. */
  readonly stepSize?: number;
  /** Default true. With false, stepSize is used throughout. */
  readonly adaptStepSize?: boolean;
  /** Default true. With false, the metric stays the identity. */
  readonly adaptMass?: boolean;
  /** Mean acceptance probability that warm-up aims at, between 0 and 1. Default 0.8. */
  readonly targetAccept?: number;
  /**
   * true: a full covariance as inverse metric instead of variances. Groups of sites, `[["alpha", "beta"], ["tau"]]`: the covariance
   * of each group, variances for the others. "auto" (default): a full one where the model has at most 32 coordinates and warm-up finds
   * one whose variance falls to a quarter when the others are known. "lowRank": variances, corrected along the directions that need
   * it most (at most `rank` of them, default 32; those whose variance is `cutoff` times off, default 2), for many coordinates.
   */
  readonly denseMass?: boolean | "auto" | "lowRank" | Partial<LowRank> | readonly (readonly string[])[];
  /**
   * What scales are learnt from: "gradients" (default), the spread of draws over that of gradients at every iteration, as nutpie
   * does; or "draws", variances in windows that double, as Stan does. Covariances are learnt in the same two ways.
   */
  readonly adaptation?: "draws" | "gradients";
  /** Step sizes are multiplied by a number uniform on (1 - jitter, 1 + jitter), anew at each iteration. Default 0. */
  readonly stepSizeJitter?: number;
  /** Where chains start: "uniform" (on (-2, 2), unconstrained), "median" or "sample" (of the prior), or infer.initTo...(). */
  readonly initStrategy?: InitStrategy | "uniform" | "median" | "sample";
  /** false: the density is evaluated operation by operation. Default true. */
  readonly jit?: boolean;
  readonly backend?: string;
  /** "f32": density and gradient are computed in single precision; the sampler around them stays in f64. Default "f64". */
  readonly dtype?: "f64" | "f32";
  /**
   * true: the gradient is computed in forward mode, one derivative per coordinate at once. For few coordinates, and for models with
   * loops whose number of iterations depends on values. Default false.
   */
  readonly forwardModeDifferentiation?: boolean;
  /** Where compiled programs, the sampler included, are kept from one process to the next: see `jit`. */
  readonly cacheDir?: JitOptions["cacheDir"];
}

const KNOWN = [
  "stepSize",
  "adaptStepSize",
  "adaptMass",
  "targetAccept",
  "denseMass",
  "adaptation",
  "stepSizeJitter",
  "initStrategy",
  "jit",
  "backend",
  "dtype",
  "forwardModeDifferentiation",
  "cacheDir",
] as const;

export abstract class Kernel {
  readonly stepSize: number;
  readonly adaptStepSize: boolean;
  readonly adaptMass: boolean;
  readonly targetAccept: number;
  readonly denseMass: KernelSpec["denseMass"];
  readonly adaptation: "draws" | "gradients";
  readonly stepSizeJitter: number;
  readonly initStrategy: InitStrategy;
  readonly jit: boolean;
  readonly backend: string | undefined;
  readonly dtype: "f64" | "f32";
  readonly forwardModeDifferentiation: boolean;
  readonly cacheDir: JitOptions["cacheDir"];
  /** The limit that tree depths are compared with in reports; undefined for samplers without trees. */
  abstract readonly maxTreeDepth: number | undefined;

  constructor(
    readonly kernelName: string,
    readonly model: Model,
    options: KernelOptions,
    more: readonly string[],
  ) {
    if (typeof model !== "function")
      throw new TypeError(
        `new ${kernelName}(model, options): the model must be a function, got ${model === null ? "null" : typeof model}.`,
      );
    checkOptions(`new ${kernelName}`, options, [...more, ...KNOWN]);
    this.stepSize = between(`new ${kernelName}`, "stepSize", options.stepSize ?? 1, 0);
    this.targetAccept = between(`new ${kernelName}`, "targetAccept", options.targetAccept ?? 0.8, 0, 1);
    this.adaptStepSize = options.adaptStepSize ?? true;
    this.adaptMass = options.adaptMass ?? true;
    this.adaptation = options.adaptation ?? "gradients";
    if (this.adaptation !== "draws" && this.adaptation !== "gradients")
      throw new TypeError(
        `new ${kernelName}: adaptation must be "draws" or "gradients", got ${JSON.stringify(options.adaptation)}.`,
      );
    this.denseMass = resolveMetric(`new ${kernelName}`, options.denseMass ?? "auto", this.adaptation);
    this.stepSizeJitter = options.stepSizeJitter ?? 0;
    if (!(this.stepSizeJitter >= 0 && this.stepSizeJitter < 1))
      throw new RangeError(
        `new ${kernelName}: stepSizeJitter must be at least 0 and below 1; got ${this.stepSizeJitter}.`,
      );
    this.initStrategy = resolveInit(`new ${kernelName}`, options.initStrategy ?? "uniform");
    this.jit = options.jit ?? true;
    this.backend = options.backend;
    this.dtype = options.dtype ?? "f64";
    this.forwardModeDifferentiation = options.forwardModeDifferentiation ?? false;
    this.cacheDir = options.cacheDir;
    if (this.dtype !== "f64" && this.dtype !== "f32")
      throw new TypeError(
        `new ${kernelName}: dtype must be "f64" or "f32", got ${JSON.stringify(options.dtype)}.`,
      );
  }

  /** Which Markov transition this is. */
  abstract trajectory(): KernelSpec["trajectory"];

  /** All that a chain needs to know of the kernel, without the model. */
  get spec(): KernelSpec {
    const { stepSize, adaptStepSize, adaptMass, targetAccept, adaptation, stepSizeJitter, denseMass } = this;
    const shared = {
      stepSize,
      adaptStepSize,
      adaptMass,
      targetAccept,
      adaptation,
      stepSizeJitter,
      denseMass,
    };
    return { ...shared, trajectory: this.trajectory() };
  }
}
