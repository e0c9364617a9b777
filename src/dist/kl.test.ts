// Divergences against averages over draws; shapes, wrappers, and what has no closed form.
import { describe, expect, test } from "vitest";
import { bijectors } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { grad } from "../trace/grad.js";
import { dist, type Distribution } from "./index.js";

const { kl } = dist;
const tril = np.array([
  [1, 0],
  [0.4, 0.8],
]);
const pairs: readonly (readonly [Distribution, Distribution])[] = [
  [dist.Normal(0.3, 1.2), dist.Normal(-0.5, 2)],
  [dist.LogNormal(0.3, 0.5), dist.LogNormal(0, 0.8)],
  [dist.HalfNormal(1.5), dist.HalfNormal(0.9)],
  [dist.Laplace(0.5, 1), dist.Laplace(-0.2, 1.7)],
  [dist.Gamma(2.5, 1.5), dist.Gamma(1.2, 0.7)],
  [dist.InverseGamma(3.5, 1.5), dist.InverseGamma(2.2, 0.7)],
  [dist.Exponential(2), dist.Exponential(0.7)],
  [dist.Beta(2, 3), dist.Beta(1.5, 1.2)],
  [dist.Weibull(1.3, 1.8), dist.Gamma(1.4, 0.9)],
  [dist.Uniform(0, 1), dist.Uniform(-1, 2)],
  [dist.Bernoulli({ probs: 0.3 }), dist.Bernoulli({ logits: 0.8 })],
  [dist.Binomial({ totalCount: 7, probs: 0.3 }), dist.Binomial({ totalCount: 7, logits: 0.2 })],
  [dist.Geometric({ probs: 0.3 }), dist.Geometric({ logits: 0.2 })],
  [dist.Poisson(3), dist.Poisson(4.5)],
  [dist.Categorical({ probs: [0.2, 0.5, 0.3] }), dist.Categorical({ logits: [0, 1, -0.5] })],
  [dist.Dirichlet([2, 3, 1.5]), dist.Dirichlet([1, 1, 2])],
  [
    dist.MultivariateNormal({ loc: [0.5, -0.2], scaleTril: tril }),
    dist.MultivariateNormal({
      loc: 0,
      covarianceMatrix: [
        [1.5, -0.3],
        [-0.3, 0.9],
      ],
    }),
  ],
  [
    dist.Normal(np.array([0.5, -0.2]), np.array([0.7, 1.1])).toEvent(1),
    dist.MultivariateNormal({ loc: [0, 0.1], scaleTril: tril }),
  ],
];

describe.each(pairs.map(([p, q]) => [p.name, q.name, p, q] as const))("kl(%s, %s)", (_p, _q, p, q) => {
  test("is the mean of log p - log q, and zero of a law from itself", () => {
    const n = 20_000;
    const x = p.sample(random.key(4), n);
    const gaps = Array.from(p.logProb(x).sub(q.logProb(x)).data());
    const mean = gaps.reduce((a, b) => a + b, 0) / n;
    const sd = Math.sqrt(gaps.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
    const exact = kl(p, q).item();
    expect(Math.abs(exact - mean)).toBeLessThan(4.5 * (sd / Math.sqrt(n)) + 1e-9);
    expect(exact).toBeGreaterThan(0.01);
    if (p.name === q.name) expect(Math.abs(kl(p, p).item())).toBeLessThan(1e-12);
  });
});

describe("kl", () => {
  const p = dist.Normal(np.array([0, 1, 2]), 1);
  const q = dist.Normal(0, 2);

  test("broadcasts, follows expand, sums over events, counts under masks", () => {
    const each = kl(p, q).toArray() as number[];
    expect(kl(q.expand([2, 3]), p).shape).toEqual([2, 3]);
    expect(kl(p.toEvent(1), q.expand([3]).toEvent(1)).item()).toBeCloseTo(
      each.reduce((a, b) => a + b),
      12,
    );
    const mask = [true, false, true];
    expect(kl(p.mask(mask), q.expand([3]).mask(mask)).toArray()).toEqual([each[0], 0, each[2]]);
    const nested = kl(p.expand([2, 3]).toEvent(2), q.expand([2, 3]).toEvent(1).toEvent(1));
    expect(nested.item()).toBeCloseTo(2 * each.reduce((a, b) => a + b), 12);
  });

  test("a point mass, a common bijector, impossible events", () => {
    expect(kl(dist.Delta(0.7), q).item()).toBeCloseTo(-q.logProb(0.7).item(), 14);
    const { exp } = bijectors;
    const [a, b] = [dist.TransformedDistribution(p, exp), dist.TransformedDistribution(q, exp)];
    expect(kl(a, b).toArray()).toEqual(kl(p, q).toArray());
    expect(kl(dist.Uniform(0, 3), dist.Uniform(0, 2)).item()).toBe(Infinity);
    expect(kl(dist.Bernoulli({ probs: 0 }), dist.Bernoulli({ probs: 0.5 })).item()).toBeCloseTo(Math.LN2, 14);
  });

  test("has gradients", () => {
    const g = grad((m: Tensor) => kl(dist.Normal(m, 1), q))(np.array(1.5));
    expect(g.item()).toBeCloseTo(1.5 / 4, 12);
  });

  test("says what there is where there is none", () => {
    expect(() => kl(dist.Normal(0, 1), dist.Cauchy(0, 1))).toThrow(
      /Normal, Cauchy.*no closed form.*\(Beta, Beta\)/,
    );
    expect(() => kl(p, p.toEvent(1))).toThrow("Independent(Normal) has [3]");
    expect(() => kl(p.mask([true, true, false]), p)).toThrow("mask both");
  });
});
