// What the modelling half builds on: arrays, keys, trees. Gathers the files of this room; nothing is defined here.

export * as np from "./np.js";
export * as random from "./random.js";
export * as numbers from "./numbers.js";
export { Tensor } from "./tensor.js";
export type { NestedArray, TensorLike, TypedArray } from "./array.js";
export { flatten, isPlainObject, sameTree, showTree, unflatten, type Flat, type TreeDef } from "./pytree.js";
export type { DType, Shape } from "../ir/types.js";
export { broadcastShapes } from "../trace/promote.js";
export { grad, valueAndGrad } from "../trace/grad.js";
export { hessian, jacobian, jvp, vjp } from "../trace/derivatives.js";
export { vmap } from "../trace/vmap.js";
export { withOrigin } from "../trace/trace.js";
export { jit, LazyJIT, type Jitted, type JitOptions } from "../trace/lazy-jit.js";
export type { CompileRecord } from "../trace/explanation.js";
export { openProgramDatabase } from "../runtime/program-database.js";
export type { ProgramDatabase, ProgramDatabaseOptions } from "../runtime/program-database.js";
export { profile, profileCandidates } from "../trace/profile.js";
export type { OperationTime, Profile } from "../trace/profile-result.js";
export { checkOptions } from "../trace/known-options.js";
export { nearestName } from "../trace/nearest-name.js";
export { makeGraph, traceFunction, type TracedFunction } from "../trace/make-graph.js";
export { checkTrace } from "../trace/check-trace.js";
export { registerGuard } from "../trace/guards.js";
export { ambientInput } from "../trace/ambient.js";
