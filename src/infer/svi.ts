// Model, guide, optimiser and ELBO in; steps that move the parameters in the global store out.
import { getParamStore } from "../handlers/index.js";
import { flatten, random, Tensor, unflatten, type JitOptions } from "../tensor/index.js";
import { boundArguments, type BoundArguments } from "./density/bound-arguments.js";
import type { ELBO } from "./elbo/elbo.js";
import { checkOptions } from "./known-options.js";
import type { Model } from "./model.js";
import type { Named, Optimizer, OptimizerState } from "./optim/optimizer.js";
import { ProgramFamilies } from "../trace/program-family.js";
import { discover, type Discovered } from "./svi/discover.js";
import { nodeFiles } from "./svi/node-files.js";
import { mergeStates, restrict } from "./svi/optimizer-state.js";
import { loadState, saveState, type SVIState } from "./svi/saved-state.js";
import { still } from "./svi/step-function.js";
import { StepProgram } from "./svi/step-program.js";

/** Options of `SVI`. */
export interface SVIOptions {
  /** false: every step runs operation by operation. Default true. */
  readonly jit?: boolean;
  readonly backend?: string;
  /** "f32": steps are computed in single precision, and the optimiser's state is held in it. Default "f64". */
  readonly dtype?: "f64" | "f32";
  /** true: matrix products in relaxed SIMD where the engine has it, see `jit`. Default false. */
  readonly relaxedSimd?: boolean;
  /** true: a step whose loss or gradient is not finite changes nothing but the key. Default false. */
  readonly stableUpdate?: boolean;
  /**
   * true: gradients are computed in forward mode, one derivative per parameter at once: for models with loops whose number of
   * iterations depends on values. Default false.
   */
  readonly forwardModeDifferentiation?: boolean;
  /** Where compiled programs are kept from one process to the next: see `jit`. */
  readonly cacheDir?: JitOptions["cacheDir"];
  /** A whole number or a random key. Default 0. */
  readonly seed?: number | Tensor;
  /** Stops `run` between steps: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Arguments of one step: a list, or one tensor. */
export type Batch = readonly unknown[] | Tensor;

/** What `svi.run` and `svi.fit` give. */
export interface SVIResult {
  /** One per step: the negative bound's estimate before the step. */
  readonly losses: Float64Array;
  /** Constrained values of all parameters, by name. */
  readonly params: Readonly<Record<string, Tensor>>;
}

const KNOWN = [
  ...["jit", "backend", "dtype", "relaxedSimd", "stableUpdate", "seed", "signal"],
  ...["forwardModeDifferentiation", "cacheDir"],
];
/** Programs kept for different signatures of arguments (the last, shorter batch of an epoch). */
const PROGRAMS = 8;
/** Milliseconds of steps between two looks at the event loop. */
const SLICE = 50;

/**
 * Stochastic variational inference. Loss, gradient, optimiser update and key advance are one compiled program; parameters live
 * in the global store, and a value set there is used at the next step.
 *
 * @example
 * const svi = new SVI(model, guides.AutoNormal(model), optim.adam({ lr: 0.01 }), infer.TraceELBO());
 * const { losses, params } = await svi.run(1000, data);
 */
export class SVI {
  private readonly programs: StepProgram[] = [];
  /** Shared by programs for data of other lengths: those that step, and those that evaluate only. */
  private readonly families = { step: new ProgramFamilies(), still: new ProgramFamilies() };
  private readonly options: SVIOptions;
  private readonly jit: boolean;
  private key: Tensor;
  private state: OptimizerState = {};
  /** Loaded values of parameters that no run has met yet. */
  private pending: Named = {};
  private version = -1;
  /** The program that holds the current state; the store and `state` are behind it until `writeBack`. */
  private current: StepProgram | null = null;
  /** Whether steps were made that the store and `state` do not have. */
  private isBehind = false;
  /** Programs compiled so far. */
  compiles = 0;
  /** Milliseconds spent on them. */
  compileMs = 0;

  constructor(
    readonly model: Model,
    readonly guide: Model,
    readonly optimizer: Optimizer,
    readonly elbo: ELBO,
    options: SVIOptions = {},
  ) {
    checkOptions("new SVI", options, KNOWN);
    for (const [name, fn] of Object.entries({ model, guide }))
      if (typeof fn !== "function")
        throw new TypeError(
          `new SVI(model, guide, optimizer, elbo): the ${name} must be a function, got ${typeof fn}.`,
        );
    if (typeof optimizer?.update !== "function")
      throw new TypeError(
        "new SVI: the third argument must be an optimiser, such as optim.adam({ lr: 0.01 }).",
      );
    if (typeof elbo?.evaluate !== "function")
      throw new TypeError("new SVI: the fourth argument must be an ELBO, such as infer.TraceELBO().");
    this.options = options;
    this.jit = options.jit ?? true;
    const seed = options.seed ?? 0;
    this.key = typeof seed === "number" ? random.key(seed) : seed;
  }

