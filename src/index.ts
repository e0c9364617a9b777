// The public names of "sinter"; nothing is defined here.

// compiling
export { checkTrace, jit, LazyJIT, makeGraph } from "./tensor/index.js";
export type { CompileRecord, Jitted, JitOptions } from "./tensor/index.js";

// arrays and keys
export { np, random, Tensor } from "./tensor/index.js";
export type { NestedArray, TensorLike, TypedArray } from "./tensor/index.js";

// derivatives and batching
export { grad, hessian, jacobian, jvp, valueAndGrad, vjp, vmap } from "./tensor/index.js";

export type * from "./ir/types.js";
