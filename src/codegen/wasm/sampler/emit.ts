// A module, a layout and a density in; the sampler's functions in that module, one of them exported, out.
import type { RoutineLinker } from "../link.js";
import type { ModuleBuilder } from "../module.js";
import { chunk } from "./chunk.js";
import { evaluate, SamplerContext } from "./context.js";
import type { DensityCode } from "./density.js";
import { formOf, numbersOf, placesOf, tagged } from "./places.js";
import { samplerLayout, type SamplerLayout, type SamplerPlan } from "./plan.js";

export function emitSampler(
  module: ModuleBuilder,
  linker: RoutineLinker,
  layout: SamplerLayout,
  density: DensityCode,
): void {
  const places = placesOf(layout, density);
  module.fill(numbersOf(places));
  linker.provide(evaluate, density.run);
  const cx = new SamplerContext(formOf(layout.plan), tagged(places));
  module.export("sampler", linker.portable(cx.function(chunk)));
}

export { samplerLayout, type SamplerLayout, type SamplerPlan };