  /** One step with the arguments of model and guide; returns the loss before it. */
  step(...args: unknown[]): number {
    const program = this.prepare(args);
    const [loss] = program.steps(1);
    this.owe();
    return loss;
  }

  /** Many steps with the same arguments; gives way to the event loop about every 50 ms. */
  async run(steps: number, ...args: unknown[]): Promise<SVIResult> {
    if (!Number.isInteger(steps) || steps < 0)
      throw new RangeError(
        `SVI.run: the number of steps must be a whole number, 0 or more; got ${String(steps)}.`,
      );
    const losses = new Float64Array(steps);
    const pause = this.pauses();
    try {
      for (let i = 0; i < steps;) {
        const made = this.prepare(args).slice(steps - i, SLICE);
        losses.set(made, i);
        this.owe();
        i += made.length;
        await pause();
      }
    } finally {
      this.writeBack();
    }
    return { losses, params: this.params() };
  }

  /**
   * One step per batch: `batches` gives, now or later, lists of arguments for model and guide (a tensor alone is a list of one).
   * Batches may differ in shape, such as a shorter last one; each shape compiles once.
   *
   * @example await svi.fit(batches(data, 256)); // async function* batches(...) { yield [x, y]; }
   */
  async fit(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<SVIResult> {
    const losses: number[] = [];
    const pause = this.pauses();
    try {
      for await (const batch of batches) {
        const args = batch instanceof Tensor ? [batch] : batch;
        if (!Array.isArray(args))
          throw new TypeError(
            `SVI.fit: batch ${losses.length} must be a list of arguments or a tensor, got ${typeof batch}.`,
          );
        losses.push(this.prepare(args as readonly unknown[]).steps(1)[0]);
        this.owe();
        await pause();
      }
    } finally {
      this.writeBack();
    }
    return { losses: Float64Array.from(losses), params: this.params() };
  }

  /** The loss with these arguments; nothing moves, and the same state gives the same estimate. */
  evaluateLoss(...args: unknown[]): number {
    const program = this.prepare(args, still);
    const key = random.foldIn(this.key, 1);
    program.load(this.startFor(program.parts, key));
    const [loss] = program.steps(1);
    return loss;
  }

  /** Everything that the next step depends on besides the arguments, as plain JSON with every bit. */
  getState(): SVIState {
    this.writeBack();
    const names = [...(this.current?.parts.names ?? []), ...(this.current?.parts.mutables ?? [])];
    const stored = names.filter((name) => getParamStore().has(name));
    const params = { ...this.unconstrained(stored), ...this.pending };
    return saveState(this.optimizer.name, { key: this.key, params, optimizerState: this.state });
  }

  /** Goes on from a state of an SVI with the same model, guide and optimiser: later steps give the same bits. */
  setState(state: SVIState): void {
    this.writeBack();
    const kept = loadState(this.optimizer.name, state);
    this.key = kept.key;
    this.state = kept.optimizerState;
    this.pending = kept.params;
    this.version = -1;
  }

  /** Writes `getState()` to a file (Node). */
  save(path: string): void {
    const { writeFileSync } = nodeFiles("SVI.save", "getState()");
    writeFileSync(path, JSON.stringify(this.getState()));
  }

  /** Reads a file that `save` wrote. */
  load(path: string): void {
    const { readFileSync } = nodeFiles("SVI.load", "setState(state)");
    this.setState(JSON.parse(readFileSync(path, "utf8")) as SVIState);
  }

  /** Constrained values of the parameters that the steps move. */
  params(): Readonly<Record<string, Tensor>> {
    const store = getParamStore();
    const names = this.current?.parts.names ?? [];
    return Object.fromEntries(names.map((name) => [name, store.get(name)]));
  }

  /** Every stage of the compiled step; throws before the first step and with { jit: false }. */
  get lowered(): NonNullable<StepProgram["program"]["lowered"]> {
    const lowered = this.current?.program.lowered;
    if (lowered) return lowered;
    throw new Error(
      `SVI.lowered: there is no compiled program ${this.jit ? "before the first step" : "with { jit: false }"}.`,
    );
  }

  /** Frees the compiled programs; parameters and optimiser state stay. */
  dispose(): void {
    this.writeBack();
    for (const { program } of this.programs.splice(0)) program.dispose();
    this.families.step.clear();
    this.families.still.clear();
    this.current = null;
    this.version = -1;
  }

  /** What `run` and `fit` await between steps: now and then it gives way to the event loop. */
  private pauses(): () => Promise<void> | void {
    let looked = performance.now();
    return () => {
      if (performance.now() - looked < SLICE) return;
      return new Promise<void>((resume) => setTimeout(resume, 0)).then(() => {
        this.options.signal?.throwIfAborted();
        looked = performance.now();
      });
    };
  }

  /** The program for these arguments, with the newest state in it. */
  private prepare(args: readonly unknown[], optimizer = this.optimizer): StepProgram {
    const bound = boundArguments(args);
    const fits = (p: StepProgram): boolean => p.parts.optimizer === optimizer && p.args.accepts(bound);
    const found = this.programs.find(fits) ?? this.build(args, bound, optimizer);
    found.setArguments(bound.tensors);
    // After clearParamStore the parameters start anew.
    const { names, mutables } = found.parts;
    if (![...names, ...mutables].every((name) => getParamStore().has(name))) this.discover(args);
    this.place([...names, ...mutables]);
    if (optimizer === still) {
      this.writeBack();
      return found;
    }
    if (found !== this.current || this.version !== getParamStore().versionFor(this)) {
      // Whatever was set in the store since the last step is used; the optimiser's memory is kept.
      if (found !== this.current) this.writeBack();
      found.load(this.startFor(found.parts));
      this.current = found;
      this.version = getParamStore().versionFor(this);
    }
    return found;
  }

  private build(args: readonly unknown[], bound: BoundArguments, optimizer: Optimizer): StepProgram {
    this.writeBack();
    const { names, mutables } = this.discover(args);
    this.place([...names, ...mutables]);
    this.state = mergeStates(this.optimizer.init(this.unconstrained(names)), this.state);
    const { def: state } = flatten(optimizer === still ? {} : restrict(this.state, names));
    const { model, guide, elbo, jit } = this;
    const { backend, dtype, relaxedSimd = false, stableUpdate: stable = false, cacheDir } = this.options;
    const forwards = this.options.forwardModeDifferentiation ?? false;
    const parts = { model, guide, optimizer, elbo, names, mutables, state, stable, forwards };
    const label = `SVI(${model.name || "model"}, ${guide.name || "guide"})`;
    const families = optimizer === still ? this.families.still : this.families.step;
    const options = {
      label,
      jit,
      families,
      relaxedSimd,
      ...(backend && { backend }),
      ...(dtype && { dtype }),
      ...(cacheDir && { cacheDir }),
    };
    const start = this.startFor(parts);
    const program = new StepProgram(options, parts, bound, start, optimizer === still ? 1 : undefined);
    if (program.program.compiled) this.compiles++;
    this.compileMs += program.program.compileMs;
    this.programs.unshift(program);
    for (const old of this.programs.splice(PROGRAMS)) old.program.dispose();
    return program;
  }

  private discover(args: readonly unknown[]): Discovered {
    return discover(this, args, random.foldIn(this.key, 0));
  }

  /** Loaded values take the places of those that the first run put into the store. */
  private place(names: readonly string[]): void {
    const store = getParamStore();
    for (const name of names) {
      const loaded = this.pending[name];
      if (loaded === undefined) continue;
      const { shape } = store.getUnconstrained(name);
      if (shape.join() !== loaded.shape.join())
        throw new Error(
          `SVI.setState: "${name}" has the unconstrained shape [${shape.join(", ")}], the state has [${loaded.shape.join(", ")}]; it is of another model or guide.`,
        );
      store.setUnconstrained(name, loaded);
    }
    const rest = Object.entries(this.pending).filter(([name]) => !names.includes(name));
    this.pending = Object.fromEntries(rest);
  }

  private unconstrained(names: readonly string[]): Named {
    const store = getParamStore();
    return Object.fromEntries(names.map((name) => [name, store.getUnconstrained(name)]));
  }

  private startFor(
    { names, mutables, state, optimizer }: StepProgram["parts"],
    key: Tensor = this.key,
  ): readonly Tensor[] {
    const { leaves } = flatten(optimizer === still ? {} : restrict(this.state, names));
    // unflatten checks that the state still has the structure that the program was built for.
    unflatten(state, leaves);
    return [key, ...Object.values(this.unconstrained([...names, ...mutables])), ...leaves];
  }

  /** After steps. The store asks for the newest values when somebody looks: copying them may take longer than a step. */
  private owe(): void {
    this.isBehind = true;
    getParamStore().owe(this, () => this.writeBack());
  }

  /** Copies the state out of the current program into the store, the optimiser's state and the key. */
  private writeBack(): void {
    const { current } = this;
    if (!current || !this.isBehind) return;
    this.isBehind = false;
    const { names, mutables, state } = current.parts;
    const store = getParamStore();
    // Values that were set since the last step, or a store that was cleared, are not overwritten.
    if (this.version !== store.versionFor(this)) return;
    const copies = current.read(this.startFor(current.parts));
    [this.key] = copies;
    const all = [...names, ...mutables];
    all.forEach((name, i) => store.setUnconstrained(name, copies[i + 1]));
    const moved = unflatten(state, copies.slice(1 + all.length)) as OptimizerState;
    this.state = mergeStates(this.state, moved);
    this.version = store.versionFor(this);
  }
}
