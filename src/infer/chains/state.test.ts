// A chain saved at any iteration and restored into a new one goes on bit for bit, warm-up included.
import { describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { sample } from "../../handlers/index.js";
import { random } from "../../tensor/index.js";
import { initialPoint } from "../init/initial-point.js";
import { HMC } from "../hmc.js";
import { RandomStream } from "../hmc/philox.js";
import { LogDensity } from "../log-density.js";
import { NUTS, type NUTSOptions } from "../nuts.js";
import { SamplerProgram } from "../program/sampler.js";
import { iterationsOf, type Chain } from "./chain.js";
import { stepsChain } from "./kernel-spec.js";
import { ChainRecord, runToEnd } from "./record.js";

const model = (): void => {
  sample("x", dist.Normal(0, 1).expand([3]).toEvent(1));
  sample("s", dist.Exponential(1));
};
const plan = { warmup: 150, samples: 40, thinning: 2 };
const density = new LogDensity(model);

/** Makes the same chain anew. */
function maker(kernel: NUTS | HMC): () => Chain {
  const key = random.key(5);
  const whole = kernel instanceof NUTS && kernel.program === "whole";
  const sampler = whole ? new SamplerProgram(density, { maxTreeDepth: 10, jit: true }) : null;
  return () => {
    const rng = RandomStream.of([5, 0]);
    const start = initialPoint("test", density, kernel.initStrategy, rng, key);
    if (sampler) return sampler.chain(start, { ...plan, ...kernel.spec, key });
    return stepsChain(kernel.spec, density, plan, start, rng);
  };
}

/** A slice of no time is one iteration (of a program: one call). */
function resumedAt(make: () => Chain, iteration: number): ChainRecord {
  const record = new ChainRecord(density.dim, plan.samples);
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
  ["HMC", new HMC(model, { trajectoryLength: 1 })],
  ["NUTS as one program", new NUTS(model, { program: "whole" } satisfies NUTSOptions)],
])("%s", (_, kernel) => {
  const make = maker(kernel);
  const wanted = runToEnd(make(), density.dim, plan);

  test.each([0, 1, 60, 101, 149, 150, 171])("from iteration %i", (iteration) => {
    const record = resumedAt(make, iteration);
    expect(record.kept).toBe(plan.samples);
    expect(record.draws).toEqual(wanted.draws);
    expect(record.statisticsFrom(0)).toEqual(wanted.statisticsFrom(0));
    for (const name of ["gradients", "warmupGradients", "divergences", "warmupDivergences"] as const)
      expect(record.counts[name]).toBe(wanted.counts[name]);
  });

  test("a state of another shape is refused", () => {
    expect(() => make().restore(new Float64Array(3))).toThrow(
      /The saved state has 3 numbers and this sampler \d+: it was saved with other options of the kernel/,
    );
  });
});
