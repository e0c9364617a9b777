// The public names of "sinter"; nothing is defined here.

// compiling
export { checkTrace, jit, LazyJIT, makeGraph, openProgramDatabase, profile } from "./tensor/index.js";
export type {
  CompileRecord,
  Jitted,
  JitOptions,
  OperationTime,
  Profile,
  ProgramDatabase,
  ProgramDatabaseOptions,
} from "./tensor/index.js";

// arrays and keys
export { np, random, Tensor } from "./tensor/index.js";
export type { NestedArray, TensorLike, TypedArray } from "./tensor/index.js";

// derivatives and batching
export { grad, hessian, jacobian, jvp, valueAndGrad, vjp, vmap } from "./tensor/index.js";

// models
export {
  clearParamStore,
  deterministic,
  factor,
  getParamStore,
  handlers,
  markov,
  mutable,
  param,
  plate,
  sample,
  setSeed,
  subsample,
} from "./handlers/index.js";
export type { Message, Mutable, SampleOptions, SiteTrace, TraceNode } from "./handlers/index.js";
export { dist, Distribution, setValidation } from "./dist/index.js";
export { bijectors, constraints } from "./bijectors/index.js";
export type { Bijector, Constraint } from "./bijectors/index.js";

// inference
export { guides, HMC, infer, NUTS, optim, Predictive, reparam, SVI } from "./infer/index.js";
export type {
  ChainMethod,
  ChainProgress,
  Density,
  Divergence,
  HMCOptions,
  KernelOptions,
  MCMCOptions,
  Model,
  NUTSOptions,
  PredictiveOptions,
  ProgressListener,
  ResumeOptions,
  SVIOptions,
  SVIResult,
  Until,
} from "./infer/index.js";
export { script } from "./infer/script.js";
export { Fit } from "./report/fit.js";
export { MCMC } from "./report/mcmc.js";

export type * from "./ir/types.js";

// looking at draws
export * as diagnostics from "./diagnostics/index.js";
