// A model and its arguments in; the compiled log density over unconstrained coordinates, with gradient and constraining map, out.
import { getParamStore } from "../handlers/index.js";
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { hostSampler, type Sampler, type SamplerPlan } from "../trace/sampler.js";
import {
  flatProgram,
  type FlatFunction,
  type FlatOptions,
  type FlatProgram,
  type Rows,
} from "../trace/flat-program.js";
import { valueAndGrad } from "../trace/grad.js";
import { ProgramFamilies } from "../trace/program-family.js";
import { boundParams, type Built } from "./density/built.js";
import { boundArguments, type BoundArguments } from "./density/bound-arguments.js";
import { constrained, runChosen } from "./density/choose.js";
import {
  checkSameSites,
  findSites,
  paramValues,
  sitesOf,
  type LatentSite,
  type ModelSites,
} from "./density/sites.js";
import { constrainFunction } from "./density/constrain-function.js";
import { DirectCall } from "./density/direct-call.js";
import { densityFile, type DensityFile } from "./density/file.js";
import { forwardGradient } from "./density/forward-gradient.js";
import { oneView } from "./density/one-view.js";
import { KNOWN, type LogDensityOptions } from "./density/options.js";
import { siteTerms, type SiteTerms } from "./density/site-terms.js";
import { placeValues, priorDraw, type priorMeans } from "./density/unconstrain.js";
import type { Density } from "./hmc/density.js";
import { checkOptions } from "./known-options.js";
import type { Model } from "./model.js";

/**
 * The unconstrained log density of a model, Jacobian included: made once, then called without allocating.
 * Coordinates follow the order in which the sites were sampled, each site row-major.
 */
export class LogDensity implements Density {
  private readonly label: string;
  private readonly jit: boolean;
  private readonly how: Pick<LogDensityOptions, "backend" | "relaxedSimd" | "profile" | "cacheDir">;
  private readonly dtype: "f64" | "f32";
  private readonly forwards: boolean;
  private built: Built;
  /** What is shared by programs for arguments of different lengths. */
  private readonly families = { gradient: new ProgramFamilies(), constrain: new ProgramFamilies() };
  private constrainProgram: FlatProgram | null = null;
  private paramVersion: number;
  private readonly scratch: { gradient: Float64Array };
  private disposed = false;
  /** Null until the first call, and whenever something has changed since the last one. */
  private direct: DirectCall | null = null;
  /** Programs compiled so far, the constraining one included. */
  compiles = 0;
  /** Milliseconds spent on them. */
  compileMs = 0;

  constructor(
    private model: Model,
    args: readonly unknown[] = [],
    options: LogDensityOptions = {},
    /** What samplers ask for: a sampler in the module of the density. */
    private readonly plan?: (sites: ModelSites) => SamplerPlan,
  ) {
    this.label = `infer.logDensity(${model.name || "model"})`;
    checkOptions(this.label, options, KNOWN);
    this.forwards = options.forwardModeDifferentiation ?? false;
    this.dtype = options.dtype ?? "f64";
    if (this.dtype !== "f64" && this.dtype !== "f32")
      throw new TypeError(`${this.label}: dtype must be "f64" or "f32", got ${JSON.stringify(this.dtype)}.`);
    this.jit = options.jit ?? true;
    const { backend, relaxedSimd, profile, cacheDir } = options;
    this.how = { backend, relaxedSimd, profile, cacheDir };
    this.paramVersion = getParamStore().version;
    this.built = this.build(boundArguments(args));
    this.scratch = { gradient: new Float64Array(this.dim) };
  }

  /** Number of unconstrained coordinates. */
  get dim(): number {
    return this.built.sites.dim;
  }

  /** One per coordinate: `mu`, `theta[0]`, `L[2,1]`. */
  get names(): readonly string[] {
    return this.built.sites.names;
  }

  get sites(): readonly LatentSite[] {
    return this.built.sites.latent;
  }

  /** Names of values computed in the model by `deterministic`. */
  get deterministics(): readonly string[] {
    return this.built.sites.deterministic;
  }

  /** Every stage of the compiled program; throws when it runs eagerly. */
  get lowered(): NonNullable<FlatProgram["lowered"]> {
    const { lowered } = this.built.program;
    if (lowered) return lowered;
    throw new Error(`${this.label}: there is no compiled program with { jit: false }.`);
  }

  logDensity(q: ArrayLike<number>): number {
    return this.logDensityGradient(q, this.scratch.gradient);
  }

  /** Writes the gradient to `out` (dim numbers) and returns the log density. */
  logDensityGradient(q: ArrayLike<number>, out: Float64Array): number {
    const { direct } = this;
    if (direct !== null && q.length === direct.dim && out.length === direct.dim)
      return direct.gradientAt(q, out);
    return this.gradientWithCare(q, out);
  }

