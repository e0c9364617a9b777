// Inference on data of several lengths: two compilations serve all of them, with the numbers that programs of their own give (J25).
import { afterEach, describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { clearParamStore, getParamStore, param, plate, sample, subsample } from "../handlers/index.js";
import { MCMC } from "../report/mcmc.js";
import { np, type Tensor } from "../tensor/index.js";
import { TraceELBO } from "./elbo/trace-elbo.js";
import { AutoNormal } from "./guides/index.js";
import { logDensity } from "./log-density.js";
import type { Model } from "./model.js";
import { NUTS } from "./nuts.js";
import { adam } from "./optim/index.js";
import { SVI } from "./svi.js";

afterEach(clearParamStore);

const LENGTHS = [12, 40, 7, 133, 1000];
const column = (n: number, k: number): Tensor =>
  np.sin(
    np
      .arange(n)
      .mul(k)
      .add(k * k),
  );
const matrix = (n: number): Tensor => np.stack([column(n, 0.7), column(n, 1.9), column(n, 3.1)], 1);

function regression(X: Tensor, y: Tensor): void {
  const a = sample("a", dist.Normal(0, 5));
  const b = sample("b", dist.Normal(0, 1).expand([3]).toEvent(1));
  const s = sample("s", dist.HalfNormal(2));
  plate("rows", y.shape[0]!, () => sample("y", dist.Normal(a.add(np.matmul(X, b)), s), { obs: y }));
}

function logistic(X: Tensor, y: Tensor): void {
  const b = sample("b", dist.Normal(0, 1).expand([3]).toEvent(1));
  plate("rows", y.shape[0]!, () => sample("y", dist.Bernoulli({ logits: np.matmul(X, b) }), { obs: y }));
}

function groups(g: Tensor, y: Tensor): void {
  const mu = sample("mu", dist.Normal(0, 2));
  const tau = sample("tau", dist.HalfCauchy(1));
  const u = sample("u", dist.Normal(0, 1).expand([4]).toEvent(1));
  const mean = mu.add(np.take(u.mul(tau), g));
  plate("rows", y.shape[0]!, () => sample("y", dist.StudentT(4, mean, 1), { obs: y }));
}

function gaussianGroups(g: Tensor, y: Tensor): void {
  const u = sample("u", dist.Normal(0, 1).expand([4]).toEvent(1));
  const s = sample("s", dist.HalfNormal(1));
  plate("rows", y.shape[0]!, () => sample("y", dist.Normal(np.take(u, g), s), { obs: y }));
}

function series(y: Tensor): void {
  const phi = sample("phi", dist.Uniform(-1, 1));
  const s = sample("s", dist.HalfNormal(1));
  const [, errors] = np.scan(
    (last: Tensor, now: Tensor) => [now, now.sub(last.mul(phi))] as const,
    np.array(0),
    y,
  );
  sample("errors", dist.Normal(0, s).expand([y.shape[0]!]).toEvent(1), { obs: errors });
}

/** The likelihood of a batch stands for five thousand rows. */
function scaled(y: Tensor): void {
  const m = sample("m", dist.Normal(0, 3));
  const n = y.shape[0]!;
  plate("rows", 5000, () => sample("y", dist.Normal(m.add(Math.log(n)), 1), { obs: y }), {
    subsample: np.arange(0, n, 1, { dtype: "i32" }),
  });
}

const models: Record<string, [Model, (n: number) => Tensor[]]> = {
  regression: [regression as Model, (n) => [matrix(n), column(n, 0.3)]],
  logistic: [logistic as Model, (n) => [matrix(n), column(n, 0.9).gt(0).astype("f64")]],
  groups: [groups as Model, (n) => [np.mod(np.arange(0, n, 1, { dtype: "i32" }), 4), column(n, 2.3)]],
  "gaussian groups": [
    gaussianGroups as Model,
    (n) => [np.mod(np.arange(0, n, 1, { dtype: "i32" }), 4), column(n, 2.3)],
  ],
  series: [series as Model, (n) => [column(n, 0.2)]],
  scaled: [scaled as Model, (n) => [column(n, 1.1)]],
};

describe("log densities", () => {
  for (const dtype of ["f64", "f32"] as const)
    test.each(Object.entries(models))(`of %s in ${dtype}`, (_, [model, data]) => {
      const density = logDensity(model, data(LENGTHS[0]!), { dtype });
      const q = Float64Array.from({ length: density.dim }, (_, i) => 0.3 - 0.2 * i);
      const gradient = new Float64Array(density.dim);
      for (const n of LENGTHS) {
        density.setArgs(...data(n));
        const value = density.logDensityGradient(q, gradient);
        const own = logDensity(model, data(n), { dtype });
        const wanted = new Float64Array(density.dim);
        const tolerance = dtype === "f32" ? 2e-4 : 1e-10;
        const reference = own.logDensityGradient(q, wanted);
        expect(Math.abs(value - reference) / Math.max(1, Math.abs(reference))).toBeLessThan(tolerance);
        const scale = Math.max(1, ...wanted.map(Math.abs));
        wanted.forEach((g, i) => expect(Math.abs(gradient[i]! - g) / scale).toBeLessThan(tolerance));
        own.dispose();
      }
      expect(density.compiles).toBe(2);
      const shown = String(density.lowered.kernels);
      expect(shown).toMatch(/in 0\.\.n|f64\[\d*n\]|f32\[\d*n\]/);
    });

  test("the constraining program serves every length as well", () => {
    const density = logDensity(regression as Model, models["regression"]![1](10));
    const q = new Float64Array(density.dim);
    const before = density.constrain(q)["s"]!.item();
    for (const n of [20, 30, 5]) {
      density.setArgs(...models["regression"]![1](n));
      expect(density.constrain(q)["s"]!.item()).toBe(before);
    }
    expect(density.compiles).toBeLessThanOrEqual(4);
  });

  test("an exported density of a generic program is that of its own length", () => {
    const density = logDensity(regression as Model, models["regression"]![1](10));
    density.setArgs(...models["regression"]![1](20));
    const own = logDensity(regression as Model, models["regression"]![1](20));
    expect(density.export().length).toBe(own.export().length);
  });

  test("latent sites over the rows change with them", () => {
    const local = (y: Tensor): void => {
      const s = sample("s", dist.HalfNormal(1));
      const x = sample("x", dist.Normal(0, s).expand([y.shape[0]!]).toEvent(1));
      sample("y", dist.Normal(x, 1).toEvent(1), { obs: y });
    };
    const density = logDensity(local as Model, [column(6, 1)]);
    for (const n of [6, 15, 40, 9]) {
      density.setArgs(column(n, 1));
      expect(density.dim).toBe(n + 1);
      const q = Float64Array.from({ length: n + 1 }, (_, i) => Math.sin(i));
      const [a, b] = [new Float64Array(n + 1), new Float64Array(n + 1)];
      const own = logDensity(local as Model, [column(n, 1)]);
      expect(density.logDensityGradient(q, a)).toBeCloseTo(own.logDensityGradient(q, b), 9);
      a.forEach((x, i) => expect(x).toBeCloseTo(b[i]!, 10));
    }
    expect(density.compiles).toBe(2);
  });
});

describe("SVI", () => {
  const y = column(53, 1.7);
  const model = (batch: Tensor): void => {
    const m = sample("m", dist.Normal(0, 3));
    const s = sample("s", dist.HalfNormal(2));
    plate("rows", 53, () => sample("y", dist.Normal(m, s), { obs: batch }), {
      subsample: np.arange(0, batch.shape[0]!, 1, { dtype: "i32" }),
    });
  };
  const run = (jit: boolean, batches: readonly Tensor[]): { losses: number[]; compiles: number } => {
    clearParamStore();
    const svi = new SVI(model as Model, AutoNormal(model as Model), adam({ lr: 0.05 }), TraceELBO(), {
      jit,
      seed: 4,
    });
    const losses = batches.map((b) => svi.step(b));
    return { losses: [...losses, getParamStore().get("m_auto_loc").item()], compiles: svi.compiles };
  };

  test("batches with a shorter last one: losses, parameters and scale are those of eager mode (J24)", () => {
    const batches = [0, 10, 20, 30, 40, 50].map((at) => y.slice([at, Math.min(53, at + 10)]));
    const twice = [...batches, ...batches];
    const [a, b] = [run(true, twice), run(false, twice)];
    expect(a.compiles).toBe(2);
    a.losses.forEach((x, i) => expect(x).toBeCloseTo(b.losses[i]!, 9));
  });

  test("five lengths of batches compile twice", () => {
    const batches = [10, 3, 25, 17, 40, 10].map((n) => y.slice([0, n]));
    const [a, b] = [run(true, batches), run(false, batches)];
    expect(a.compiles).toBe(2);
    a.losses.forEach((x, i) => expect(x).toBeCloseTo(b.losses[i]!, 9));
  });

  test("subsampling with the size of the data as a number", () => {
    const whole = (data: Tensor): void => {
      const m = param("m", 0.5);
      plate("rows", data.shape[0]!, () => sample("y", dist.Normal(m, 1), { obs: subsample(data) }), {
        subsampleSize: 4,
      });
    };
    const losses = (jit: boolean): number[] => {
      clearParamStore();
      const svi = new SVI(whole as Model, () => null, adam({ lr: 0.05 }), TraceELBO(), { jit });
      const out = [20, 50, 31, 8].map((n) => svi.step(y.slice([0, n])));
      if (jit) expect(svi.compiles).toBeLessThanOrEqual(4);
      return out;
    };
    const [a, b] = [losses(true), losses(false)];
    a.forEach((x, i) => expect(x).toBeCloseTo(b[i]!, 9));
  });
});

describe("MCMC", () => {
  test("new data of other lengths compile twice in all (J28)", async () => {
    const model = (data: Tensor): void => {
      const m = sample("m", dist.Normal(0, 10));
      sample("y", dist.Normal(m, 1).expand([data.shape[0]!]).toEvent(1), { obs: data });
    };
    const options = { warmup: 150, samples: 200, chains: 1, progress: false } as const;
    const mcmc = new MCMC(new NUTS(model as Model), options);
    const compiles: number[] = [];
    for (const [n, mean] of [
      [20, 3],
      [50, -2],
      [35, 7],
      [80, 0],
    ] as const) {
      const data = column(n, 1.3).sub(column(n, 1.3).mean()).add(mean);
      const fit = await mcmc.run(data);
      compiles.push(mcmc.compiles);
      const draws = fit.samples("m");
      expect(Math.abs(draws.mean().item() - (mean * n) / (n + 0.01))).toBeLessThan(5 / Math.sqrt(n * 40));
    }
    expect(compiles.slice(1)).toEqual(compiles.slice(1).map(() => compiles[1]));
  });
});
