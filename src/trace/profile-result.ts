// What profile reports: times of the eager and of the compiled function.
import type { KernelTime } from "../runtime/backend.js";

/** What one kind of operation took in a call of the eager function. */
export interface OperationTime {
  readonly name: string;
  readonly calls: number;
  readonly ms: number;
}

/** All times in milliseconds per call, the quickest of many. */
export interface Profile {
  readonly name: string;
  readonly eager: {
    /** One call, T_eager. */
    readonly ms: number;
    /** In the operations' own loops over elements, T_compute. */
    readonly computeMs: number;
    /** In everything else: the function's own statements, tensors, shapes, dtypes, handlers, garbage; T_host = T_eager - T_compute. */
    readonly hostMs: number;
    readonly operations: readonly OperationTime[];
  };
  readonly compiled: {
    /** Tracing, passes, scheduling, code generation and WebAssembly's own compiler: paid once. */
    readonly compileMs: number;
    /** One call, T_jit. */
    readonly ms: number;
    readonly kernels: readonly KernelTime[];
  };
  /** T_eager / T_jit. */
  readonly speedup: number;
  /** The number of calls from which on compiling and calling takes less than calling eagerly; Infinity where it never does. */
  readonly breakEven: number;
  toString(): string;
}