  /** As `logDensityGradient`, where something has changed since the last call, or is wrong, or does not run as one function. */
  private gradientWithCare(q: ArrayLike<number>, out: Float64Array): number {
    const { program, sites } = this.ready();
    if (q.length !== sites.dim || out.length !== sites.dim) this.wrongLength(q.length, out.length);
    const direct = DirectCall.of(this.built);
    if (direct) {
      // Parameters may change between any two calls.
      if (sites.params.length === 0) this.direct = direct;
      return direct.gradientAt(q, out);
    }
    this.write(this.built, program, q);
    program.run();
    const { latent } = sites;
    for (let i = 0; i < latent.length; i++) {
      const part = program.output(i + 1);
      const { offset } = latent[i];
      for (let k = 0; k < part.length; k++) out[offset + k] = part[k];
    }
    return program.output(0)[0];
  }

  /** The sites' values and the deterministics at a point, by name. */
  constrain(q: ArrayLike<number>): Readonly<Record<string, Tensor>> {
    const flat = this.constrainFlat(q);
    const value = (i: number): Tensor => np.array(flat.data(i).slice()).reshape([...flat.shape(i)]);
    return Object.fromEntries(this.constrainedNames.map((name, i) => [name, value(i)]));
  }

  /** Sites, then deterministics: the order of constrainFlat's outputs. */
  get constrainedNames(): readonly string[] {
    const { latent, deterministic } = this.built.sites;
    return [...latent.map((site) => site.name), ...deterministic];
  }

  /** As constrain, without copies: the arrays are valid until the next call. */
  constrainFlat(q: ArrayLike<number>): {
    data(i: number): ArrayLike<number> & { slice(): Float64Array };
    shape(i: number): readonly number[];
  } {
    if (q.length !== this.dim) this.wrongLength(q.length, this.dim);
    const program = this.constraining();
    this.write(null, program, q);
    program.run();
    return {
      data: (i) => program.output(i) as Float64Array,
      shape: (i) => program.outputTypes[i].shape,
    };
  }

  /** The same at many points in one call, where the program can do that. */
  get constrainRows(): Rows | undefined {
    return this.constraining().rows;
  }

  /** The point at which the sites have the given values; deterministics among them are ignored. */
  unconstrain(values: Readonly<Record<string, TensorLike>>): Float64Array {
    const q = new Float64Array(this.dim);
    this.place(values, q, true);
    return q;
  }

  /** Writes the coordinates of some sites into q. */
  place(values: Readonly<Record<string, TensorLike>>, q: Float64Array, all = false): void {
    const { args, sites } = this.ready();
    const label = `${this.label}.unconstrain`;
    const own = args.rebuild(args.tensors);
    placeValues(label, this.model, own, sites.latent, sites.deterministic, values, q, all);
  }

  /** A draw of the latent sites from the prior, or the priors' means; sites with improper priors, or without means, are absent. */
  prior(
    key: Tensor,
    how: typeof priorDraw | typeof priorMeans = priorDraw,
  ): Readonly<Record<string, Tensor>> {
    const { args } = this.ready();
    return how(this.model, args.rebuild(args.tensors), key);
  }

  /**
   * New arguments. Where structure, shapes and plain values are as before nothing is compiled, and only what depends on the
   * data alone is computed anew. Otherwise the model is traced for the new ones. It is compiled too, unless they differ in
   * leading lengths alone: the program for the second length serves every further one.
   */
  setArgs(...args: readonly unknown[]): void {
    this.alive();
    const next = boundArguments(args);
    if (this.built.args.accepts(next)) {
      // One abstract run checks the new observations against their supports.
      const sites = findSites(this.label, this.model, args);
      checkSameSites(this.label, this.built.sites.names, sites.names, "latent");
      this.built = { ...this.built, args: next };
      this.rebind();
      return;
    }
    this.direct = null;
    this.built.program.dispose();
    this.constrainProgram?.dispose();
    this.constrainProgram = null;
    this.built = this.build(next);
    this.scratch.gradient = new Float64Array(this.dim);
  }

  /** What each site adds to the log density at a point: where a density is not finite, this says why. Nothing is compiled. */
  explainPoint(q: ArrayLike<number>): readonly { readonly name: string; readonly logDensity: number }[] {
    return siteTerms({ label: this.label, jit: false }, this.model, this.ready()).at(q);
  }

  /** The sampler that was planned: in the density's own module, or around the density where the backend has none. */
  get sampler(): Sampler {
    const built = this.ready();
    if (!this.plan) throw new Error(`${this.label}: no sampler was planned.`);
    return (built.sampler ??=
      built.program.sampler ??
      hostSampler(this.plan(built.sites), (q, gradient) => this.logDensityGradient(q, gradient)));
  }

  /** One .wasm file that `load` of "sinter/runtime" runs, with data and parameters as now; `draws` (unconstrained) serve predictions. */
  export({ draws }: { readonly draws?: Tensor } = {}): Uint8Array {
    return this.frozen().write({ draws });
  }

  /** The file of this density with data and parameters as they are now, whatever becomes of them later. */
  frozen(): DensityFile {
    const built = this.ready();
    const constrain = {
      program: this.constraining(),
      outputs: this.constrainedNames,
    };
    return densityFile(this.label, this.model, built, constrain, this.plan?.(built.sites));
  }

