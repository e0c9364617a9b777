// Nothing in; what users reach as `infer.*` out.
export { TraceELBO, type TraceELBOOptions } from "./elbo/trace-elbo.js";
export {
  initToMedian,
  initToSample,
  initToUniform,
  initToValue,
  type InitContext,
  type InitStrategy,
} from "./init/strategy.js";
export type { LogDensityOptions } from "./density/options.js";
export { logDensity, LogDensity } from "./log-density.js";
export { profileDensity, type ProfileDensityOptions } from "./profile-density.js";
