// A metric of low rank: finds the few directions that scales cannot, at a cost that grows with their number.
import { describe, expect, test } from "vitest";
import { essBulk } from "../../diagnostics/ess-bulk.js";
import { hostSampler, type MetricPlan } from "../../trace/sampler.js";
import { CompiledChain } from "../chains/compiled-chain.js";
import type { KernelSpec } from "../chains/kernel-spec.js";
import { runToEnd, type ChainRecord } from "../chains/record.js";
import type { Density } from "./density.js";
import { RandomStream, seedWords } from "./philox.js";

const plan = { warmup: 600, samples: 1000, thinning: 1 };

/** sum_k (v_k . x) w_k added to x, for orthonormal v. */
function along(x: Float64Array, vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const out = x.slice();
  vectors.forEach((v, k) => {
    const dot = v.reduce((sum, vi, i) => sum + vi * x[i], 0);
    v.forEach((vi, i) => (out[i] += weights[k] * dot * vi));
  });
  return out;
}

/** A normal whose variance is 1 but for `variances` along random directions, in coordinates of these units. */
function stiff(dim: number, variances: readonly number[], unit: (i: number) => number = () => 1) {
  const rng = RandomStream.of(seedWords(3));
  const vectors: Float64Array[] = [];
  for (const _ of variances) {
    const v = Float64Array.from({ length: dim }, () => rng.uniform() - 0.5);
    const free = along(v, vectors, vectors.map(() => -1)); // prettier-ignore
    const length = Math.hypot(...free);
    vectors.push(free.map((x) => x / length));
  }
  const density: Density = {
    dim,
    logDensityGradient(q, out) {
      const x = q.map((qi, i) => qi / unit(i));
      const force = along(x, vectors, variances.map((s) => 1 / s - 1)); // prettier-ignore
      force.forEach((f, i) => (out[i] = -f / unit(i)));
      return -0.5 * force.reduce((sum, f, i) => sum + f * x[i], 0);
    },
  };
  /** The variance of the draws along a direction, over what it should be: 1. */
  const ratio = (record: ChainRecord, k: number): number => {
    const along = partsAlong(record, vectors[k], unit);
    return along.reduce((sum, x) => sum + x * x, 0) / along.length / variances[k];
  };
  return { density, vectors, ratio };
}

const partsAlong = (record: ChainRecord, v: Float64Array, unit: (i: number) => number): number[] =>
  Array.from({ length: plan.samples }, (_, row) =>
    v.reduce((sum, vi, i) => sum + (vi * record.draws[row * v.length + i]) / unit(i), 0),
  );

function run({ dim, logDensityGradient }: Density, metric: MetricPlan, seed = 1): ChainRecord {
  const sampler = hostSampler({ dim, kind: "nuts", maxTreeDepth: 10, metric }, logDensityGradient);
  const rng = RandomStream.of(seedWords(seed));
  const q = Float64Array.from({ length: dim }, () => 4 * rng.uniform() - 2);
  const g = new Float64Array(dim);
  const logp = logDensityGradient(q, g);
  const spec: KernelSpec = {
    ...{ stepSize: 1, targetAccept: 0.8, adaptStepSize: true, adaptMass: true, stepSizeJitter: 0 },
    ...{ adaptation: "gradients", denseMass: false, trajectory: { kind: "NUTS", maxTreeDepth: 10 } },
  };
  const chain = new CompiledChain(sampler, plan).start(spec, seedWords(seed), { q, g, logp });
  return runToEnd(chain, dim, plan);
}

const lowRank = (rank = 32, cutoff = 2): MetricPlan => ({ kind: "lowRank", rank, cutoff });
const diagonal: MetricPlan = { kind: "diagonal" };
const directionsOf = (dim: number, variances: readonly number[]) =>
  stiff(dim, variances, (i) => [1, 20, 0.05][i % 3]);

/** The least effective sample size of all coordinates and directions, per thousand gradients, warm-up included. */
function efficiency(
  record: ChainRecord,
  vectors: readonly Float64Array[],
  unit: (i: number) => number,
): number {
  const dim = vectors[0].length;
  const axes = Array.from({ length: dim }, (_, i) =>
    Float64Array.from({ length: dim }, (_, j) => Number(i === j)),
  );
  const least = Math.min(...[...axes, ...vectors].map((v) => essBulk([partsAlong(record, v, unit)])));
  return (1000 * least) / (record.counts.gradients + record.counts.warmupGradients);
}

describe("a normal in 50 coordinates that is wide in two directions and narrow in two", () => {
  const variances = [400, 100, 0.01, 0.0025];
  const { density, vectors, ratio } = directionsOf(50, variances);
  const unit = (i: number): number => [1, 20, 0.05][i % 3];
  const record = run(density, lowRank());

  test("has the right variances", () => {
    for (const k of variances.keys()) expect(Math.abs(ratio(record, k) - 1)).toBeLessThan(0.2);
    const other = Float64Array.from({ length: 50 }, (_, i) => Number(i === 7));
    const free = along(other, vectors, vectors.map(() => -1)); // prettier-ignore
    const expected = free.reduce((sum, x) => sum + x * x, 0);
    const seen = partsAlong(record, free, unit).reduce((sum, x) => sum + x * x, 0) / plan.samples;
    expect(Math.abs(seen / expected - 1)).toBeLessThan(0.2);
    expect(record.counts.divergences).toBe(0);
  });

  test("takes short trajectories, and many fewer gradients an effective draw than scales", () => {
    expect(record.counts.gradients / plan.samples).toBeLessThan(12);
    const [low, scales] = [record, run(density, diagonal)].map((r) => efficiency(r, vectors, unit));
    // 21, 0.1; all 2,500 covariances: 36.
    expect(low).toBeGreaterThan(50 * scales!);
  });

  test("with fewer directions than it would need it is still right, and better than scales", () => {
    const few = run(density, lowRank(3));
    for (const k of variances.keys()) expect(Math.abs(ratio(few, k) - 1)).toBeLessThan(0.45);
    expect(few.counts.gradients).toBeLessThan(run(density, diagonal).counts.gradients);
    expect(few.counts.gradients).toBeGreaterThan(2 * record.counts.gradients);
  });
});

test("250 coordinates, more than there are draws in the first windows", () => {
  const variances = [900, 0.01];
  const { density, ratio } = stiff(250, variances);
  const record = run(density, lowRank());
  for (const k of variances.keys()) expect(Math.abs(ratio(record, k) - 1)).toBeLessThan(0.2);
  expect(record.counts.gradients / plan.samples).toBeLessThan(16);
});

test("where coordinates are independent no direction is found: the draws are those of scales", () => {
  const { density } = stiff(20, [], (i) => 10 ** (i % 4));
  const [low, scales] = [lowRank(), diagonal].map((metric) => run(density, metric));
  expect(low!.draws).toEqual(scales!.draws);
});

test("a coordinate without a gradient does no harm", () => {
  const { density } = stiff(6, [100]);
  const flat: Density = {
    dim: 7,
    logDensityGradient(q, out) {
      const logp = density.logDensityGradient(q.subarray(0, 6), out.subarray(0, 6));
      out[6] = 0;
      return logp;
    },
  };
  expect(run(flat, lowRank()).draws.every(Number.isFinite)).toBe(true);
});
