// Nothing in; what users reach as `infer.*` out.
export { configEnumerate } from "./config-enumerate.js";
export type { ELBO } from "./elbo/elbo.js";
export { RenyiELBO, type RenyiELBOOptions } from "./elbo/renyi-elbo.js";
export { TraceEnumELBO, type TraceEnumELBOOptions } from "./elbo/trace-enum-elbo.js";
export { TraceGraphELBO, type TraceGraphELBOOptions } from "./elbo/trace-graph-elbo.js";
export { TraceMeanFieldELBO, type TraceMeanFieldELBOOptions } from "./elbo/trace-mean-field-elbo.js";
export { TraceELBO, type TraceELBOOptions } from "./elbo/trace-elbo.js";
export { initToOptimum } from "./init/optimum.js";
export { initToPathfinder } from "./init/pathfinder.js";
export {
  initToFeasible,
  initToMean,
  initToMedian,
  initToSample,
  initToUniform,
  initToValue,
  type InitContext,
  type InitStrategy,
} from "./init/strategy.js";
export { pathfinder, type PathfinderDraws, type PathfinderOptions } from "./pathfinder/pathfinder.js";
export { importance, type ImportanceOptions } from "./particles/importance.js";
export { smc, type SmcOptions } from "./particles/smc.js";
export type { WeightedDraws } from "./particles/weighted-draws.js";
export { inferDiscrete, type InferDiscreteOptions } from "./infer-discrete.js";
export type { LogDensityOptions } from "./density/options.js";
export { logDensity, LogDensity } from "./log-density.js";
export { profileDensity, type ProfileDensityOptions } from "./profile-density.js";
