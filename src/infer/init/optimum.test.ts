// Starts of chains where a minor mode would hold them, and where the density is not finite everywhere.
import { describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { factor, sample } from "../../handlers/index.js";
import { np, random } from "../../tensor/index.js";
import { RandomStream } from "../hmc/philox.js";
import { LogDensity } from "../log-density.js";
import { initialPoint } from "./initial-point.js";
import { initToOptimum } from "./optimum.js";
import { initToUniform, type InitStrategy } from "./strategy.js";

const startOf = (density: LogDensity, strategy: InitStrategy, seed: number) =>
  initialPoint("test", density, strategy, RandomStream.of([seed, 0]), random.key(seed));

/** Two modes of equal width, one 50 nats above the other, in coordinates of different scales. */
const twoModes = new LogDensity(() => {
  const x = sample("x", dist.ImproperUniform(dist.Normal(0, 1).support, [], [3]));
  const far = (centre: number) =>
    np.sum(np.power(np.divide(x.sub(centre), np.array([0.3, 0.03, 0.1])), 2)).mul(-0.5);
  factor("modes", np.special.logaddexp(far(1).sub(50), far(-1)));
});

describe("initToOptimum", () => {
  test("starts every chain in the higher of two modes, where uniform starts fall between", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { q, logp } = startOf(twoModes, initToOptimum(), seed);
      for (const x of q) expect(x).toBeCloseTo(-1, 3);
      expect(logp).toBeCloseTo(0, 5);
      expect(startOf(twoModes, initToUniform(), seed).logp).toBeLessThan(-50);
    }
  });

  test("equal streams give equal starts", () => {
    const [a, b] = [1, 1].map((seed) => startOf(twoModes, initToOptimum({ starts: 2, steps: 5 }), seed));
    expect(a!.q).toEqual(b!.q);
  });

  test("passes by starts where the density is not finite, and steps into such places", () => {
    const walled = new LogDensity(() => {
      const x = sample("x", dist.Normal(0, 1));
      factor("wall", np.log(np.subtract(0.5, x)).mul(2));
    });
    for (const seed of [1, 2, 3])
      expect(Number.isFinite(startOf(walled, initToOptimum(), seed).logp)).toBe(true);
  });

  test("errors", () => {
    const q = new Float64Array(1);
    const guide = {
      dim: 1,
      rng: RandomStream.of([1, 0]),
      attempt: 0,
      prior: () => ({}),
      priorMeans: () => ({}),
      place: () => undefined,
    };
    expect(() => initToOptimum()(guide, q)).toThrow(
      "initToOptimum: there is no log density to climb here; it starts chains of NUTS and HMC, and guides start with initToMedian, initToSample, initToUniform or initToValue.",
    );
    expect(() => initToOptimum({ starts: 0 })).toThrow(
      "initToOptimum: starts must be a whole number, 1 or more; got 0.",
    );
    expect(() => initToOptimum({ steps: 1.5 })).toThrow(
      "initToOptimum: steps must be a whole number, 1 or more; got 1.5.",
    );
  });
});
