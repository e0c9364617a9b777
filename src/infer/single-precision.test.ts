// dtype "f32": the density of several kinds of model against f64 and the interpreter, sums of many terms, SIMD of width four.
import { describe, expect, test } from "vitest";
import { dist } from "../dist/index.js";
import { factor, plate, sample } from "../handlers/index.js";
import { np, type Tensor } from "../tensor/index.js";
import { logDensity } from "./log-density.js";
import { MCMC } from "../report/mcmc.js";
import { HMC } from "./hmc.js";
import type { Model } from "./model.js";
import { NUTS } from "./nuts.js";

const wave = (n: number, by = 1.7): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(by * i + 0.3));

/** Value and gradient in f32, compared with f64 relative to the size of each. */
function compare(
  model: Model,
  args: readonly unknown[],
  options: object = {},
): { value: number; gradient: number } {
  const run = (dtype: "f64" | "f32"): { value: number; g: Float64Array } => {
    const d = logDensity(model, args, { dtype, ...options });
    const g = new Float64Array(d.dim);
    const value = d.logDensityGradient(wave(d.dim), g);
    d.dispose();
    return { value, g };
  };
  const [x, y] = [run("f64"), run("f32")];
  const scale = Math.max(1, ...x.g.map(Math.abs));
  return {
    value: Math.abs(x.value - y.value) / Math.max(1, Math.abs(x.value)),
    gradient: Math.max(...x.g.map((a, i) => Math.abs(a - y.g[i]))) / scale,
  };
}

const schools = (y: Tensor, sigma: Tensor): void => {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const eta = sample("eta", dist.Normal(0, 1).expand([8]).toEvent(1));
  sample("y", dist.Normal(mu.add(tau.mul(eta)), sigma), { obs: y });
};

const logistic = (d: { X: Tensor; y: Tensor }): void => {
  const b = sample("b", dist.Normal(0, 1).expand([5]).toEvent(1));
  sample("y", dist.Bernoulli({ logits: np.matmul(d.X, b) }), { obs: d.y });
};

const logisticData = (n: number): { X: Tensor; y: Tensor } => ({
  X: np.array(wave(5 * n)).reshape([n, 5]),
  y: np.array(wave(n, 2.3).map((x) => (x > 0 ? 1 : 0))),
});

const process = (x: Tensor, y: Tensor): void => {
  const rho = sample("rho", dist.Gamma(5, 5));
  const noise = sample("noise", dist.HalfNormal(1));
  const apart = x
    .reshape([-1, 1])
    .sub(x.reshape([1, -1]))
    .div(rho);
  const K = np.exp(apart.mul(apart).mul(-0.5)).add(np.eye(12).mul(noise.mul(noise).add(0.1)));
  sample("y", dist.MultivariateNormal({ loc: np.zeros([12]), covarianceMatrix: K }), { obs: y });
};

const walk = (y: Tensor): void => {
  const phi = sample("phi", dist.Uniform(-1, 1));
  const s = sample("s", dist.Exponential(1));
  const [, means] = np.scan((x: Tensor, v: Tensor) => [phi.mul(x).add(v.mul(0.1)), x], np.array(0.5), y);
  sample("y", dist.StudentT(4, means, s), { obs: y });
};

const counts = (y: Tensor): void => {
  const a = sample("a", dist.Gamma(2, 1));
  const w = sample("w", dist.Dirichlet(np.array([1, 2, 3])));
  plate("n", 6, () => {
    sample(
      "y",
      dist.NegativeBinomial2({
        mean: np.take(w, np.array([0, 1, 2, 0, 1, 2], { dtype: "i32" })).mul(9),
        concentration: a,
      }),
      { obs: y },
    );
  });
};

const models: readonly (readonly [string, Model, readonly unknown[]])[] = [
  [
    "eight schools",
    schools,
    [np.array([28, 8, -3, 7, -1, 1, 18, 12]), np.array([15, 10, 16, 11, 9, 11, 10, 18])],
  ],
  ["logistic regression", logistic, [logisticData(203)]],
  ["Gaussian process", process, [np.linspace(0, 3, 12), np.array(wave(12))]],
  ["recurrence in a scan", walk, [np.array(wave(40))]],
  ["counts with a simplex", counts, [np.array([1, 4, 2, 0, 7, 3])]],
] as never;

