// Nothing in; the automatic guides, which users reach as `guides.*`, out.
export { AutoDelta } from "./auto-delta.js";
export type { AutoGuide, AutoGuideOptions } from "./auto-guide.js";
export { AutoMultivariateNormal } from "./auto-multivariate-normal.js";
export { AutoNormal } from "./auto-normal.js";
