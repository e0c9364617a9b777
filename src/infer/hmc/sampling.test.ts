// HMC and NUTS against densities whose moments are known.
import { describe, expect, test } from "vitest";
import { runToEnd, type ChainRecord } from "../chains/record.js";
import { StepsChain } from "../chains/steps-chain.js";
import { Adaptation } from "./adaptation.js";
import { CovarianceEstimate } from "./covariance-estimate.js";
import { phasePoint, type Density } from "./density.js";
import { Leapfrog } from "./leapfrog.js";
import { DenseMetric, DiagonalMetric } from "./metric.js";
import { NoUTurn } from "./no-u-turn.js";
import { childKey, RandomStream, seedWords } from "./philox.js";
import { StaticHMC } from "./static-hmc.js";
import { adaptationWindows } from "./windows.js";

/** Correlated normal: sd 1 and 10, correlation 0.9. */
const correlated: Density = {
  dim: 2,
  logDensityGradient(q, out) {
    const r = 0.9;
    const x = q[0];
    const y = q[1] / 10;
    const c = 1 / (1 - r * r);
    out[0] = -c * (x - r * y);
    out[1] = (-c * (y - r * x)) / 10;
    return -0.5 * c * (x * x - 2 * r * x * y + y * y);
  },
};

const run = (
  density: Density,
  kind: "nuts" | "hmc",
  options: { dense?: boolean; seed?: number; warmup?: number; samples?: number; maxDepth?: number } = {},
): ChainRecord => {
  const { dense = false, seed = 1, warmup = 500, samples = 2000, maxDepth = 10 } = options;
  const metric = dense ? new DenseMetric(density.dim) : new DiagonalMetric(density.dim);
  const transition =
    kind === "nuts"
      ? new NoUTurn(density, metric, maxDepth)
      : new StaticHMC(density, metric, { trajectoryLength: 2, numSteps: null });
  const rng = RandomStream.of(seedWords(seed));
  const z = phasePoint(density.dim);
  for (let i = 0; i < density.dim; i++) z.q[i] = 4 * rng.uniform() - 2;
  z.logp = density.logDensityGradient(z.q, z.g);
  const adaptation = new Adaptation(new Leapfrog(density, metric), density.dim, warmup, {
    stepSize: 1,
    targetAccept: 0.8,
    adaptStepSize: true,
    adaptMass: true,
  });
  const plan = { warmup, samples, thinning: 1 };
  return runToEnd(new StepsChain(transition, adaptation, z, plan, rng), density.dim, plan);
};

const moment = (c: ChainRecord, dim: number, f: (q: Float64Array) => number): number => {
  let sum = 0;
  const n = c.draws.length / dim;
  for (let i = 0; i < n; i++) sum += f(c.draws.subarray(i * dim, (i + 1) * dim));
  return sum / n;
};

