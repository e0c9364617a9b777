// A module and a plan in; what the sampler's functions share out: scalars in memory, vectors, random numbers, the density.
import type { FunctionBuilder, ModuleBuilder, Signature } from "../module.js";
import type { RoutineLinker } from "../link.js";
import { ScalarMachine } from "../scalar-machine.js";
import type { Local, Operand, WasmType } from "../value.js";
import type { Cell, SamplerLayout, VectorName } from "./plan.js";
import { Vectors } from "./vectors.js";

/** Where a point is written and its log density and gradient are found, and how they are computed. */
export interface DensityCode {
  readonly q: number;
  readonly g: number;
  readonly value: number;
  /** Computes them at q. */
  run(f: FunctionBuilder): void;
}

/** One function of the sampler while it is written. */
export class Code extends ScalarMachine {
  /** Special functions are called: the code is written anew for every model, so it should be short. */
  override inlining = false;
  readonly v: Vectors;

  constructor(
    readonly cx: SamplerContext,
    f: FunctionBuilder,
  ) {
    super(f, cx.linker);
    this.v = new Vectors(f, cx.layout.plan.dim);
  }

  get(cell: Cell): Local {
    return this.f.load("f64.load", 0, this.cx.layout.cells[cell]);
  }
  set(cell: Cell, value: Operand): void {
    this.f.store("f64.store", 0, value, this.cx.layout.cells[cell]);
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
  /** A mutable local with a first value. */
  variable(type: WasmType, value: Operand): Local {
    const local = this.f.local(type);
    this.f.set(local, value);
    return local;
  }
  at(vector: VectorName): number {
    return this.cx.layout.vectors[vector];
  }
  /** Calls a function that has a result. */
  result(fn: Signature, ...args: Operand[]): Local {
    return this.f.call(fn, args)!;
  }
}

export class SamplerContext {
  private readonly made = new Map<object, FunctionBuilder>();

  constructor(
    readonly module: ModuleBuilder,
    readonly linker: RoutineLinker,
    readonly layout: SamplerLayout,
    readonly density: DensityCode,
  ) {}

  /** The function that `define` makes, made once. */
  fn(define: (cx: SamplerContext) => FunctionBuilder): FunctionBuilder {
    let f = this.made.get(define);
    if (!f) this.made.set(define, (f = define(this)));
    return f;
  }

  /** A new function, to be written with the Code. */
  write(
    name: string,
    params: readonly WasmType[],
    results: readonly WasmType[],
    body: (k: Code, ...params: Local[]) => void,
    options: { readonly export?: string } = {},
  ): FunctionBuilder {
    const f = this.module.func(name, params, results, options);
    body(new Code(this, f), ...params.map((_, i) => f.param(i)));
    return f;
  }
}
