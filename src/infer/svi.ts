// Model, guide, optimiser and ELBO in; steps that move the parameters in the global store out.
import { getParamStore } from "../handlers/index.js";
import { flatten, random, unflatten, type Tensor, type TreeDef } from "../tensor/index.js";
import { concrete, Tensor as TensorClass } from "../tensor/tensor.js";
import { boundArguments, type BoundArguments } from "./density/bound-arguments.js";
import type { ELBO } from "./elbo/elbo.js";
import { runPair } from "./elbo/run-pair.js";
import { checkOptions } from "./known-options.js";
import type { Model } from "./model.js";
import type { Named, Optimizer, OptimizerState } from "./optim/optimizer.js";
import { StepProgram } from "./svi/step-program.js";

/** Options of `SVI`. */
export interface SVIOptions {
  /** false: every step runs operation by operation. Default true. */
  readonly jit?: boolean;
  readonly backend?: string;
  /** A whole number or a random key. Default 0. */
  readonly seed?: number | Tensor;
  /** Stops `run` between steps: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What `svi.run` gives. */
export interface SVIResult {
  /** One per step: the negative ELBO estimate before the step. */
  readonly losses: Float64Array;
  /** Constrained values of all parameters, by name. */
  readonly params: Readonly<Record<string, Tensor>>;
}

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
  private readonly jit: boolean;
  private readonly backend: string | undefined;
  private readonly signal: AbortSignal | undefined;
  private key: Tensor;
  private state: OptimizerState = {};
  private version = -1;
  /** The program that holds the current state; the store and `state` are behind it until `writeBack`. */
  private current: StepProgram | null = null;
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
    checkOptions("new SVI", options, ["jit", "backend", "seed", "signal"]);
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
    this.jit = options.jit ?? true;
    this.backend = options.backend;
    this.signal = options.signal;
    const seed = options.seed ?? 0;
    this.key = typeof seed === "number" ? random.key(seed) : seed;
  }

  /** One step with the arguments of model and guide; returns the loss before it. */
  step(...args: unknown[]): number {
    const program = this.prepare(args);
    const [loss] = program.steps(1);
    this.writeBack();
    return loss;
  }

  /** Many steps with the same arguments; gives way to the event loop about every 50 ms. */
  async run(steps: number, ...args: unknown[]): Promise<SVIResult> {
    if (!Number.isInteger(steps) || steps < 0)
      throw new RangeError(
        `SVI.run: the number of steps must be a whole number, 0 or more; got ${String(steps)}.`,
      );
    const losses = new Float64Array(steps);
    let program = this.prepare(args);
    try {
      let looked = performance.now();
      for (let i = 0; i < steps;) {
        const made = program.slice(steps - i, SLICE);
        losses.set(made, i);
        i += made.length;
        if (performance.now() - looked < SLICE) continue;
        this.writeBack();
        await new Promise<void>((resume) => setTimeout(resume, 0));
        this.signal?.throwIfAborted();
        // Others may have set parameters, or taken steps, meanwhile.
        program = this.prepare(args);
        looked = performance.now();
      }
    } finally {
      this.writeBack();
    }
    return { losses, params: this.params() };
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
    for (const { program } of this.programs.splice(0)) program.dispose();
    this.current = null;
    this.version = -1;
  }

  /** The program for these arguments, with the newest state in it. */
  private prepare(args: readonly unknown[]): StepProgram {
    const bound = boundArguments(args);
    const found = this.programs.find((p) => p.args.accepts(bound)) ?? this.build(args, bound);
    found.setArguments(bound.tensors);
    // After clearParamStore the parameters start anew.
    if (!found.parts.names.every((name) => getParamStore().has(name))) this.discover(args);
    if (found !== this.current || this.version !== getParamStore().version) {
      // Whatever was set in the store since the last step is used; the optimiser's memory is kept.
      found.load(this.startFor(found.parts.names, found.parts.state));
      this.current = found;
      this.version = getParamStore().version;
    }
    return found;
  }

  private build(args: readonly unknown[], bound: BoundArguments): StepProgram {
    const names = this.discover(args);
    this.state = mergeStates(this.optimizer.init(this.unconstrained(names)), this.state);
    const chosen = restrict(this.state, names);
    const { def } = flatten(chosen);
    const { model, guide, optimizer, elbo, jit, backend } = this;
    const parts = { model, guide, optimizer, elbo, names, state: def };
    const label = `SVI(${model.name || "model"}, ${guide.name || "guide"})`;
    const options = { label, jit, ...(backend === undefined ? {} : { backend }) };
    const program = new StepProgram(options, parts, bound, this.startFor(names, def));
    if (jit) this.compiles++;
    this.compileMs += program.program.compileMs;
    this.programs.unshift(program);
    for (const old of this.programs.splice(PROGRAMS)) old.program.dispose();
    return program;
  }

  /** Runs guide and model once: guides set themselves up, parameters enter the store. Returns the parameters' names. */
  private discover(args: readonly unknown[]): string[] {
    const { model, guide } = runPair(this.model, this.guide, args, random.foldIn(this.key, 0));
    for (const node of Object.values(model.nodes))
      if (node.type === "sample" && node.isObserved && node.value.size === 0)
        throw new Error(
          `SVI: site "${node.name}" is observed with no data: its value has shape [${node.value.shape.join(", ")}].`,
        );
    const names = [guide, model].flatMap((trace) =>
      Object.values(trace.nodes)
        .filter((node) => node.type === "param")
        .map((node) => node.name),
    );
    if (names.length === 0)
      throw new Error(
        "SVI: neither guide nor model has parameters, so there is nothing to optimise. Use param in the guide, or guides.AutoNormal(model).",
      );
    return [...new Set(names)];
  }

  private unconstrained(names: readonly string[]): Named {
    const store = getParamStore();
    return Object.fromEntries(names.map((name) => [name, store.getUnconstrained(name)]));
  }

  private startFor(names: readonly string[], def: TreeDef): readonly Tensor[] {
    const { leaves } = flatten(restrict(this.state, names));
    // unflatten checks that the state still has the structure that the program was built for.
    unflatten(def, leaves);
    return [this.key, ...Object.values(this.unconstrained(names)), ...leaves];
  }

  /** Copies the state out of the current program into the store, the optimiser's state and the key. */
  private writeBack(): void {
    const { current } = this;
    if (!current) return;
    const { names, state } = current.parts;
    const store = getParamStore();
    const old = this.startFor(names, state);
    const copies = old.map((t, i) => concrete(t.type, current.state[i].slice()));
    [this.key] = copies;
    names.forEach((name, i) => store.setUnconstrained(name, copies[i + 1]));
    const moved = unflatten(state, copies.slice(1 + names.length)) as OptimizerState;
    this.state = mergeStates(this.state, moved);
    this.version = store.version;
  }
}

/** `base` with every entry that `over` has taken from there: state of parameters that a program does not know stays. */
function mergeStates(base: OptimizerState, over: OptimizerState): OptimizerState {
  return Object.fromEntries(
    Object.entries(base).map(([field, value]) => {
      const other = over[field];
      if (other === undefined) return [field, value];
      return [field, isTensor(other) ? other : { ...(value as Named), ...other }];
    }),
  );
}

/** The state of the named parameters only. */
function restrict(state: OptimizerState, names: readonly string[]): OptimizerState {
  return Object.fromEntries(
    Object.entries(state).map(([field, value]) => {
      if (isTensor(value)) return [field, value];
      return [field, Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))];
    }),
  );
}

const isTensor = (x: Named | Tensor): x is Tensor => x instanceof TensorClass;