describe("samplers", () => {
  test.each([
    ["nuts", false],
    ["nuts", true],
    ["hmc", true],
  ] as const)("%s (dense %s) finds the moments of a correlated normal", (kind, dense) => {
    const c = run(correlated, kind, { dense, samples: 4000 });
    expect(Math.abs(moment(c, 2, (q) => q[0]))).toBeLessThan(0.1);
    expect(Math.abs(moment(c, 2, (q) => q[0] ** 2) - 1)).toBeLessThan(0.15);
    expect(Math.abs(moment(c, 2, (q) => q[1] ** 2) / 100 - 1)).toBeLessThan(0.15);
    expect(Math.abs(moment(c, 2, (q) => (q[0] * q[1]) / 10) - 0.9)).toBeLessThan(0.15);
    expect(c.column("divergent").reduce((a, b) => a + b, 0)).toBe(0);
    const acceptance = c.column("acceptance").reduce((a, b) => a + b, 0) / 4000;
    expect(acceptance).toBeGreaterThan(0.7);
  });

  test("NUTS is exact without adaptation: a normal at a coarse step size", () => {
    const normal: Density = {
      dim: 1,
      logDensityGradient(q, out) {
        out[0] = -q[0];
        return -0.5 * q[0] * q[0];
      },
    };
    const metric = new DiagonalMetric(1);
    const rng = RandomStream.of(seedWords(7));
    const z = phasePoint(1);
    z.logp = normal.logDensityGradient(z.q, z.g);
    const adaptation = new Adaptation(new Leapfrog(normal, metric), 1, 0, {
      stepSize: 1.2,
      targetAccept: 0.8,
      adaptStepSize: false,
      adaptMass: false,
    });
    const plan = { warmup: 0, samples: 20000, thinning: 1 };
    const c = runToEnd(new StepsChain(new NoUTurn(normal, metric, 8), adaptation, z, plan, rng), 1, plan);
    expect(Math.abs(moment(c, 1, (q) => q[0]))).toBeLessThan(0.04);
    expect(Math.abs(moment(c, 1, (q) => q[0] ** 2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(moment(c, 1, (q) => q[0] ** 4) - 3)).toBeLessThan(0.35);
  });

  test("a funnel's divergences are counted, not thrown", () => {
    const funnel: Density = {
      dim: 3,
      logDensityGradient(q, out) {
        const [v, x, y] = q;
        const w = Math.exp(-v);
        out[0] = -v / 9 - 1 + 0.5 * w * (x * x + y * y);
        out[1] = -w * x;
        out[2] = -w * y;
        return (-v * v) / 18 - v - 0.5 * w * (x * x + y * y);
      },
    };
    const c = run(funnel, "nuts", { seed: 3, warmup: 300, samples: 1000 });
    expect(Number.isFinite(moment(c, 3, (q) => q[0]))).toBe(true);
    expect(Math.abs(moment(c, 3, (q) => q[0]))).toBeLessThan(2.5);
  });

  test("a density that is NaN beyond a wall diverges there and stays inside", () => {
    const wall: Density = {
      dim: 1,
      logDensityGradient(q, out) {
        out[0] = q[0] < 3 ? -q[0] : NaN;
        return q[0] < 3 ? -0.5 * q[0] * q[0] : NaN;
      },
    };
    const c = run(wall, "nuts", { seed: 5 });
    expect(c.draws.every((x) => x < 3)).toBe(true);
    const sum = c.column("divergent").reduce((a, b) => a + b, 0) + c.counts.warmupDivergences;
    expect(sum).toBeGreaterThan(0);
  });

  test("equal keys give equal draws; children of a key give different ones", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => run(correlated, "nuts", { seed, samples: 50 }));
    expect(a.draws).toEqual(b.draws);
    expect(a.draws).not.toEqual(c.draws);
    expect(childKey(seedWords(1), 0)).not.toEqual(childKey(seedWords(1), 1));
  });

  test("a tree-depth limit is kept", () => {
    const c = run(correlated, "nuts", { maxDepth: 2, samples: 50 });
    expect(Math.max(...c.column("leapfrogs"))).toBeLessThanOrEqual(3);
  });
});

describe("parts", () => {
  test("warm-up windows double and fill what is left", () => {
    expect(adaptationWindows(1000)).toEqual({ start: 75, ends: [100, 150, 250, 450, 950] });
    expect(adaptationWindows(100)).toEqual({ start: 15, ends: [90] });
    expect(adaptationWindows(10)).toEqual({ start: 10, ends: [] });
  });

  test("the covariance is shrunk towards 0.001", () => {
    const e = new CovarianceEstimate(2, true);
    [
      [1, 2],
      [3, 6],
      [5, 10],
    ].forEach((q) => e.add(Float64Array.from(q)));
    const [a, b, , d] = e.regularised()!;
    expect(a).toBeCloseTo((3 / 8) * 4 + 1e-3 * (5 / 8), 12);
    expect(b).toBeCloseTo((3 / 8) * 8, 12);
    expect(d).toBeCloseTo((3 / 8) * 16 + 1e-3 * (5 / 8), 12);
  });

  test("dense momenta have the inverse of the covariance", () => {
    const metric = new DenseMetric(2);
    expect(metric.update(Float64Array.of(2, 1, 1, 1))).toBe(true);
    expect(metric.update(Float64Array.of(1, 2, 2, 1))).toBe(false);
    const rng = RandomStream.of([1, 2]);
    const p = new Float64Array(2);
    const sums = [0, 0, 0];
    const n = 20000;
    for (let i = 0; i < n; i++) {
      metric.momentum(rng, p);
      sums[0] += p[0] * p[0];
      sums[1] += p[0] * p[1];
      sums[2] += p[1] * p[1];
    }
    // The inverse of [[2, 1], [1, 1]] is [[1, -1], [-1, 2]].
    expect(Math.abs(sums[0] / n - 1)).toBeLessThan(0.05);
    expect(Math.abs(sums[1] / n + 1)).toBeLessThan(0.06);
    expect(Math.abs(sums[2] / n - 2)).toBeLessThan(0.1);
  });

  test("Philox gives the published words", () => {
    // Random123's known answers for philox4x32-10.
    const rng = new Uint32Array(4);
    return import("./philox.js").then(({ philox }) => {
      philox(0, 0, new Uint32Array(4), rng);
      expect(Array.from(rng, (x) => x.toString(16))).toEqual([
        "6627e8d5",
        "e169c58d",
        "bc57ac4c",
        "9b00dbd8",
      ]);
      const ones = 0xffffffff;
      philox(ones, ones, Uint32Array.of(ones, ones, ones, ones), rng);
      expect(Array.from(rng, (x) => x.toString(16))).toEqual([
        "408f276d",
        "41c83b0e",
        "a20bc7c6",
        "6d5451fd",
      ]);
    });
  });
});
