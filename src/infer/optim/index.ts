// Nothing in; the optimisers, which users reach as `optim.*`, out.
export {
  adam,
  adamW,
  clippedAdam,
  type AdamOptions,
  type AdamWOptions,
  type ClippedAdamOptions,
} from "./adam.js";
export type { LearningRate, Named, Optimizer, OptimizerState } from "./optimizer.js";
export { rmsprop, type RMSPropOptions } from "./rmsprop.js";
export { momentum, sgd, type SGDOptions } from "./sgd.js";
