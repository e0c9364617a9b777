// A module, a plan and a density in; the sampler's functions in that module, and where its state is, out.
import type { RoutineLinker } from "../link.js";
import type { ModuleBuilder } from "../module.js";
import { chunk } from "./chunk.js";
import { SamplerContext, type DensityCode } from "./context.js";
import { samplerLayout, type SamplerLayout, type SamplerPlan } from "./plan.js";

export function emitSampler(
  module: ModuleBuilder,
  linker: RoutineLinker,
  layout: SamplerLayout,
  density: DensityCode,
): void {
  const cx = new SamplerContext(module, linker, layout, density);
  cx.fn(chunk);
}

export { samplerLayout, type SamplerLayout, type SamplerPlan };
