// The compiled log density against formulas, finite differences and eager runs; its errors; what it compiles.
import { afterEach, describe, expect, test } from "vitest";
import { constraints } from "../bijectors/index.js";
import { dist } from "../dist/index.js";
import { clearParamStore, deterministic, getParamStore, param, plate, sample } from "../handlers/index.js";
import { np, type Tensor } from "../tensor/index.js";
import { logDensity, type LogDensity } from "./log-density.js";

afterEach(clearParamStore);

const y = [28, 8, -3, 7, -1, 1, 18, 12];
const sigma = [15, 10, 16, 11, 9, 11, 10, 18];

function eightSchools(data: { y: Tensor; sigma: Tensor }): void {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  plate("schools", 8, () => {
    const t = sample("theta_trans", dist.Normal(0, 1));
    const theta = deterministic("theta", mu.add(tau.mul(t)));
    sample("y", dist.Normal(theta, data.sigma), { obs: data.y });
  });
}
const schools = { y: np.array(y), sigma: np.array(sigma) };

/** The largest error of the gradient against central differences. */
function gradientError(d: LogDensity, q: Float64Array): number {
  const g = new Float64Array(d.dim);
  d.logDensityGradient(q, g);
  let worst = 0;
  for (let i = 0; i < d.dim; i++) {
    const h = 1e-5;
    const [up, down] = [q.slice(), q.slice()];
    up[i] += h;
    down[i] -= h;
    const numeric = (d.logDensity(up) - d.logDensity(down)) / (2 * h);
    worst = Math.max(worst, Math.abs(numeric - g[i]) / Math.max(1, Math.abs(g[i])));
  }
  return worst;
}

const point = (n: number, seed = 1): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(seed + 1.7 * i));

