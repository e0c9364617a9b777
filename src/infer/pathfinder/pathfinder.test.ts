// Pathfinder's normal distributions against ones known in closed form, on a posterior that is not normal, and as a start of chains.
import { describe, expect, test } from "vitest";
import {
  diagnostics,
  dist,
  factor,
  infer,
  MCMC,
  np,
  NUTS,
  plate,
  Predictive,
  random,
  sample,
  type Tensor,
} from "sinter";
import { dot, type Pair } from "../init/climb.js";
import { BentNormal } from "./bent-normal.js";
import { normals, path } from "./path.js";

const vector = (...xs: number[]): Float64Array => Float64Array.from(xs);

describe("a normal bent by steps", () => {
  /** BFGS's update, written out on matrices. */
  function updated(h: number[][], { s, y, rho }: Pair): number[][] {
    const n = s.length;
    const v = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j) - rho * s[i] * y[j])); // prettier-ignore
    const at = (i: number, j: number): number => {
      let sum = rho * s[i] * s[j];
      for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) sum += v[i][a] * h[a][b] * v[j][b];
      return sum;
    };
    return h.map((row, i) => row.map((_, j) => at(i, j)));
  }
  const pair = (s: Float64Array, y: Float64Array): Pair => ({ s, y, rho: 1 / dot(s, y) });
  const variances = vector(0.5, 2, 3);
  const pairs = [
    pair(vector(1, 0.5, -1), vector(2, 0.3, -0.2)),
    pair(vector(0.2, -1, 0.4), vector(-0.1, -2, 0.6)),
  ];
  const wanted = pairs.reduce(
    updated,
    [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? variances[i] : 0))),
  );
  const normal = new BentNormal(variances, pairs);
  const unit = (i: number): Float64Array => vector(0, 0, 0).map((_, j) => Number(i === j));

  test("has the covariance of BFGS's updates", () => {
    for (const i of [0, 1, 2]) {
      const column = normal.covariance(unit(i));
      for (const j of [0, 1, 2]) expect(column[j]).toBeCloseTo(wanted[j][i], 12);
    }
    // What a step says of the curvature holds for the last one.
    normal.covariance(pairs[1].y).forEach((x, i) => expect(x).toBeCloseTo(pairs[1].s[i], 12));
  });

  test("draws from it, with its density", () => {
    const roots = [0, 1, 2].map((i) => normal.root(unit(i)));
    for (const i of [0, 1, 2])
      for (const j of [0, 1, 2])
        expect(roots.reduce((sum, r) => sum + r[i] * r[j], 0)).toBeCloseTo(wanted[i][j], 12);
    const z = vector(0.3, -1, 2);
    const x = np.array([...normal.root(z)]);
    const exact = dist.MultivariateNormal(np.zeros([3]), { covarianceMatrix: np.array(wanted) });
    expect(normal.logDensity(z)).toBeCloseTo(exact.logProb(x).item(), 10);
  });
});

test("a path ends in the posterior itself where that is normal", () => {
  const variances = [1, 25, 0.04];
  const near = path(
    (q, g) => {
      let sum = 0;
      q.forEach((x, i) => {
        g[i] = -(x - i) / variances[i];
        sum -= (0.5 * (x - i) ** 2) / variances[i];
      });
      return sum;
    },
    vector(1.5, -1, 0.7),
    random.key(1),
    { steps: 100, elboDraws: 400 },
  )!;
  near.mean.forEach((m, i) => expect(Math.abs(m - i) / Math.sqrt(variances[i])).toBeLessThan(0.2));
  variances.forEach((v, i) =>
    expect(near.normal.covariance(vector(0, 0, 0).map((_, j) => Number(i === j)))[i] / v).toBeCloseTo(1, 0),
  );
  // The bound is the log of the integral, less what the approximation is off.
  const off = 1.5 * Math.log(2 * Math.PI) - near.elbo;
  expect(Math.abs(off)).toBeLessThan(0.1);
  expect(normals(random.key(2), 2, 3)).toEqual(normals(random.key(2), 2, 3));
});

const regression = (x: Tensor, y: Tensor): void => {
  const a = sample("a", dist.Normal(0, 10));
  const b = sample("b", dist.Normal(0, 10));
  const s = sample("s", dist.HalfNormal(2));
  plate("rows", x.shape[0]!, () => sample("y", dist.Normal(a.add(b.mul(x)), s), { obs: y }));
};
const x = np.linspace(0, 10, 40);
const y = np.add(np.multiply(x, 0.7), 2).add(random.normal(random.key(9), [40]).mul(0.5));

describe("infer.pathfinder", () => {
  test("has the means and deviations that NUTS finds, weights that PSIS is content with, and draws for Predictive", async () => {
    const fit = infer.pathfinder(regression, [x, y], { numSamples: 4000, seed: 3 });
    const nuts = await new MCMC(new NUTS(regression), { chains: 2, progress: false }).run(x, y);
    for (const { name, mean, sd } of nuts.summary()) {
      const draws = fit.samples(name);
      expect(draws.shape).toEqual([4000]);
      expect(Math.abs(np.mean(draws).item() - mean) / sd).toBeLessThan(0.15);
      expect(Math.abs(np.std(draws).item() / sd - 1)).toBeLessThan(0.15);
    }
    expect(fit.elbos).toHaveLength(4);
    expect(fit.logWeights).toHaveLength(4 * 4000);
    expect(diagnostics.psis([...fit.logWeights]).paretoK).toBeLessThan(0.7);
    const { y: seen } = new Predictive(regression, { samples: fit.samples() })(x, y);
    expect(seen!.shape).toEqual([4000, 40]);
  });

  test("equal seeds give equal draws; without resampling all paths have equal parts", () => {
    const of = (options: object) =>
      infer
        .pathfinder(regression, [x, y], { numSamples: 50, ...options })
        .samples("b")
        .data();
    expect(of({ seed: 1 })).toEqual(of({ seed: 1 }));
    expect(of({ seed: 1 })).not.toEqual(of({ seed: 2 }));
    expect(of({ seed: 1, resample: false })).toHaveLength(50);
  });

  test("errors", () => {
    expect(() => infer.pathfinder(regression, [x, y], { numPaths: 0 })).toThrow(
      "infer.pathfinder(regression): numPaths must be a whole number, 1 or more; got 0.",
    );
    const nowhere = (): void => {
      const z = sample("z", dist.Normal(0, 1));
      factor("none", np.log(np.subtract(-100, z)));
    };
    expect(() => infer.pathfinder(nowhere)).toThrow(
      /infer.pathfinder\(nowhere\): no climb found a point around which draws have a finite log density, from 20 points each/,
    );
    expect(() => infer.pathfinder(regression, [x, y], { numSamples: 5 }).samples("c")).toThrow(
      'infer.pathfinder: there is no site "c"; there are "a", "b", "s".',
    );
  });
});

test("initToPathfinder starts chains among the bulk of the posterior, each elsewhere", async () => {
  const kernel = (initStrategy: ReturnType<typeof infer.initToPathfinder>) =>
    new MCMC(new NUTS(regression, { initStrategy, adaptStepSize: false, stepSize: 1e-9 }), {
      ...{ warmup: 0, samples: 1, chains: 4, progress: false },
    }).run(x, y);
  const fit = await kernel(infer.initToPathfinder());
  const starts = [...(fit.samples("b").data() as Float64Array)];
  for (const b of starts) expect(Math.abs(b - 0.7)).toBeLessThan(0.15);
  expect(new Set(starts).size).toBe(4);
});
