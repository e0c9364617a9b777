// Every bound, compiled and eager, against each other and against exact gradients (J63); which terms a draw is weighted by.
import { afterEach, describe, expect, test } from "vitest";
import { constraints } from "../../bijectors/index.js";
import { dist } from "../../dist/index.js";
import {
  clearParamStore,
  factor,
  getParamStore,
  handlers,
  param,
  plate,
  sample,
  subsample,
} from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { grad } from "../../trace/grad.js";
import { AutoNormal } from "../guides/index.js";
import { adam, sgd } from "../optim/index.js";
import { SVI } from "../svi.js";
import type { ELBO } from "./elbo.js";
import type { ParticleOptions } from "./particles.js";
import { RenyiELBO } from "./renyi-elbo.js";
import { TraceELBO } from "./trace-elbo.js";
import { TraceGraphELBO } from "./trace-graph-elbo.js";
import { TraceMeanFieldELBO } from "./trace-mean-field-elbo.js";

afterEach(clearParamStore);

const bounds: [string, (options?: ParticleOptions) => ELBO][] = [
  ["TraceELBO", TraceELBO],
  ["TraceMeanFieldELBO", TraceMeanFieldELBO],
  ["TraceGraphELBO", TraceGraphELBO],
  ["RenyiELBO", (options) => RenyiELBO({ alpha: 0.5, ...options })],
];

/** Losses and gradients at the initial parameters, with new draws for each: descent at rate 1 moves them by the gradient. */
function estimates(
  model: () => void,
  guide: () => void,
  elbo: ELBO,
  { jit = true, seed = 0, count = 1 } = {},
): number[][] {
  const store = getParamStore();
  clearParamStore();
  handlers.seed(guide, 0)();
  handlers.seed(model, 0)();
  const start = store.names.map((name) => [name, store.getUnconstrained(name)] as const);
  const svi = new SVI(model, guide, sgd({ lr: 1 }), elbo, { jit, seed });
  return Array.from({ length: count }, () => {
    for (const [name, x] of start) store.setUnconstrained(name, x);
    const loss = svi.step();
    return [loss, ...start.flatMap(([name, x]) => Array.from(x.sub(store.getUnconstrained(name)).data()))];
  });
}

const moments = (xs: readonly number[]): { mean: number; sd: number } => {
  const mean = xs.reduce((a, b) => a + b) / xs.length;
  return { mean, sd: Math.sqrt(xs.reduce((s, x) => s + (x - mean) ** 2, 0) / (xs.length - 1)) };
};

/** Column by column, the mean of the estimates within four standard errors of what is wanted. */
function expectUnbiased(rows: readonly number[][], want: readonly number[]): void {
  expect(rows[0].length).toBe(want.length);
  want.forEach((w, i) => {
    const { mean, sd } = moments(rows.map((row) => row[i]));
    expect(Math.abs(mean - w)).toBeLessThan((4 * sd) / Math.sqrt(rows.length) + 1e-9);
  });
}

// Exponential data with a gamma prior on the rate: the posterior is gamma.
const data = np.array([0.3, 1.1, 0.6, 2.0]);
const expGamma = (): void => {
  const rate = sample("rate", dist.Gamma(2, 1.5));
  plate("n", 4, () => sample("x", dist.Exponential(rate), { obs: data }));
};
const reparameterised = (): void => {
  const loc = param("loc", 0.1);
  const scale = param("scale", 0.6, { constraint: constraints.positive });
  sample("rate", dist.LogNormal(loc, scale));
};
const scoreFunction = (): void => {
  const a = param("a", 2.5, { constraint: constraints.positive });
  const b = param("b", 2, { constraint: constraints.positive });
  sample("rate", dist.Gamma(a, b));
};

const { digamma, lgamma } = np.special;
const total = 4;
/** E_q[log p(x, rate)] for E[rate] and E[log rate]. */
const expected = (mean: Tensor, log: Tensor): Tensor =>
  log
    .mul(total + 1)
    .sub(mean.mul(1.5 + np.sum(data).item()))
    .add(2 * Math.log(1.5));
