// What a machine asks of the linker: a routine in, the wasm function that computes it out.
import type { Routine, Table } from "../../ir/machine.js";
import type { Signature } from "./function.js";

export interface RoutineSource {
  /** The function f64, ... -> f64. */
  scalar(routine: Routine): Signature;
  /** The function on pairs of f64 lanes: v128, ... -> v128. Only for routines with `simd`. */
  simd(routine: Routine): Signature;
  /** The functions f32, ... -> f32, and on four lanes of f32. Only for routines with a `single` form. */
  single(routine: Routine): Signature;
  singleSimd(routine: Routine): Signature;
  /** The address of a table, which becomes data of the module. */
  table(table: Table): number;
}
