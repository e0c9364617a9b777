// HMC and NUTS against densities whose moments are known.
import { describe, expect, test } from "vitest";
import { hostSampler, type MetricPlan } from "../../trace/sampler.js";
import type { ChainPlan } from "../chains/chain.js";
import { CompiledChain } from "../chains/compiled-chain.js";
import type { KernelSpec } from "../chains/kernel-spec.js";
import { runToEnd, type ChainRecord } from "../chains/record.js";
import { BlockCovariance } from "./covariance.js";
import { phasePoint, type Density } from "./density.js";
import { childKey, philox, RandomStream, seedWords } from "./philox.js";
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

interface Options extends Partial<ChainPlan>, Partial<KernelSpec> {
  readonly maxTreeDepth?: number;
  readonly trajectoryLength?: number;
  readonly numSteps?: number;
  readonly trajectoryJitter?: number;
  readonly kind?: "nuts" | "hmc";
  readonly metric?: MetricPlan;
  readonly seed?: number;
}

const make = (density: Density, options: Options = {}): { chain: CompiledChain; plan: ChainPlan } => {
  const { kind = "nuts", metric = { kind: "diagonal" }, seed = 1, maxTreeDepth = 10 } = options;
  const { dim } = density;
  const sampler = hostSampler({ dim, kind, maxTreeDepth, metric }, (q, g) =>
    density.logDensityGradient(q, g),
  );
  const rng = RandomStream.of(seedWords(seed));
  const z = phasePoint(dim);
  for (let i = 0; i < dim; i++) z.q[i] = 4 * rng.uniform() - 2;
  z.logp = density.logDensityGradient(z.q, z.g);
  const plan = { warmup: 500, samples: 2000, thinning: 1, ...options };
  const { trajectoryLength = 2, numSteps = 0, trajectoryJitter = 0 } = options;
  const spec: KernelSpec = {
    stepSize: 1,
    targetAccept: 0.8,
    adaptStepSize: true,
    adaptMass: true,
    adaptation: "draws",
    stepSizeJitter: 0,
    denseMass: metric.kind === "dense",
    trajectory:
      kind === "nuts"
        ? { kind: "NUTS", maxTreeDepth }
        : { kind: "HMC", trajectoryLength, numSteps, trajectoryJitter },
    ...options,
  };
  return { chain: new CompiledChain(sampler, plan).start(spec, seedWords(seed), z), plan };
};

const run = (density: Density, options: Options = {}): ChainRecord => {
  const { chain, plan } = make(density, options);
  return runToEnd(chain, density.dim, plan);
};

const total = (xs: ArrayLike<number>): number => Array.from(xs).reduce((a, b) => a + b, 0);

const moment = (c: ChainRecord, f: (q: Float64Array) => number): number => {
  let sum = 0;
  const n = c.draws.length / c.dim;
  for (let i = 0; i < n; i++) sum += f(c.draws.subarray(i * c.dim, (i + 1) * c.dim));
  return sum / n;
};

const dense: MetricPlan = { kind: "dense", blocks: [[0, 1]] };
const auto: MetricPlan = { ...dense, gradients: { above: 1.5 } };
const groups: MetricPlan = { kind: "dense", blocks: [[1, 0]], gradients: { above: 0 } };
const scattered: MetricPlan = { kind: "dense", blocks: [[1, 0]] };
const diagonal: MetricPlan = { kind: "diagonal" };

