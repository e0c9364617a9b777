// Wrappers, constructed forms, edges of supports, validation, and the same numbers under tracing.
import { describe, expect, test } from "vitest";
import { bijectors, constraints } from "../bijectors/index.js";
import { grad, jit, np, random, type Tensor } from "../tensor/index.js";
import { dist, setValidation } from "./index.js";

const normal = (x: number, m = 0, s = 1): number =>
  -0.5 * ((x - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);

describe("how distributions are made", () => {
  test("positional, named, mixed kinds of numbers", () => {
    const at = (d: { logProb(x: number): Tensor }): number[] => Array.from(d.logProb(1).data());
    expect(at(dist.Normal(2, 3))).toEqual(at(dist.Normal({ scale: 3, loc: 2 })));
    expect(at(dist.Normal())).toEqual([normal(1)]);
    expect(dist.Normal([1, 2], np.array([3, 4])).batchShape).toEqual([2]);
    expect(dist.Normal(new Float64Array(3), np.ones([2, 1])).batchShape).toEqual([2, 3]);
    expect(dist.Bernoulli(0.3).params.probs!.item()).toBe(0.3);
    expect(dist.Binomial(5, 0.5).params.totalCount.item()).toBe(5);
    expect(
      dist.MultivariateNormal(0, [
        [1, 0],
        [0, 1],
      ]).eventShape,
    ).toEqual([2]);
    expect(dist.LKJCholesky(3, 2).eventShape).toEqual([3, 3]);
    expect(dist.Normal(0, 1).argConstraints["scale"]).toBe(constraints.positive);
  });
  test.each([
    [() => dist.Normal(0, -1), "Normal: scale must be positive, got -1."],
    [() => dist.Normal(0, [1, 0]), "Normal: scale must be positive, got 0 at index [1]."],
    [() => dist.Normal(NaN, 1), "Normal: loc must be real, got NaN."],
    [() => dist.Gamma(), "Gamma: the parameter concentration is missing; it takes concentration, rate."],
    [
      () => dist.Gamma({ shape: 1 } as never),
      "Gamma: no parameter is called shape; it takes concentration, rate.",
    ],
    [() => dist.Normal(1, 2, 3), "Normal takes at most 2 parameters (loc, scale), got 3."],
    [() => dist.Bernoulli(), "Bernoulli: give exactly one of probs, logits; got none."],
    [() => dist.Bernoulli({ probs: 0.5, logits: 0 }), "exactly one of probs, logits; got probs and logits"],
    [() => dist.Normal([1, 2], [1, 2, 3]), "Normal"],
    [() => dist.Uniform(2, 1), "Uniform: low must lie below high, got low 2 and high 1."],
    [() => dist.Categorical([0.5, 0.6]), "Categorical: probs must be simplex, got [0.5, 0.6]."],
    [() => dist.Categorical(0.5), "probs needs at least 1 axes"],
    [
      () =>
        dist.MultivariateNormal(
          [0, 0],
          [
            [1, 2],
            [2, 1],
          ],
        ),
      "covarianceMatrix must be positiveDefinite, got [1, 2, 2, 1]",
    ],
    [
      () =>
        dist.MultivariateNormal(
          [0, 0, 0],
          [
            [1, 0],
            [0, 1],
          ],
        ),
      "loc has length 3, the matrix has side 2",
    ],
    [() => dist.LKJCholesky(1, 1), "dim must be a whole number, 2 or more"],
    [() => dist.Normal([1, 2], 1).expand([3]), "batch shape [2] cannot become [3]"],
    [() => dist.Normal([1, 2], 1).toEvent(2), "has only 1 axes"],
    [() => dist.Normal(0, 1).enumerateSupport(), "Normal has no enumerateSupport here"],
    [
      () => dist.Normal([1, 2], 1).logProb([1, 2, 3]),
      "a value of shape [3] does not fit batch shape [2] and event shape []",
    ],
    [
      () => dist.Exponential(1).logProb(-1),
      "Exponential.logProb: the value -1 is outside the support, nonnegative.",
    ],
    [() => dist.Normal(0, 1).icdf(1.5), "the probability 1.5 is not in [0, 1]"],
    [
      () => dist.MixtureSameFamily(dist.Categorical([0.5, 0.5]), dist.Normal([0, 1, 2], 1)),
      "2 mixing weights",
    ],
    [() => dist.ImproperUniform(constraints.real).sample(random.key(0)), "cannot be sampled"],
  ])("error %#", (run, text) => expect(run).toThrow(text as string));
  test("checks can be turned off", () => {
    const before = setValidation(false);
    try {
      expect(dist.Normal(0, -1).params.scale.item()).toBe(-1);
      expect(dist.Exponential(1).logProb(-1).item()).toBe(-Infinity);
    } finally {
      setValidation(before);
    }
  });
});

describe("edges", () => {
  test("Bernoulli and Binomial at probability one: value zero, finite gradients", () => {
    const bernoulli = (p: Tensor): Tensor => dist.Bernoulli({ probs: p }).logProb(1);
    expect(dist.Bernoulli({ probs: 1 }).logProb(1).item()).toBe(0);
    expect((grad(bernoulli)(np.array(1)) as Tensor).item()).toBe(1);
    const binomial = (p: Tensor): Tensor => dist.Binomial({ totalCount: 3, probs: p }).logProb(3);
    expect((grad(binomial)(np.array(1)) as Tensor).item()).toBe(3);
    expect((grad((r: Tensor) => dist.Poisson(r).logProb(0))(np.array(0)) as Tensor).item()).toBe(-1);
  });
  test("enumerateSupport", () => {
    expect(dist.Bernoulli(0.5).expand([2]).enumerateSupport().toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(dist.Bernoulli(0.5).expand([2]).enumerateSupport({ expand: false }).toArray()).toEqual([[0], [1]]);
    expect(dist.Binomial(2, 0.5).enumerateSupport().toArray()).toEqual([0, 1, 2]);
    expect(dist.Categorical([0.2, 0.8]).enumerateSupport().toArray()).toEqual([0, 1]);
    expect(() => dist.Binomial([1, 2], 0.5).enumerateSupport()).toThrow(
      "totalCount differs within the batch",
    );
  });
  test("categorical values pick along batches", () => {
    const p = [
      [0.1, 0.9],
      [0.6, 0.4],
    ];
    const got = dist
      .Categorical(p)
      .logProb(np.array([1, 0], { dtype: "i32" }))
      .toArray() as number[];
    expect(got[0]).toBeCloseTo(Math.log(0.9), 12);
    expect(got[1]).toBeCloseTo(Math.log(0.6), 12);
    expect(
      dist.Categorical(p).logProb([
        [0, 0],
        [1, 1],
        [0, 1],
      ]).shape,
    ).toEqual([3, 2]);
  });
  test("multivariate normals in batches, of locations and of factors", () => {
    const l = [
      [
        [1, 0],
        [0.5, 2],
      ],
      [
        [2, 0],
        [0, 1],
      ],
    ];
    const both = dist.MultivariateNormal({
      loc: [
        [0, 1],
        [2, 3],
      ],
      scaleTril: l,
    });
    const each = both.logProb([1, 1]).toArray() as number[];
    l.forEach((scaleTril, i) => {
      const one = dist.MultivariateNormal({
        loc: [
          [0, 1],
          [2, 3],
        ][i]!,
        scaleTril,
      });
      expect(each[i]).toBeCloseTo(one.logProb([1, 1]).item(), 12);
    });
    expect(both.sample(random.key(0), 4).shape).toEqual([4, 2, 2]);
    const shared = dist.MultivariateNormal({ loc: [0, 1], scaleTril: l[0]! });
    expect(
      shared.logProb([
        [1, 1],
        [0, 0],
        [2, 2],
      ]).shape,
    ).toEqual([3]);
  });
});

describe("wrappers", () => {
  test("Delta", () => {
    const d = dist.Delta([1, 2], 0.5, 1);
    expect(d.eventShape).toEqual([2]);
    expect(d.logProb([1, 2]).item()).toBe(0.5);
    expect(d.logProb([1, 3]).item()).toBe(-Infinity);
    expect(d.expand([3]).sample(random.key(0)).shape).toEqual([3, 2]);
    expect(dist.Delta({ v: 3 }).mean.item()).toBe(3);
    expect(
      dist
        .Delta(2)
        .logProb(dist.Delta(2).sample(random.key(0)))
        .item(),
    ).toBe(0);
  });
  test("ImproperUniform", () => {
    const d = dist.ImproperUniform(constraints.orderedVector, [2], [3]);
    expect(d.logProb([0, 1, 2]).toArray()).toEqual([0, 0]);
    expect(d.support).toBe(constraints.orderedVector);
    expect(dist.ImproperUniform(constraints.positive, [], [4]).support.eventDim).toBe(1);
    expect(() => dist.ImproperUniform(constraints.simplex)).toThrow("has fewer");
  });
  test("MixtureSameFamily sums its components", () => {
    const d = dist.MixtureSameFamily(dist.Categorical([0.3, 0.7]), dist.Normal([0, 5], [1, 2]));
    const want = (x: number): number => Math.log(0.3 * Math.exp(normal(x)) + 0.7 * Math.exp(normal(x, 5, 2)));
    (d.logProb([-1, 4, 100]).toArray() as number[])
      .slice(0, 2)
      .forEach((v, i) => expect(v).toBeCloseTo(want([-1, 4][i]!), 12));
    expect(d.logProb(1e3).item()).toBeLessThan(-1e5);
    expect(d.mean.item()).toBeCloseTo(3.5, 12);
    expect(d.variance.item()).toBeCloseTo(0.3 * 1 + 0.7 * (4 + 25) - 3.5 ** 2, 12);
    expect(d.cdf(0).item()).toBeCloseTo(0.3 * 0.5 + 0.7 * 0.006209665325776132, 10);
    const draws = d.sample(random.key(1), 2000);
    expect(np.mean(draws).item()).toBeCloseTo(3.5, 0);
    const vectors = dist.MixtureSameFamily(
      dist.Categorical({ logits: np.zeros([2]) }),
      dist.Normal(np.zeros([4, 2, 3]), 1).toEvent(1),
    );
    expect([vectors.batchShape, vectors.eventShape]).toEqual([[4], [3]]);
    expect(vectors.sample(random.key(0), 5).shape).toEqual([5, 4, 3]);
    expect(vectors.logProb(np.zeros([3])).shape).toEqual([4]);
  });
  test("TransformedDistribution agrees with LogNormal and with a multivariate affine map", () => {
    const d = dist.TransformedDistribution(dist.Normal(1, 2), bijectors.exp);
    const x = [0.1, 1, 20];
    const want = dist.LogNormal(1, 2).logProb(x).toArray() as number[];
    (d.logProb(x).toArray() as number[]).forEach((v, i) => expect(v).toBeCloseTo(want[i]!, 12));
    const simplex = dist.TransformedDistribution(
      dist.Normal(np.zeros([5, 3]), 1).toEvent(1),
      bijectors.stickBreaking,
    );
    expect([simplex.batchShape, simplex.eventShape]).toEqual([[5], [4]]);
    const y = simplex.sample(random.key(2));
    expect(np.all(constraints.simplex.check(y)).item()).toBe(1);
    expect(simplex.logProb(y).shape).toEqual([5]);
    expect(() => dist.TransformedDistribution(dist.Normal(0, 1), bijectors.stickBreaking)).toThrow(
      "give it more with expand",
    );
    const ordered = dist.TransformedDistribution(dist.Normal(0, 1).expand([5, 3]), bijectors.ordered);
    expect([ordered.batchShape, ordered.eventShape]).toEqual([[5], [3]]);
    expect(
      ordered
        .logProb(np.array([0, 1, 3]))
        .at(2)
        .item(),
    ).toBeCloseTo(
      dist
        .Normal(0, 1)
        .logProb(np.array([0, 0, Math.log(2)]))
        .sum()
        .sub(Math.log(2))
        .item(),
      12,
    );
  });
  test("a transformed law has coordinates where its base has them", () => {
    const { exp } = bijectors;
    const law = dist.TransformedDistribution(dist.Gamma(2, 1).expand([3]).toEvent(1), exp);
    const map = bijectors.biject(law.support);
    const x = np.array([-0.5, 0.2, 1]);
    const y = map.forward(x);
    (y.toArray() as number[]).forEach((v, i) =>
      expect(Math.log(Math.log(v))).toBeCloseTo(x.at(i).item(), 12),
    );
    (map.inverse(y).toArray() as number[]).forEach((u, i) => expect(u).toBeCloseTo(x.at(i).item(), 12));
    // d exp(exp u) / du = exp(exp u) exp(u), summed over the event.
    const expected = [-0.5, 0.2, 1].reduce((sum, u) => sum + Math.exp(u) + u, 0);
    expect(map.logAbsDetJacobian(x, y).item()).toBeCloseTo(expected, 12);
    expect([map.domainDim, map.codomainDim]).toEqual([1, 1]);
  });

  test("toEvent of toEvent, masks under it", () => {
    const d = dist
      .Normal(np.zeros([2, 3]), 1)
      .toEvent(1)
      .toEvent(1);
    expect([d.batchShape, d.eventShape]).toEqual([[], [2, 3]]);
    expect(d.logProb(np.zeros([2, 3])).item()).toBeCloseTo(6 * normal(0), 12);
    expect(d.entropy().item()).toBeCloseTo(6 * (0.5 + 0.5 * Math.log(2 * Math.PI)), 12);
    const masked = dist
      .Normal(np.zeros([2]), 1)
      .mask([true, false])
      .toEvent(1);
    expect(masked.logProb([0, 7]).item()).toBeCloseTo(normal(0), 12);
  });
});

describe("under tracing", () => {
  test("the same numbers as eagerly, and -Infinity outside the support", () => {
    const laws = [
      (s: Tensor) => dist.Normal(0, s),
      (s: Tensor) => dist.Gamma(s, 2),
      (s: Tensor) => dist.Exponential(s),
      (s: Tensor) => dist.Uniform(0, s),
      (s: Tensor) => dist.StudentT(s, 0, 1),
    ];
    for (const law of laws) {
      const f = (s: Tensor, x: Tensor): Tensor => law(s).logProb(x);
      const compiled = jit(f);
      const s = np.array(2.5);
      for (const x of [0.5, 1.5])
        expect(compiled(s, np.array(x)).item()).toBeCloseTo(f(s, np.array(x)).item(), 12);
      compiled.dispose();
    }
    const outside = jit((x: Tensor) => dist.Exponential(1).logProb(x));
    expect(outside(np.array([-1, 1])).toArray()).toEqual([-Infinity, -1]);
    const slope = jit((x: Tensor) => grad((z: Tensor) => np.sum(dist.Gamma(2, 1).logProb(z)))(x) as Tensor);
    expect(slope(np.array([-1, 2])).toArray()).toEqual([0, -0.5]);
  });
  test("draws with a key are the eager draws", () => {
    const f = (k: Tensor): Tensor => dist.Normal(1, 2).expand([3]).sample(k);
    expect(jit(f)(random.key(4)).toArray()).toEqual(f(random.key(4)).toArray());
    const g = (k: Tensor): Tensor => dist.Gamma(0.7, 2).expand([3]).sample(k);
    const [a, b] = [jit(g)(random.key(4)).toArray() as number[], g(random.key(4)).toArray() as number[]];
    a.forEach((v, i) => expect(v).toBeCloseTo(b[i]!, 12));
  });
});