  /** What each site adds to the log density, with data and parameters as they are now, whatever becomes of them later. */
  siteTerms(): SiteTerms {
    const { label, jit, dtype, how } = this;
    return siteTerms({ label, jit, dtype, ...how }, this.model, this.ready());
  }

  /** Frees the programs; the object cannot be used afterwards. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.direct = null;
    this.built.program.dispose();
    this.constrainProgram?.dispose();
  }

  private build(args: BoundArguments): Built {
    const { sites, model } = sitesOf(this.label, this.model, args.rebuild(args.tensors));
    this.model = model;
    const sampler = sites.dim > 0 && this.dtype === "f64" ? this.plan?.(sites) : undefined;
    const density: FlatFunction = (blocks, bound) => {
      const potential = (xs: readonly Tensor[]): Tensor => this.potential(sites, args, xs, bound);
      if (blocks.length === 0) return [potential(blocks)];
      const [value, gradient]: [Tensor, readonly Tensor[]] = this.forwards
        ? forwardGradient(potential, blocks)
        : valueAndGrad(potential)(blocks);
      return [value, ...gradient];
    };
    const program = this.compile(
      sites,
      args,
      this.dtype,
      this.families.gradient,
      density,
      sampler && { sampler },
    );
    const outputs = program.outputs ?? [];
    const q = oneView(program.inputs, sites.dim);
    const value = oneView(outputs.slice(0, 1), 1);
    return { sites, args, program, q, value, gradient: oneView(outputs.slice(1), sites.dim) };
  }

  private constraining(): FlatProgram {
    this.ready();
    return (this.constrainProgram ??= this.buildConstrain());
  }

  private buildConstrain(): FlatProgram {
    const { sites, args } = this.built;
    const fn = constrainFunction(this.label, this.model, this.built);
    return this.compile(sites, args, "f64", this.families.constrain, fn, { rows: true });
  }

  private compile(
    sites: ModelSites,
    args: BoundArguments,
    dtype: "f64" | "f32",
    families: ProgramFamilies,
    fn: FlatFunction,
    more: Pick<FlatOptions, "sampler" | "rows"> = {},
  ): FlatProgram {
    const { label, jit } = this;
    const free = sites.latent.map((site) => ({ dtype: "f64" as const, shape: site.unconstrainedShape }));
    const bound = [...args.tensors, ...paramValues(sites)];
    const program = flatProgram({ label, jit, dtype, families, ...this.how, ...more }, free, bound, fn);
    if (jit && program.compiled) this.compiles++;
    this.compileMs += program.compileMs;
    return program;
  }

  /** The log density with the log Jacobians of the bijectors, traced. */
  private potential(
    sites: ModelSites,
    args: BoundArguments,
    blocks: readonly Tensor[],
    bound: readonly Tensor[],
  ): Tensor {
    const met: string[] = [];
    const jacobians: Tensor[] = [];
    const record = runChosen(this.model, args.rebuild(bound), {
      latent: (msg) => {
        const at = sites.latent.findIndex((site) => site.name === msg.name);
        met.push(msg.name);
        if (at < 0)
          checkSameSites(
            this.label,
            sites.latent.map((s) => s.name),
            met,
            "latent",
          );
        const { value, logJacobian } = constrained(msg, blocks[at]);
        jacobians.push(logJacobian);
        return value;
      },
      param: boundParams({ sites, args }, bound),
    });
    checkSameSites(
      this.label,
      sites.latent.map((s) => s.name),
      met,
      "latent",
    );
    return jacobians.reduce((sum, j) => sum.add(j), record.logProbSum());
  }

  private alive(): void {
    if (this.disposed) throw new Error(`${this.label} was disposed; make it again with infer.logDensity.`);
  }

  private ready(): Built {
    if (this.disposed) this.alive();
    // Parameters are inputs: a value set since the last call is used.
    if (this.built.sites.params.length > 0 && this.paramVersion !== getParamStore().version) this.rebind();
    return this.built;
  }

  private rebind(): void {
    const { args, sites, program } = this.built;
    const bound = [...args.tensors, ...paramValues(sites)];
    this.direct = null;
    this.paramVersion = getParamStore().version;
    program.bind(bound);
    this.constrainProgram?.bind(bound);
  }

  private write(built: Built | null, program: FlatProgram, q: ArrayLike<number>): void {
    if (built?.q) for (let i = 0; i < q.length; i++) built.q[i] = q[i];
    else {
      const { latent } = this.built.sites;
      for (let i = 0; i < latent.length; i++) {
        const input = program.inputs[i];
        const { offset } = latent[i];
        for (let k = 0; k < input.length; k++) input[k] = q[offset + k];
      }
    }
  }

  private wrongLength(q: number, out: number): never {
    throw new RangeError(
      `${this.label}: there are ${this.dim} coordinates; got a point of ${q} and an output of ${out} numbers.`,
    );
  }
}

/** `infer.logDensity(model, args)`: the object that samplers, external ones too, and checks use. */
export const logDensity = (
  model: Model,
  args: readonly unknown[] = [],
  options: LogDensityOptions = {},
): LogDensity => new LogDensity(model, args, options);