describe("samplers", () => {
  test.each([
    ["nuts", "diagonal", diagonal, "draws"],
    ["nuts", "diagonal", diagonal, "gradients"],
    ["nuts", "dense", dense, "draws"],
    ["nuts", "dense, in another order", scattered, "draws"],
    ["nuts", "dense", auto, "gradients"],
    ["nuts", "dense, in another order", groups, "gradients"],
    ["hmc", "dense", dense, "draws"],
    ["hmc", "dense", auto, "gradients"],
  ] as const)("%s, %s, finds the moments of a correlated normal", (kind, _, metric, adaptation) => {
    const c = run(correlated, { kind, metric, adaptation, samples: 4000 });
    expect(Math.abs(moment(c, (q) => q[0]))).toBeLessThan(0.1);
    expect(Math.abs(moment(c, (q) => q[0] ** 2) - 1)).toBeLessThan(0.15);
    expect(Math.abs(moment(c, (q) => q[1] ** 2) / 100 - 1)).toBeLessThan(0.15);
    expect(Math.abs(moment(c, (q) => (q[0] * q[1]) / 10) - 0.9)).toBeLessThan(0.15);
    expect(c.counts.divergences).toBe(0);
    const acceptance = total(c.column("acceptance")) / 4000;
    expect(acceptance).toBeGreaterThan(0.7);
    expect(total(c.column("leapfrogs"))).toBe(c.counts.gradients);
  });

  test("a dense metric makes trajectories short", () => {
    const [a, b] = [diagonal, dense].map((metric) => run(correlated, { metric }).counts.gradients);
    expect(b!).toBeLessThan(0.8 * a!);
  });

  describe("covariances from draws and gradients", () => {
    /** Sd 1, 10, 0.1, ...; neighbours correlated by r. */
    const chain = (dim: number, r: number): Density => ({
      dim,
      logDensityGradient(q, out) {
        const c = 1 / (1 - r * r);
        let sum = 0;
        out.fill(0);
        const unit = (i: number): number => [1, 10, 0.1][i % 3];
        for (let i = 0; i < dim; i++) {
          const x = q[i] / unit(i);
          const before = i === 0 ? 0 : q[i - 1] / unit(i - 1);
          const d = i === 0 ? x : x - r * before;
          const w = i === 0 ? 1 : c;
          sum -= 0.5 * w * d * d;
          out[i] -= (w * d) / unit(i);
          if (i > 0) out[i - 1] += (w * d * r) / unit(i - 1);
        }
        return sum;
      },
    });
    const all = (dim: number, above: number): MetricPlan => ({
      kind: "dense",
      blocks: [Array.from({ length: dim }, (_, i) => i)],
      gradients: { above },
    });

    test.each([2, 5, 8])("of a normal in %i coordinates, whatever the scales and correlations", (dim) => {
      const { chain: made, plan } = make(chain(dim, 0.99), {
        metric: all(dim, 1.5),
        adaptation: "gradients",
      });
      const record = runToEnd(made, dim, plan);
      // With the covariance for a metric, trajectories are those of independent standard normals.
      expect(record.counts.gradients / plan.samples).toBeLessThan(8);
      for (let i = 0; i < dim; i++) {
        const sd = [1, 10, 0.1][i % 3];
        expect(Math.abs(moment(record, (q) => (q[i] / sd) ** 2) - 1)).toBeLessThan(0.2);
      }
    });

    test("are left alone where coordinates hardly depend on each other: the draws are those of scales", () => {
      const [a, b] = [diagonal, all(5, 1.5)].map((metric) =>
        run(chain(5, 0.1), { metric, adaptation: "gradients", samples: 200 }),
      );
      expect(a!.draws).toEqual(b!.draws);
    });

    test("are used at once where the threshold is 0", () => {
      const [a, b] = [diagonal, all(5, 0)].map((metric) =>
        run(chain(5, 0.1), { metric, adaptation: "gradients", samples: 200 }),
      );
      expect(a!.draws).not.toEqual(b!.draws);
    });

    test("a coordinate without a gradient leaves the metric as it is", () => {
      const flat: Density = {
        dim: 3,
        logDensityGradient(q, out) {
          out.set([-q[0], -q[1], 0]);
          return -0.5 * (q[0] * q[0] + q[1] * q[1]);
        },
      };
      const c = run(flat, { metric: all(3, 0), adaptation: "gradients", samples: 500 });
      expect(Math.abs(moment(c, (q) => q[0] ** 2) - 1)).toBeLessThan(0.3);
      expect(c.draws.every(Number.isFinite)).toBe(true);
    });
  });

  test.each([1, 2, 7, 14, 33])("a normal in %i dimensions at a fixed step size is exact", (dim) => {
    const normal: Density = {
      dim,
      logDensityGradient(q, out) {
        let sum = 0;
        for (let i = 0; i < dim; i++) {
          out[i] = -q[i];
          sum -= 0.5 * q[i] * q[i];
        }
        return sum;
      },
    };
    const fixed = { stepSize: 0.8, adaptStepSize: false, adaptMass: false, warmup: 0, samples: 20000 };
    for (const kind of ["nuts", "hmc"] as const) {
      const c = run(normal, { ...fixed, kind, seed: 7, stepSizeJitter: 0.2, trajectoryLength: 2.5 });
      for (const i of [0, dim - 1]) {
        expect(Math.abs(moment(c, (q) => q[i]))).toBeLessThan(0.04);
        expect(Math.abs(moment(c, (q) => q[i] ** 2) - 1)).toBeLessThan(0.08);
        expect(Math.abs(moment(c, (q) => q[i] ** 4) - 3)).toBeLessThan(0.4);
      }
      expect(new Set(c.column("stepSize")).size).toBe(20000);
    }
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
    const c = run(funnel, { seed: 3, warmup: 300, samples: 1000 });
    expect(Number.isFinite(moment(c, (q) => q[0]))).toBe(true);
    expect(Math.abs(moment(c, (q) => q[0]))).toBeLessThan(2.5);
  });

  test.each(["nuts", "hmc"] as const)(
    "%s: a density that is NaN beyond a wall diverges there and stays inside",
    (kind) => {
      const wall: Density = {
        dim: 1,
        logDensityGradient(q, out) {
          out[0] = q[0] < 1.5 ? -q[0] : NaN;
          return q[0] < 1.5 ? -0.5 * q[0] * q[0] : NaN;
        },
      };
      const c = run(wall, { kind, seed: 5 });
      expect(c.draws.every((x) => x < 1.5)).toBe(true);
      expect(c.counts.divergences + c.counts.warmupDivergences).toBeGreaterThan(0);
      expect(total(c.column("divergent"))).toBe(c.counts.divergences);
    },
  );

  test("a start far away, where weights overflow, finds its way", () => {
    const c = run(
      {
        dim: 2,
        logDensityGradient(q, out) {
          out[0] = -(q[0] - 1e4);
          out[1] = -q[1];
          return -0.5 * ((q[0] - 1e4) ** 2 + q[1] ** 2);
        },
      },
      { seed: 4 },
    );
    expect(Math.abs(moment(c, (q) => q[0]) - 1e4)).toBeLessThan(0.15);
  });

  test("equal keys give equal draws; children of a key give different ones", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => run(correlated, { seed, samples: 50 }));
    expect(a!.draws).toEqual(b!.draws);
    expect(a!.draws).not.toEqual(c!.draws);
    expect(childKey(seedWords(1), 0)).not.toEqual(childKey(seedWords(1), 1));
  });

  test("thinning keeps some of the same draws", () => {
    const all = run(correlated, { samples: 60 });
    const thin = run(correlated, { samples: 20, thinning: 3 });
    expect(thin.draws.subarray(0, 2)).toEqual(all.draws.subarray(4, 6));
    expect(thin.draws.subarray(38)).toEqual(all.draws.subarray(118));
  });

  test.each([diagonal, dense, auto])("a chain saved in warm-up goes on where it was: $kind", (metric) => {
    const whole = run(correlated, { metric, samples: 100 });
    const first = make(correlated, { metric, samples: 100 });
    while (first.chain.iteration < 60) first.chain.advance(0);
    const state = first.chain.save();
    const { chain, plan } = make(correlated, { metric, samples: 100, seed: 9 });
    chain.restore(state);
    expect(chain.iteration).toBe(first.chain.iteration);
    expect(runToEnd(chain, 2, plan).draws).toEqual(whole.draws);
    expect(() => chain.restore(new Float64Array(3))).toThrow("The saved state has 3 numbers");
  });

  test("a tree-depth limit is kept", () => {
    const c = run(correlated, { maxTreeDepth: 2, samples: 50 });
    expect(Math.max(...c.column("leapfrogs"))).toBe(3);
    expect(Math.max(...c.column("treeDepth"))).toBe(2);
  });

  test("a fixed number of steps is taken", () => {
    const c = run(correlated, { kind: "hmc", numSteps: 5, samples: 50 });
    expect(new Set(c.column("leapfrogs"))).toEqual(new Set([5]));
  });
});

