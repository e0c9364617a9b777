// What a machine asks of the linker: a routine in, the wasm function that computes it out.
import type { Routine } from "../../ir/machine.js";
import type { Signature } from "./function.js";

export interface RoutineSource {
  /** The function f64, ... -> f64. */
  scalar(routine: Routine): Signature;
  /** The function on pairs of f64 lanes: v128, ... -> v128. Only for routines with `simd`. */
  simd(routine: Routine): Signature;
}
