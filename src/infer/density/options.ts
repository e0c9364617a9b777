// How a log density is compiled: the options of infer.logDensity.
import type { JitOptions } from "../../tensor/index.js";

/** Options of `infer.logDensity`. */
export interface LogDensityOptions {
  /** false: every call runs the model operation by operation. Default true. */
  readonly jit?: boolean;
  readonly backend?: string;
  /**
   * "f32": the density and its gradient are computed in single precision, four lanes to a SIMD instruction. Points and gradients
   * stay Float64Array, and `constrain` computes in f64. Sums over n terms keep about 7 digits less log10(n)/2. Default "f64".
   */
  readonly dtype?: "f64" | "f32";
  /** true: matrix products in relaxed SIMD where the engine has it, see `jit`. Exported programs never use it. Default false. */
  readonly relaxedSimd?: boolean;
  /**
   * true: the gradient is computed in forward mode, one derivative per coordinate at once. Slower where there are many coordinates,
   * but the only way through loops whose number of iterations depends on values. Default false.
   */
  readonly forwardModeDifferentiation?: boolean;
  /** true: `lowered.kernelTimes()` measures each kernel. Default false. */
  readonly profile?: boolean;
  /**
   * Where compiled programs are kept from one process to the next: a folder (Node), or what `await openProgramDatabase()` gave
   * (browsers). What is found there is not compiled.
   */
  readonly cacheDir?: JitOptions["cacheDir"];
}

export const KNOWN: readonly string[] = [
  "jit",
  "backend",
  "dtype",
  "relaxedSimd",
  "forwardModeDifferentiation",
  "profile",
  "cacheDir",
];
