// Gradient calls must leave nothing behind: neither on the heap nor in wasm memory.
import { expect, test } from "vitest";
import { dist, infer, np, sample, type Tensor } from "sinter";
import { growth } from "./steady-memory.js";

const model = (x: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  sample("x", dist.Normal(mu, tau), { obs: x });
};

test("100,000 gradient calls grow neither heap nor wasm memory", () => {
  const density = infer.logDensity(model, [np.linspace(-1, 3, 50)]);
  const q = Float64Array.of(0.3, -0.2);
  const out = new Float64Array(2);
  const first = density.logDensityGradient(q, out);
  const grown = growth(() => void density.logDensityGradient(q, out), 100_000);
  // A leak of one number a call would be 800 kB.
  expect(grown.heap).toBeLessThan(400_000);
  // Wasm memory grows by pages of 64 KiB.
  expect(grown.buffers).toBeLessThan(65_536);
  expect(density.logDensityGradient(q, out)).toBe(first);
  density.dispose();
});

test("a leak is seen", () => {
  const kept: Float64Array[] = [];
  const grown = growth(() => void kept.push(new Float64Array(16)), 10_000);
  expect(grown.buffers + grown.heap).toBeGreaterThan(1_000_000);
  expect(kept.length).toBeGreaterThan(10_000);
});
