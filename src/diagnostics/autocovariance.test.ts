import { expect, test } from "vitest";
import { deviationsOf } from "../trace/draw-loops.js";
import { autocorrelation, autocovariance } from "./autocovariance.js";
import { geyerEss } from "./effective-sample-size.js";
import { meanAutocovariance } from "./mean-autocovariance.js";
import { stackingWeights } from "./stacking-weights.js";

/** Pseudo-random numbers in [0, 1), the same each run. */
function numbers(n: number, seed = 1): Float64Array {
  let state = seed;
  return new Float64Array(n).map(() => (state = (state * 48271) % 2147483647) / 2147483647);
}

function bySum(chain: Float64Array, lag: number): number {
  const centre = chain.reduce((sum, value) => sum + value, 0) / chain.length;
  let sum = 0;
  for (let t = 0; t + lag < chain.length; t++) sum += (chain[t] - centre) * (chain[t + lag] - centre);
  return sum / chain.length;
}

test.each([1, 2, 3, 7, 64, 65, 100])("autocovariance of %i draws is the sum of products", (n) => {
  const chain = numbers(n);
  autocovariance(chain).forEach((value, lag) => expect(value).toBeCloseTo(bySum(chain, lag), 14));
  if (n > 1) expect(autocorrelation(chain)[0]).toBe(1);
});

test("chains give one array each; a constant chain has no autocorrelation", () => {
  expect(autocovariance([[1, 2, 3, 4]])).toHaveLength(1);
  expect([...autocorrelation([2, 2, 2])]).toEqual([NaN, NaN, NaN]);
});

test.each([1, 2, 3])("the mean over %i chains agrees at direct and at transformed lags", (count) => {
  const n = 90;
  const chains = Array.from({ length: count }, (_, c) => {
    const chain = numbers(n, c + 1);
    const centre = chain.reduce((sum, value) => sum + value, 0) / n;
    return chain.map((value) => value - centre);
  });
  const at = meanAutocovariance(deviationsOf(chains), n, n * count);
  for (const lag of [0, 1, 31, 32, 33, 89]) {
    const expected = chains.reduce((sum, chain) => sum + bySum(chain, lag), 0) / count;
    expect(at(lag)).toBeCloseTo(expected, 14);
  }
});

test("a slow chain, whose lags need the transform, has few effective draws", () => {
  const slow = Float64Array.from({ length: 1000 }, (_, t) => Math.sin(t / 150));
  expect(geyerEss([slow])).toBeLessThan(10);
});

test("stacking weights satisfy the optimality conditions", () => {
  const scores = [3, 5, 7, 11].map((seed) => numbers(200, seed).map((value) => -4 * value));
  const weights = stackingWeights(scores);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  const mixture = scores[0].map((_, i) => scores.reduce((sum, s, k) => sum + weights[k] * Math.exp(s[i]), 0));
  const gains = scores.map((s) => s.reduce((sum, value, i) => sum + Math.exp(value) / mixture[i], 0) / 200);
  // No model would raise the score, and those in the mixture hold their place.
  expect(Math.max(...gains)).toBeLessThan(1 + 1e-7);
  gains.forEach((gain, k) => expect(weights[k] * Math.abs(gain - 1)).toBeLessThan(1e-6));
});