/** Exact negative bounds as functions of the unconstrained parameters. */
const exact = {
  reparameterised: ([loc, u]: Tensor[]): Tensor => {
    const s = np.exp(u);
    const mean = np.exp(loc.add(s.mul(s).mul(0.5)));
    const entropy = loc.add(np.log(s)).add(0.5 * Math.log(2 * Math.PI) + 0.5);
    return expected(mean, loc).add(entropy).neg();
  },
  scoreFunction: ([u, v]: Tensor[]): Tensor => {
    const [a, b] = [np.exp(u), np.exp(v)];
    const entropy = a
      .sub(np.log(b))
      .add(lgamma(a))
      .add(np.array(1).sub(a).mul(digamma(a)));
    return expected(a.div(b), digamma(a).sub(np.log(b)))
      .add(entropy)
      .neg();
  },
};
const gradientOf = (f: (xs: Tensor[]) => Tensor, xs: number[]): number[] =>
  (grad(f)(xs.map((x) => np.array(x))) as Tensor[]).map((g) => g.item());

describe.each(bounds)("%s", (name, make) => {
  test.each([
    ["reparameterised", reparameterised],
    ["score function", scoreFunction],
  ])("%s: compiled equals eager, with one particle, a batch of them, and a loop", (_, guide) => {
    for (const options of [{}, { particles: 3 }, { particles: 3, vectorizeParticles: false }]) {
      const [[a], [b]] = [true, false].map((jit) =>
        estimates(expGamma, guide, make(options), { jit, seed: 7 }),
      );
      expect(a.length).toBe(3);
      a.forEach((x, i) => expect(x).toBeCloseTo(b[i], 9));
    }
  });

  test.each([
    ["reparameterised", reparameterised, exact.reparameterised, [0.1, Math.log(0.6)]],
    ["score function", scoreFunction, exact.scoreFunction, [Math.log(2.5), Math.log(2)]],
  ] as const)("%s: value and gradient have the exact ones as means", (_, guide, bound, at) => {
    if (name === "RenyiELBO") return;
    const rows = estimates(expGamma, guide, make({ particles: 100 }), { count: 300 });
    expectUnbiased(rows, [bound(at.map((x) => np.array(x))).item(), ...gradientOf(bound, [...at])]);
  });

  test("whole vectors, subsampled plates and a multivariate normal with scaleTril (pyro#3444)", () => {
    const model = (): void => {
      const w = sample(
        "w",
        dist.MultivariateNormal({
          loc: [0, 0],
          covarianceMatrix: [
            [1, 0.5],
            [0.5, 2],
          ],
        }),
      );
      const draw = { subsampleSize: 2 };
      plate("n", 4, () => sample("y", dist.Normal(w.at(0).add(w.at(1)), 1), { obs: subsample(data) }), draw);
    };
    const guide = (): void => {
      const scaleTril = param(
        "l",
        [
          [0.5, 0],
          [0.2, 0.7],
        ],
        { constraint: constraints.lowerCholesky },
      );
      sample("w", dist.MultivariateNormal({ loc: param("m", [0.1, 0.2]), scaleTril }));
    };
    const [[a], [b]] = [true, false].map((jit) => estimates(model, guide, make({ particles: 2 }), { jit }));
    expect(a.length).toBe(6);
    a.forEach((x, i) => expect(x).toBeCloseTo(b[i], 9));
  });
});

describe("TraceMeanFieldELBO", () => {
  test("uses the closed divergence: without data the loss is exact and has no noise", () => {
    const prior = (): void => {
      sample("x", dist.Normal(1, 2).expand([3]).toEvent(1));
      sample("r", dist.LogNormal(0.5, 1));
    };
    const rows = estimates(prior, AutoNormal(prior), TraceMeanFieldELBO(), { count: 3 });
    const kl = (m: number, s: number, m2: number, s2: number): number =>
      Math.log(s2 / s) + (s * s + (m - m2) ** 2) / (2 * s2 * s2) - 0.5;
    expect(new Set(rows.map(([loss]) => loss)).size).toBe(1);
    clearParamStore();
    const guide = (): void => {
      sample("x", dist.Normal(param("m", [0.2, 0.4, 0.6]), 0.5).toEvent(1));
      sample("r", dist.LogNormal(param("l", 0.1), 0.2));
    };
    const [[loss]] = estimates(prior, guide, TraceMeanFieldELBO());
    const want = [0.2, 0.4, 0.6].reduce((s, m) => s + kl(m, 0.5, 1, 2), kl(0.1, 0.2, 0.5, 1));
    expect(loss).toBeCloseTo(want, 12);
  });

  test("scales and masks count", () => {
    const model = (): void => {
      plate("n", 6, () => sample("x", dist.Normal(0, 1)), { subsample: [0, 3] });
      handlers.mask(() => sample("z", dist.Normal(0, 1).expand([2])), [true, false])();
    };
    const guide = (): void => {
      const m = param("m", [1, 2]);
      plate("n", 6, () => sample("x", dist.Normal(m, 1)), { subsample: [0, 3] });
      handlers.mask(() => sample("z", dist.Normal(m, 1)), [true, false])();
    };
    // The masks are two tensors with equal contents, so that site is estimated; its true terms are the same.
    const rows = estimates(model, guide, TraceMeanFieldELBO(), { count: 200 });
    expectUnbiased(rows, [3 * (0.5 + 2) + 0.5, 3 * 1 + 1, 3 * 2]);
  });

  test("another order in the guide is an error", () => {
    const a = (): void => void sample("a", dist.Normal(param("m", 0), 1));
    const b = (): void => void sample("b", dist.Normal(0, 1));
    const elbo = TraceMeanFieldELBO();
    const svi = new SVI(
      () => [a(), b()],
      () => [b(), a()],
      adam(),
      elbo,
    );
    expect(() => svi.step()).toThrow(/the guide samples "b" before "a", the model the other way round/);
  });
});

