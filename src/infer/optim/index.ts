// Nothing in; the optimisers, which users reach as `optim.*`, out.
export {
  adam,
  adamW,
  clippedAdam,
  type AdamOptions,
  type AdamWOptions,
  type ClippedAdamOptions,
} from "./adam.js";
export { adagrad, type AdagradOptions } from "./adagrad.js";
export { clip, type ClipOptions } from "./clip.js";
export type { LearningRate, Named, Optimizer, OptimizerState } from "./optimizer.js";
export { rmsprop, type RMSPropOptions } from "./rmsprop.js";
export {
  cosineDecay,
  exponentialDecay,
  linearDecay,
  piecewiseConstant,
  warmup,
  type DecayOptions,
  type ExponentialDecayOptions,
  type PiecewiseConstantOptions,
  type Schedule,
  type WarmupOptions,
} from "./schedule.js";
export { momentum, sgd, type SGDOptions } from "./sgd.js";