describe("parts", () => {
  test("warm-up windows double and fill what is left", () => {
    expect(adaptationWindows(1000)).toEqual({ start: 75, ends: [100, 150, 250, 450, 950] });
    expect(adaptationWindows(100)).toEqual({ start: 15, ends: [90] });
    expect(adaptationWindows(10)).toEqual({ start: 10, ends: [] });
  });

  test("an odd number of coordinates is walked row by row", () => {
    const sampler = hostSampler({ dim: 3, kind: "nuts", maxTreeDepth: 1, metric: dense }, () => 0);
    const e = new BlockCovariance(sampler, [[0, 1]]);
    e.add(Float64Array.of(1, 2, 7, 3, 6, 8, 5, 11, 9));
    expect(e.close()).toBe(true);
    const variances = Array.from(sampler.vector("scale").subarray(0, 3), (x) => x * x);
    [4, 61 / 3, 1].forEach((v, i) => expect(variances[i]).toBeCloseTo((3 / 8) * v + 1e-3 * (5 / 8), 12));
  });

  test("the covariance is shrunk towards 0.001", () => {
    const sampler = hostSampler({ dim: 2, kind: "nuts", maxTreeDepth: 1, metric: dense }, () => 0);
    const e = new BlockCovariance(sampler, [[0, 1]]);
    e.add(Float64Array.of(1, 2, 3, 6));
    e.add(Float64Array.of(5, 11));
    expect(e.close()).toBe(true);
    // Rows of the factor are in units of the scales.
    const [s, t] = sampler.vector("scale");
    const [l, m, n] = [s * sampler.factors[0], t * sampler.factors[2], t * sampler.factors[3]];
    expect(l! * l!).toBeCloseTo((3 / 8) * 4 + 1e-3 * (5 / 8), 12);
    expect(l! * m!).toBeCloseTo((3 / 8) * 9, 12);
    expect(m! * m! + n! * n!).toBeCloseTo((3 / 8) * (61 / 3) + 1e-3 * (5 / 8), 12);
    e.add(Float64Array.of(NaN, 1, 2, 3));
    expect(e.close()).toBe(false);
    expect(s * sampler.factors[0]).toBe(l);
  });

  test("Philox gives the published words", () => {
    // Random123's known answers for philox4x32-10.
    const rng = new Uint32Array(4);
    philox(0, 0, new Uint32Array(4), rng);
    expect(Array.from(rng, (x) => x.toString(16))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
    const ones = 0xffffffff;
    philox(ones, ones, Uint32Array.of(ones, ones, ones, ones), rng);
    expect(Array.from(rng, (x) => x.toString(16))).toEqual(["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]);
  });
});