describe("RenyiELBO", () => {
  test("tends to the evidence with particles, and its gradient is that of its value", () => {
    const sum = np.sum(data).item();
    // Evidence: b^a Gamma(a + n) / (Gamma(a) (b + sum)^(a + n)).
    const evidence = 2 * Math.log(1.5) + lgamma(6).item() - lgamma(2).item() - 6 * Math.log(1.5 + sum);
    const at = (loc: number): number[] => {
      const guide = (): void => {
        sample("rate", dist.LogNormal(param("loc", loc), 0.6));
      };
      return estimates(expGamma, guide, RenyiELBO({ alpha: 0, particles: 2000 }), { seed: 3 })[0];
    };
    expect(Math.abs(at(0.1)[0] + evidence)).toBeLessThan(0.05);
    const h = 1e-5;
    expect(at(0.1)[1]).toBeCloseTo((at(0.1 + h)[0] - at(0.1 - h)[0]) / (2 * h), 5);
  });

  test("its order is not 1", () => {
    expect(() => RenyiELBO({ alpha: 1 })).toThrow(
      "infer.RenyiELBO: alpha must be a number other than 1, got 1; at 1 the bound is infer.TraceELBO.",
    );
  });
});

describe("TraceGraphELBO", () => {
  const n = 8;
  const observed = np.array([1, -1, 2, 0, 1, -2, 3, 1]);
  const model = (): void => {
    plate("n", n, () => {
      const z = sample("z", dist.Bernoulli({ probs: 0.3 }));
      sample("y", dist.Normal(z.mul(2), 1), { obs: observed });
    });
  };
  const guideWith = (infer: Record<string, unknown>) => (): void => {
    const logits = param("logits", np.linspace(-1, 1, n));
    plate("n", n, () => sample("z", dist.Bernoulli({ logits }), { infer }));
  };
  /** Sum over both values of each z, exactly. */
  const exactLoss = (logits: Tensor): Tensor => {
    const one = (z: number): Tensor => {
      const q = z === 1 ? np.special.softplus(logits.neg()).neg() : np.special.softplus(logits).neg();
      const p = observed
        .sub(2 * z)
        .pow(2)
        .mul(-0.5)
        .add(Math.log(z === 1 ? 0.3 : 0.7) - 0.5 * Math.log(2 * Math.PI));
      return np.exp(q).mul(q.sub(p));
    };
    return np.sum(one(0).add(one(1)));
  };
  const want = (): number[] => {
    const at = np.linspace(-1, 1, n);
    return [exactLoss(at).item(), ...(grad(exactLoss)(at).toArray() as number[])];
  };
  const spread = (rows: readonly number[][]): number =>
    rows[0].slice(1).reduce((s, _, i) => s + moments(rows.map((row) => row[i + 1])).sd ** 2, 0);

  test("elements of a plate are weighted by their own terms: unbiased, with far less noise", () => {
    const rows = estimates(model, guideWith({}), TraceGraphELBO(), { count: 800 });
    expectUnbiased(rows, want());
    const plain = estimates(model, guideWith({}), TraceELBO(), { count: 800 });
    expectUnbiased(plain, want());
    expect(spread(rows)).toBeLessThan(spread(plain) / 10);
  });

  test("a site outside a plate is weighted by all of it, and so is what comes after it inside", () => {
    const nested = (): void => {
      plate("n", 3, () => sample("a", dist.Bernoulli({ probs: 0.4 })));
      const b = sample("b", dist.Bernoulli({ probs: 0.5 }));
      plate("m", 3, () => sample("y", dist.Normal(b, 1), { obs: [1, 2, 0] }), { dim: -1 });
    };
    const guide = (): void => {
      const a = plate("n", 3, () => sample("a", dist.Bernoulli({ logits: param("la", [0.2, -0.3, 0.5]) })));
      // Depends on all of a, and is read inside a plate again.
      sample("b", dist.Bernoulli({ logits: np.sum(a).sub(1).mul(param("lb", 0.7)) }));
    };
    const loss = ([la, lb]: Tensor[]): Tensor => {
      let total = np.array(0);
      const lp = (l: Tensor, z: number): Tensor => np.special.softplus(z === 1 ? l.neg() : l).neg();
      for (let code = 0; code < 16; code++) {
        const [b, ...a] = [0, 1, 2, 3].map((k) => (code >> k) & 1);
        const qa = a.map((z, i) => lp(la.at(i), z)).reduce((x, y) => x.add(y));
        const qb = lp(lb.mul(a[0] + a[1] + a[2] - 1), b);
        const pa = a.reduce((s, z) => s + Math.log(z === 1 ? 0.4 : 0.6), Math.log(0.5));
        const py = [1, 2, 0].reduce((s, y) => s - (y - b) ** 2 / 2 - 0.5 * Math.log(2 * Math.PI), pa);
        total = total.add(np.exp(qa.add(qb)).mul(qa.add(qb).sub(py)));
      }
      return total;
    };
    const at = [np.array([0.2, -0.3, 0.5]), np.array(0.7)];
    const g = grad(loss)(at) as Tensor[];
    const rows = estimates(nested, guide, TraceGraphELBO(), { count: 1500 });
    expectUnbiased(rows, [loss(at).item(), ...g.flatMap((x) => Array.from(x.data()))]);
  });

  test.each([true, false])("a running mean as baseline: unbiased, and it learns the cost, jit %s", (jit) => {
    const infer = { baseline: { useDecayingAvgBaseline: true, baselineBeta: 0.8 } };
    const elbo = TraceGraphELBO({ particles: 2 });
    const rows = estimates(model, guideWith(infer), elbo, { count: jit ? 600 : 5, jit });
    if (jit) expectUnbiased(rows.slice(50), want());
    const average = getParamStore().get("__baseline_avg_downstream_cost_z");
    expect(average.shape).toEqual([n]);
    (average.toArray() as number[]).forEach((x) => expect(Math.abs(x)).toBeGreaterThan(0.1));
  });

  test("a baseline that knows the cost leaves no noise; a learnt one moves its parameters", () => {
    const cost = (): void => {
      const z = sample("z", dist.Bernoulli({ probs: 0.5 }));
      factor("f", z.mul(0).add(3));
    };
    // The cost of z is log q(z) - log 0.5 - 3 = -3 at logit 0.
    const guide = (infer: Record<string, unknown>) => (): void =>
      void sample("z", dist.Bernoulli({ logits: param("logit", 0) }), { infer });
    const exact = { baseline: { baselineValue: -3 } };
    for (const [, gradient] of estimates(cost, guide(exact), TraceGraphELBO(), { count: 5 }))
      expect(gradient).toBeCloseTo(0, 12);
    const learnt = (): void => {
      const slope = param("slope", 1);
      const infer = { baseline: { nnBaseline: (x: Tensor) => x.mul(slope), nnBaselineInput: 2 } };
      sample("z", dist.Bernoulli({ logits: param("logit", 0) }), { infer });
    };
    const [[, slope]] = estimates(cost, learnt, TraceGraphELBO());
    // d/ds (-3 - 2 s)^2 at s = 1.
    expect(slope).toBeCloseTo(2 * (-3 - 2) * -2, 10);
  });

  test("errors of baselines", () => {
    const step = (baseline: Record<string, unknown>): void => {
      clearParamStore();
      const guide = guideWith({ baseline });
      new SVI(model, guide, adam(), TraceGraphELBO()).step();
    };
    expect(() => step({ beta: 1 })).toThrow(/site "z", infer.baseline: unknown option "beta"/);
    expect(() => step({ useDecayingAvgBaseline: true, baselineBeta: 1 })).toThrow(
      'site "z", infer.baseline: baselineBeta must lie in [0, 1), got 1.',
    );
    expect(() => step({ nnBaseline: (x: Tensor) => x })).toThrow(
      'site "z", infer.baseline: nnBaseline needs nnBaselineInput, which it is a function of.',
    );
  });
});
