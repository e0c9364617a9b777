// Nothing in; the public names of this room out. MCMC itself stands in report/, where it meets tables and progress.
export * as guides from "./guides/index.js";
export { HMC, type HMCOptions } from "./hmc.js";
export type { ChainProgress, Phase, ProgressListener } from "./chains/progress.js";
export type { Divergence } from "./divergences.js";
export type { Density } from "./hmc/density.js";
export type { KernelOptions } from "./hmc/kernel.js";
export type { ChainMethod, MCMCOptions, ResumeOptions, Until } from "./mcmc-options.js";
export type { Model } from "./model.js";
export * as infer from "./namespace.js";
export { NUTS, type NUTSOptions } from "./nuts.js";
export * as optim from "./optim/index.js";
export { Predictive, type PredictiveOptions } from "./predictive.js";
export * as reparam from "./reparam/index.js";
export { SVI, type SVIOptions, type SVIResult } from "./svi.js";
