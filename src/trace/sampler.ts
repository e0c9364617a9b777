// The sampler beside a compiled density, as inference sees it.
export { hostSampler } from "../runtime/host-sampler.js";
export type { Sampler } from "../runtime/sampler.js";
export type { MetricPlan, SamplerPlan } from "../codegen/wasm/sampler/plan.js";
