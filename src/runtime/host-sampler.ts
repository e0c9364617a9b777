// A sampler's plan and a density that the host computes in; the sampler, in a module of its own, out.
import { RoutineLinker } from "../codegen/wasm/link.js";
import { ModuleBuilder } from "../codegen/wasm/module.js";
import { hostDensity } from "../codegen/wasm/sampler/density.js";
import { emitSampler, samplerLayout, type SamplerPlan } from "../codegen/wasm/sampler/emit.js";
import { TABLES_END } from "../codegen/wasm/tables.js";
import { Sampler } from "./sampler.js";

const PAGE = 65536;
const START = 64 * Math.ceil(TABLES_END / 64);

/** The same code and so the same draws, called once per gradient. */
export function hostSampler(
  plan: SamplerPlan,
  density: (q: Float64Array, gradient: Float64Array) => number,
): Sampler {
  const layout = samplerLayout(plan, START);
  const module = new ModuleBuilder();
  const pages = Math.ceil((layout.end + START) / PAGE);
  module.memory(pages, { max: pages, export: "memory" });
  const run = module.importFunction(["host", "density"], [], []);
  emitSampler(module, new RoutineLinker(module), layout, hostDensity(layout, run));
  let evaluate = (): void => undefined;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
    host: { density: () => evaluate() },
  });
  const { memory } = instance.exports as unknown as { memory: WebAssembly.Memory };
  const sampler = new Sampler(layout, memory.buffer, instance.exports.sampler as (n: number) => number);
  const [q, g] = [sampler.vector("ownQ"), sampler.vector("ownG")].map((v) => v.subarray(0, plan.dim));
  const value = new Float64Array(memory.buffer, layout.ownValue, 1);
  evaluate = () => void (value[0] = density(q, g));
  return sampler;
}
