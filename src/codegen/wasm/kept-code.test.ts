// What one process keeps of its functions is the code of the next: nothing is written there, and modules are the same bytes.
import { expect, test, vi } from "vitest";
import type { KeptCode } from "./kept-code.js";

const plans = [
  { dim: 5, kind: "nuts", maxTreeDepth: 10, metric: { kind: "diagonal" } },
  {
    dim: 4,
    kind: "nuts",
    maxTreeDepth: 8,
    metric: { kind: "dense", blocks: [[0, 1, 2, 3]], gradients: { above: 1.5 } },
  },
  { dim: 7, kind: "hmc", maxTreeDepth: 0, metric: { kind: "lowRank", rank: 3, cutoff: 2 } },
] as const;

/** Modules with samplers, as a process makes them that was given such code. */
async function modules(host: KeptCode | undefined): Promise<Uint8Array[]> {
  vi.resetModules();
  vi.stubGlobal("KEPT_CODE", host);
  const { ModuleBuilder } = await import("./module.js");
  const { RoutineLinker } = await import("./link.js");
  const { emitSampler, samplerLayout } = await import("./sampler/emit.js");
  const { hostDensity } = await import("./sampler/density.js");
  const { emitDraws } = await import("./draws.js");
  vi.unstubAllGlobals();
  const samplers = plans.map((plan, i) => {
    const layout = samplerLayout(plan, 8192 + 64 * i);
    const module = new ModuleBuilder();
    module.memory(16);
    const run = module.importFunction(["host", "density"], [], []);
    emitSampler(module, new RoutineLinker(module), layout, hostDensity(layout, run));
    return module.bytes();
  });
  return [...samplers, emitDraws()];
}

test("modules of kept code are those of code that was written", async () => {
  const fresh = await modules(undefined);
  for (const bytes of fresh) expect(WebAssembly.validate(bytes as BufferSource)).toBe(true);
  const first: KeptCode = {};
  expect(await modules(first)).toEqual(fresh);
  const bytes = first.keep!();
  const host: KeptCode = { bytes };
  expect(await modules(host)).toEqual(fresh);
});

test("of another place in memory, or another number of coordinates, the code is the same but for its numbers", async () => {
  const host: KeptCode = {};
  await modules(host);
  vi.resetModules();
  vi.stubGlobal("KEPT_CODE", { bytes: host.keep!() });
  const { ModuleBuilder } = await import("./module.js");
  const { FunctionBuilder } = await import("./function.js");
  const { RoutineLinker } = await import("./link.js");
  const { emitSampler, samplerLayout } = await import("./sampler/emit.js");
  const { hostDensity } = await import("./sampler/density.js");
  vi.unstubAllGlobals();
  const written = vi.spyOn(FunctionBuilder.prototype, "op");
  for (const [dim, start] of [
    [2, 8192],
    [9, 1 << 20],
    [31, 1 << 24],
  ] as const) {
    const layout = samplerLayout({ ...plans[0], dim }, start);
    const module = new ModuleBuilder();
    module.memory(Math.ceil(layout.end / 65536));
    const run = module.importFunction(["host", "density"], [], []);
    emitSampler(module, new RoutineLinker(module), layout, hostDensity(layout, run));
    expect(WebAssembly.validate(module.bytes())).toBe(true);
  }
  expect(written).not.toHaveBeenCalled();
});