describe('infer.logDensity with dtype "f32"', () => {
  for (const [name, model, args] of models)
    test(`${name}: compiled and interpreted agree with f64`, () => {
      for (const options of [{}, { backend: "interpret" }, { jit: false }]) {
        const { value, gradient } = compare(model, args, options);
        expect(value).toBeLessThan(2e-5);
        expect(gradient).toBeLessThan(2e-4);
      }
    });

  test("the difference is real: f32 results are not those of f64", () => {
    expect(compare(logistic, [logisticData(203)]).gradient).toBeGreaterThan(0);
  });

  test("loops of f32 run in four lanes, special functions included", () => {
    const wat = logDensity(logistic, [logisticData(400)], { dtype: "f32" }).lowered.wat();
    expect(wat).toContain("f32x4.mul");
    expect(wat).toContain("f32x4.add");
    // Only sums are carried in double.
    expect(wat).not.toContain("f64x2.mul");
    expect(logDensity(logistic, [logisticData(400)]).lowered.wat()).not.toContain("f32x4");
  });

  test("sums of many terms do not lose digits", () => {
    // 50,000 equal terms in one f32 accumulator would be off by more than 1e-4 of the sum.
    const model = (x: Tensor): void => {
      const m = sample("m", dist.Normal(0, 1));
      factor("f", np.sum(np.exp(x.mul(m))));
    };
    expect(compare(model, [np.array(wave(50_003))]).value).toBeLessThan(1e-6);
  });

  test("points, gradients and constrained values stay f64; new data compile nothing", () => {
    const d = logDensity(schools, models[0]![2], { dtype: "f32" });
    const q = wave(d.dim);
    expect(d.constrain(q).tau!.dtype).toBe("f64");
    expect(d.constrain(q).tau!.item()).toBeCloseTo(Math.exp(q[1]!), 14);
    const before = d.compiles;
    const old = d.logDensity(q);
    d.setArgs(np.ones([8]), np.ones([8]));
    expect(d.compiles).toBe(before);
    expect(d.logDensity(q)).not.toBe(old);
  });

  test("other dtypes are refused", () => {
    expect(() => logDensity(schools, [], { dtype: "f16" } as never)).toThrow(
      'dtype must be "f64" or "f32", got "f16"',
    );
  });
});

describe('NUTS and HMC with dtype "f32"', () => {
  const normal = (y: Tensor): void => {
    const m = sample("m", dist.Normal(0, 10));
    sample("y", dist.Normal(m, 1), { obs: y });
  };
  const y = np.array(wave(60)).add(3);

  // A trajectory of 2 pi would end where it began: a normal density has that period.
  const kernels: readonly (readonly [string, (dtype: "f32" | "f64") => NUTS | HMC])[] = [
    ["NUTS", (dtype) => new NUTS(normal as Model, { dtype })],
    ["HMC", (dtype) => new HMC(normal as Model, { dtype, trajectoryLength: 2 })],
  ];
  test.each(kernels)("%s finds the posterior of f64, from other draws", async (_, kernel) => {
    const options = { warmup: 200, samples: 400, chains: 1, progress: false } as const;
    const means = [];
    for (const dtype of ["f32", "f64"] as const) {
      const mcmc = new MCMC(kernel(dtype), options);
      means.push((await mcmc.run(y)).samples("m").mean().item());
    }
    const exact = (y.sum().item() * 1) / (60 + 0.01);
    for (const mean of means) expect(Math.abs(mean - exact)).toBeLessThan(0.05);
    expect(means[0]).not.toBe(means[1]);
  });

  test("what cannot be had is refused", () => {
    expect(() => new NUTS(normal as Model, { dtype: "f16" } as never)).toThrow(
      'new NUTS: dtype must be "f64" or "f32", got "f16".',
    );
    expect(() => new MCMC(new NUTS(normal as Model, { dtype: "f32" }), { workers: 2 })).toThrow(
      "new MCMC: workers run densities in f64",
    );
  });
});
