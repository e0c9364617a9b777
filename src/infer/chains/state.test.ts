// A chain saved at any iteration and restored into a new one goes on bit for bit, warm-up included.
import { describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { sample } from "../../handlers/index.js";
import { random } from "../../tensor/index.js";
import { initialPoint } from "../init/initial-point.js";
import { HMC } from "../hmc.js";
import { RandomStream } from "../hmc/philox.js";
import { LogDensity } from "../log-density.js";
import { NUTS } from "../nuts.js";
import { iterationsOf, STATISTICS, type Chain } from "./chain.js";
import { CompiledChain } from "./compiled-chain.js";
import { samplerPlan } from "./kernel-spec.js";
import { ChainRecord, runToEnd } from "./record.js";
import { STATISTICS as written } from "../../codegen/wasm/sampler/plan.js";

const model = (): void => {
  sample("x", dist.Normal(0, 1).expand([3]).toEvent(1));
  sample("s", dist.Exponential(1));
};
const plan = { warmup: 150, samples: 40, thinning: 2 };

/** Makes the same chain anew; all share one sampler. */
function maker(kernel: NUTS | HMC): { make: () => Chain; dim: number } {
  const density = new LogDensity(model, [], { jit: kernel.jit }, (sites) => samplerPlan(kernel.spec, sites));
  const make = (): Chain => {
    const start = initialPoint("test", density, kernel.initStrategy, RandomStream.of([5, 0]), random.key(5));
    return new CompiledChain(density.sampler, plan).start(kernel.spec, [5, 0], start);
  };
  return { make, dim: density.dim };
}

/** A slice of no time is one iteration (of a program: one call). */
function resumedAt(make: () => Chain, dim: number, iteration: number): ChainRecord {
  const record = new ChainRecord(dim, plan.samples);
  const first = make();
  while (first.iteration < iteration) record.add(first.advance(0));
  const second = make();
  second.restore(first.save());
  // The old chain runs on: what it does must not touch the saved state.
  first.advance(0);
  while (second.iteration < iterationsOf(plan)) record.add(second.advance(0));
  return record;
}

describe.each([
  ["NUTS", new NUTS(model)],
  ["NUTS with a dense metric", new NUTS(model, { denseMass: true })],
  ["NUTS with a metric of low rank", new NUTS(model, { denseMass: { rank: 2, cutoff: 1.01 } })],
  ["HMC", new HMC(model, { trajectoryLength: 1 })],
  ["NUTS from gradients", new NUTS(model, { adaptation: "gradients", stepSizeJitter: 0.1 })],
  ["NUTS, not compiled", new NUTS(model, { jit: false })],
])("%s", (_, kernel) => {
  const { make, dim } = maker(kernel);
  const wanted = runToEnd(make(), dim, plan);

  test.each([0, 1, 60, 101, 149, 150, 171])("from iteration %i", (iteration) => {
    const record = resumedAt(make, dim, iteration);
    expect(record.kept).toBe(plan.samples);
    expect(record.draws).toEqual(wanted.draws);
    for (const name of STATISTICS) expect(record.column(name)).toEqual(wanted.column(name));
    for (const name of ["gradients", "warmupGradients", "divergences", "warmupDivergences"] as const)
      expect(record.counts[name]).toBe(wanted.counts[name]);
  });

  test("a state of another shape is refused", () => {
    expect(() => make().restore(new Float64Array(3))).toThrow(
      /The saved state has 3 numbers and this sampler \d+: it was saved with other options of the kernel/,
    );
  });
});

test("chains read the columns that compiled samplers write", () => {
  expect(STATISTICS).toEqual(written);
});
