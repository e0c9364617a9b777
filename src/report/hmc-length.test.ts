// Lengths of HMC's trajectories vary, so that no scale of a posterior has a period that all of them share.
import { expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { sample } from "../handlers/index.js";
import { HMC, type HMCOptions } from "../infer/hmc.js";
import type { Fit } from "./fit.js";
import { MCMC } from "./mcmc.js";

const model = (): void => void sample("x", dist.Normal(3, 20).expand([4]).toEvent(1));
const run = (options: HMCOptions): Promise<Fit> =>
  new MCMC(new HMC(model, options), { progress: false, seed: 1 }).run();
const least = (fit: Fit): number => Math.min(...fit.summary().map((row) => row.essBulk));

test("the default length, a period of a scaled normal density, gives many more effective draws with jitter than without", async () => {
  const [varied, fixed] = [await run({}), await run({ trajectoryJitter: 0 })];
  expect(least(varied)).toBeGreaterThan(4 * least(fixed));
  for (const { mean, sd } of varied.summary()) {
    expect(Math.abs(mean - 3)).toBeLessThan(2);
    expect(Math.abs(sd - 20)).toBeLessThan(1.5);
  }
  // A length that was chosen is kept.
  const chosen = await run({ trajectoryLength: 2 * Math.PI });
  expect(chosen.samples("x").toArray()).toEqual(fixed.samples("x").toArray());
});

test("numbers of steps vary around the one given", async () => {
  const { stats } = await run({ numSteps: 10, trajectoryJitter: 0.4 });
  const steps = new Set(stats.leapfrogs.flat());
  expect([Math.min(...steps), Math.max(...steps), steps.size]).toEqual([6, 13, 8]);
  expect(new Set((await run({ numSteps: 10 })).stats.leapfrogs.flat())).toEqual(new Set([10]));
});

test("a jitter of 1 or more would stop some of them", () => {
  for (const trajectoryJitter of [1, -0.1, NaN])
    expect(() => new HMC(model, { trajectoryJitter })).toThrow(
      `new HMC: trajectoryJitter must be at least 0 and below 1; got ${trajectoryJitter}.`,
    );
});
