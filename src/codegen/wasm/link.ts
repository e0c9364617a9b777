// A special function in, the module's wasm function for it out: each routine is compiled at most once per form.
import type { Routine } from "../../ir/machine.js";
import type { FunctionBuilder, ModuleBuilder } from "./module.js";
import type { RoutineSource } from "./routine-source.js";
import { ScalarMachine } from "./scalar-machine.js";
import { SimdMachine } from "./simd-machine.js";

export class RoutineLinker implements RoutineSource {
  private readonly scalars = new Map<Routine, FunctionBuilder>();
  private readonly vectors = new Map<Routine, FunctionBuilder>();

  private readonly singles = new Map<Routine, FunctionBuilder>();
  private readonly singleVectors = new Map<Routine, FunctionBuilder>();

  constructor(private readonly module: ModuleBuilder) {}

  /** The function f64, ... -> f64. */
  scalar(routine: Routine): FunctionBuilder {
    let f = this.scalars.get(routine);
    if (!f) {
      const params = Array.from({ length: routine.arity }, () => "f64" as const);
      this.scalars.set(routine, (f = this.module.func(routine.name, params, ["f64"])));
      const made = f;
      const k = new ScalarMachine(made, this);
      made.return(routine.body(k, ...params.map((_, i) => made.param(i))));
    }
    return f;
  }

  /** The function on pairs of f64 lanes: v128, ... -> v128. Only for routines with `simd`. */
  simd(routine: Routine): FunctionBuilder {
    if (!routine.simd)
      throw new Error(`wasm: routine ${routine.name} has no SIMD form; call its scalar form per lane`);
    let f = this.vectors.get(routine);
    if (!f) {
      const params = Array.from({ length: routine.arity }, () => "v128" as const);
      this.vectors.set(routine, (f = this.module.func(`${routine.name}.f64x2`, params, ["v128"])));
      const made = f;
      const k = new SimdMachine(made, this, "f64x2");
      made.return(k.vector(routine.body(k, ...params.map((_, i) => made.param(i)))));
    }
    return f;
  }

  single(routine: Routine): FunctionBuilder {
    let f = this.singles.get(routine);
    if (!f) {
      const params = Array.from({ length: routine.arity }, () => "f32" as const);
      this.singles.set(routine, (f = this.module.func(`${routine.name}.f32`, params, ["f32"])));
      const made = f;
      const k = new ScalarMachine(made, this, "f32");
      made.return(singleOf(routine)(k, ...params.map((_, i) => made.param(i))));
    }
    return f;
  }

  singleSimd(routine: Routine): FunctionBuilder {
    let f = this.singleVectors.get(routine);
    if (!f) {
      const params = Array.from({ length: routine.arity }, () => "v128" as const);
      this.singleVectors.set(routine, (f = this.module.func(`${routine.name}.f32x4`, params, ["v128"])));
      const made = f;
      const k = new SimdMachine(made, this, "f32x4");
      made.return(k.vector(singleOf(routine)(k, ...params.map((_, i) => made.param(i)))));
    }
    return f;
  }
}

function singleOf(routine: Routine): NonNullable<Routine["single"]> {
  if (!routine.single) throw new Error(`wasm: routine ${routine.name} has no form in single precision`);
  return routine.single;
}
