// Nothing in; the automatic guides, which users reach as `guides.*`, out.
export { AutoBNAFNormal, type AutoBNAFOptions } from "./auto-bnaf-normal.js";
export { AutoDiagonalNormal } from "./auto-diagonal-normal.js";
export { AutoGuideList, type GuidePart } from "./auto-guide-list.js";
export { AutoIAFNormal, type AutoIAFOptions } from "./auto-iaf-normal.js";
export { AutoLaplaceApproximation, type LaplaceGuide } from "./auto-laplace-approximation.js";
export {
  AutoLowRankMultivariateNormal,
  type AutoLowRankOptions,
} from "./auto-low-rank-multivariate-normal.js";
export { AutoDelta } from "./auto-delta.js";
export type { AutoGuide, AutoGuideOptions } from "./auto-guide.js";
export { AutoMultivariateNormal } from "./auto-multivariate-normal.js";
export { AutoNormal } from "./auto-normal.js";
