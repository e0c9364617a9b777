// A form of sampler in; what its functions share out: scalars in memory, vectors, random numbers, the density.
import type { Routine } from "../../../ir/machine.js";
import type { FunctionBuilder } from "../module.js";
import { portable, type PortableContext, type PortableFunction } from "../portable-function.js";
import { ScalarMachine } from "../scalar-machine.js";
import type { Local, Operand, WasmType, WasmValue } from "../value.js";
import type { Places, SamplerForm } from "./places.js";
import type { Cell, VectorName } from "./plan.js";
import { Vectors } from "./vectors.js";

/** Computes log density and gradient at the point that is written where the density has it. Each module provides its own. */
export const evaluate = portable("sampler.density", [], [], () => {
  throw new Error("wasm: a module with a sampler must provide its density");
});

/** One function of the sampler while it is written. */
export class Code extends ScalarMachine {
  /** Special functions are called: they run once or a few times an iteration. */
  override inlining = false;
  readonly v: Vectors;

  constructor(
    readonly cx: SamplerContext,
    f: FunctionBuilder,
    private readonly functions: PortableContext,
  ) {
    super(f, functions);
    this.v = new Vectors(f, cx.places.stride);
  }

  get(cell: Cell): Local {
    return this.f.load("f64.load", 0, this.cx.places.cells[cell]);
  }
  set(cell: Cell, value: Operand): void {
    this.f.store("f64.store", 0, value, this.cx.places.cells[cell]);
  }
  /** A whole number in a cell. */
  whole(cell: Cell): Local {
    return this.f.op("i32.trunc_sat_f64_s", this.get(cell));
  }
  /** Whether a switch is on, or a flag set. */
  on(cell: Cell): Local {
    return this.f.op("f64.gt", this.get(cell), 0);
  }
  increase(cell: Cell, by: Operand): void {
    this.set(cell, this.f.op("f64.add", this.get(cell), by));
  }
  /** A choice between numbers that no branch makes: of a select of f64, V8 makes one. */
  choice(test: Operand, a: Operand, b: Operand): Local {
    const { f } = this;
    const bits = (x: Operand): Local => f.op("i64.reinterpret_f64", x);
    return f.op("f64.reinterpret_i64", f.select(test, bits(a), bits(b)));
  }
  /** The smaller one of a number and a limit, which are numbers indeed; without the branches of f64.min. */
  least(x: Local, limit: number): Local {
    const { f } = this;
    const smaller = f.op("f64x2.pmin", f.op("f64x2.splat", x), f.splat("f64x2", limit));
    return f.extract("f64x2.extract_lane", smaller, 0);
  }
  /** A mutable local with a first value. */
  variable(type: WasmType, value: Operand): Local {
    const local = this.f.local(type);
    this.f.set(local, value);
    return local;
  }
  at(vector: VectorName): number {
    return this.cx.places.vectors[vector];
  }
  /** Another function of the sampler, in the same module. */
  fn(define: Define): ReturnType<PortableContext["portable"]> {
    return this.functions.portable(this.cx.function(define));
  }
  /** One that no sampler shapes. */
  routine(fn: PortableFunction): ReturnType<PortableContext["portable"]> {
    return this.functions.portable(fn);
  }
  /** Calls a function that has a result. */
  result(fn: ReturnType<PortableContext["portable"]>, ...args: Operand[]): Local {
    return this.f.call(fn, args)!;
  }
  /** A routine that runs every step is written out. */
  inline(routine: Routine, ...args: WasmValue[]): WasmValue {
    this.inlining = true;
    const result = this.call(routine, ...args);
    this.inlining = false;
    return result;
  }
  /** Evaluates the density. */
  density(): void {
    this.f.call(this.functions.portable(evaluate), []);
  }
}

export type Define = (cx: SamplerContext) => PortableFunction;

export class SamplerContext {
  private readonly made = new Map<Define, PortableFunction>();
  private readonly key: string;

  constructor(
    readonly form: SamplerForm,
    /** Tags: code is the same wherever things are. */
    readonly places: Places,
  ) {
    this.key = JSON.stringify(form);
  }

  /** The function that `define` describes, described once. */
  function(define: Define): PortableFunction {
    let fn = this.made.get(define);
    if (!fn) this.made.set(define, (fn = define(this)));
    return fn;
  }

  /** A function of this form's samplers, to be written with the Code. */
  write(
    name: string,
    params: readonly WasmType[],
    results: readonly WasmType[],
    body: (k: Code, ...params: Local[]) => void,
  ): PortableFunction {
    return portable(`${name} ${this.key}`, params, results, (f, linker) =>
      body(new Code(this, f, linker), ...params.map((_, i) => f.param(i))),
    );
  }
}