describe("infer.logDensity", () => {
  test("eight schools: value by hand, gradient by differences, jit equal to eager", () => {
    const d = logDensity(eightSchools, [schools]);
    expect(d.dim).toBe(10);
    expect(d.names.slice(0, 4)).toEqual(["mu", "tau", "theta_trans[0]", "theta_trans[1]"]);
    const q = point(10);
    const normal = (x: number, m: number, s: number): number =>
      -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    const tau = Math.exp(q[1]);
    let expected = normal(q[0], 0, 5) + Math.log(2 / (Math.PI * 5)) - Math.log1p((tau / 5) ** 2) + q[1];
    for (let i = 0; i < 8; i++) {
      expected += normal(q[i + 2], 0, 1) + normal(y[i], q[0] + tau * q[i + 2], sigma[i]);
    }
    expect(d.logDensity(q)).toBeCloseTo(expected, 10);
    expect(gradientError(d, q)).toBeLessThan(1e-7);
    const e = logDensity(eightSchools, [schools], { jit: false });
    const [g, h] = [new Float64Array(10), new Float64Array(10)];
    expect(e.logDensityGradient(q, h)).toBeCloseTo(d.logDensityGradient(q, g), 12);
    h.forEach((x, i) => expect(x).toBeCloseTo(g[i], 12));
    expect(d.compiles).toBe(1);
    expect(e.compiles).toBe(0);
    const c = d.constrain(q);
    expect(c.tau.item()).toBeCloseTo(tau, 12);
    expect(c.theta.data()[3]).toBeCloseTo(q[0] + tau * q[5], 12);
    expect(Object.keys(c)).toEqual(["mu", "tau", "theta_trans", "theta"]);
    const back = d.unconstrain({ mu: c.mu, tau: c.tau, theta_trans: c.theta_trans });
    back.forEach((x, i) => expect(x).toBeCloseTo(q[i], 10));
    expect(d.compiles).toBe(2);
  });

  test("new data of the same shapes compile nothing and are used; other shapes compile once", () => {
    const model = (x: Tensor): void => {
      const mu = sample("mu", dist.Normal(0, 1));
      sample("x", dist.Normal(mu, 1), { obs: x });
    };
    const d = logDensity(model, [np.array([1, 2])]);
    const q = Float64Array.of(0.3);
    const at = (xs: number[]): number =>
      -0.5 * 0.09 -
      0.5 * xs.reduce((s, x) => s + (x - 0.3) ** 2, 0) -
      0.5 * (xs.length + 1) * Math.log(2 * Math.PI);
    expect(d.logDensity(q)).toBeCloseTo(at([1, 2]), 12);
    d.setArgs(np.array([5, -4]));
    expect(d.logDensity(q)).toBeCloseTo(at([5, -4]), 12);
    expect(d.compiles).toBe(1);
    d.setArgs(np.array([5, -4, 2]));
    expect(d.logDensity(q)).toBeCloseTo(at([5, -4, 2]), 12);
    expect(d.compiles).toBe(2);
  });

  test("which sites exist may depend on which arguments are given (J27)", () => {
    const model = (a: Tensor | null, b: Tensor | null): void => {
      const m = sample("m", dist.Normal(0, 1));
      if (a) sample("a", dist.Normal(m, sample("s", dist.HalfNormal(1))), { obs: a });
      if (b) sample("b", dist.Normal(m, 1), { obs: b });
    };
    const [one, two] = [np.array([1]), np.array([2, 3])];
    const d = logDensity(model, [one, null]);
    expect(d.names).toEqual(["m", "s"]);
    d.setArgs(null, two);
    expect(d.names).toEqual(["m"]);
    const m = 0.4;
    expect(d.logDensity([m])).toBeCloseTo(
      -0.5 * (m * m + (2 - m) ** 2 + (3 - m) ** 2) - 1.5 * Math.log(2 * Math.PI),
      12,
    );
    d.setArgs(one, two);
    expect(d.names).toEqual(["m", "s"]);
    expect(gradientError(d, point(2))).toBeLessThan(1e-7);
    expect(Object.keys(d.constrain(point(2)))).toEqual(["m", "s"]);
  });

  test("bijectors with bounds from other sites, simplexes, correlation factors, improper priors", () => {
    const model = (): void => {
      const a = sample("a", dist.Uniform(0, 2));
      sample("b", dist.Uniform(a, 3));
      sample("p", dist.Dirichlet([1, 2, 3]));
      sample("L", dist.LKJCholesky(3, 2));
      sample("r", dist.ImproperUniform(constraints.positive, [], [2]));
      sample("o", dist.ImproperUniform(constraints.orderedVector, [], [3]));
    };
    const d = logDensity(model);
    expect(d.names).toEqual([
      "a",
      "b",
      "p[0]",
      "p[1]",
      "L[1,0]",
      "L[2,0]",
      "L[2,1]",
      "r[0]",
      "r[1]",
      "o[0]",
      "o[1]",
      "o[2]",
    ]);
    const q = point(d.dim, 2);
    expect(gradientError(d, q)).toBeLessThan(1e-6);
    const c = d.constrain(q);
    expect(c.b.item()).toBeGreaterThan(c.a.item());
    expect(np.sum(c.p).item()).toBeCloseTo(1, 12);
    d.unconstrain(c).forEach((x, i) => expect(x).toBeCloseTo(q[i], 8));
  });

  test("parameters are read at each call (J49)", () => {
    const model = (): void => {
      const s = param("s", 1, { constraint: constraints.positive });
      sample("x", dist.Normal(0, s));
    };
    const d = logDensity(model);
    const q = Float64Array.of(2);
    const at = (s: number): number => -0.5 * (2 / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    expect(d.logDensity(q)).toBeCloseTo(at(1), 12);
    getParamStore().set("s", 3);
    expect(d.logDensity(q)).toBeCloseTo(at(3), 12);
    expect(d.compiles).toBe(1);
  });

  test("a singular Cholesky is NaN or -Infinity, not an exception (J66)", () => {
    const model = (): void => {
      const r = sample("r", dist.Uniform(-2, 2));
      const cov = np.stack([np.stack([np.array(1), r]), np.stack([r, np.array(1)])]);
      sample("z", dist.MultivariateNormal({ loc: [0, 0], covarianceMatrix: cov }), { obs: [0.1, 0.2] });
    };
    const d = logDensity(model);
    expect(Number.isFinite(d.logDensity([0.1]))).toBe(true);
    expect(Number.isFinite(d.logDensity([5]))).toBe(false);
  });
});

describe("errors", () => {
  test.each([
    [
      "a latent discrete site",
      () => sample("z", dist.Bernoulli({ probs: 0.5 })),
      /site "z" is latent and discrete \(Bernoulli.*Sum it out/,
    ],
    [
      "duplicate sites",
      () => {
        sample("x", dist.Normal(0, 1));
        sample("x", dist.Normal(0, 1));
      },
      /site "x" appears twice/,
    ],
    [
      "empty data",
      () => sample("y", dist.Normal(0, 1), { obs: np.zeros([0]) }),
      /site "y" is observed with no data: its value has shape \[0\]/,
    ],
    [
      "an observation outside the support",
      () => sample("y", dist.Exponential(1), { obs: [1, -2] }),
      /site "y": the observed value -2 at index \[1\] is outside the support/,
    ],
    [
      "a subsampled plate",
      () => plate("rows", 10, () => sample("x", dist.Normal(0, 1)), { subsampleSize: 2 }),
      /plate "rows" draws 2 of its 10 elements at random/,
    ],
    ["a promise", async () => sample("x", dist.Normal(0, 1)), /returned a promise/],
  ])("%s", (_, model, message) => {
    expect(() => logDensity(model)).toThrow(message);
  });

  test("a site that appears only sometimes", () => {
    let runs = 0;
    const model = (): void => {
      sample("x", dist.Normal(0, 1));
      if (runs++ > 0) sample("extra", dist.Normal(0, 1));
    };
    expect(() => logDensity(model)).toThrow(
      /latent sites change between runs: "extra" appeared in a later run only/,
    );
  });

  test("unknown options, wrong lengths, use after dispose", () => {
    const model = (): unknown => sample("x", dist.Normal(0, 1));
    expect(() => logDensity(model, [], { jitt: true } as never)).toThrow(
      /unknown option "jitt"; the options are jit/,
    );
    const d = logDensity(model);
    expect(() => d.logDensity([1, 2])).toThrow(/there are 1 coordinates; got a point of 2/);
    expect(() => d.unconstrain({ z: 1 })).toThrow(/no latent site is called "z"; the sites are "x"/);
    d.dispose();
    expect(() => d.logDensity([1])).toThrow(/was disposed/);
  });
});
