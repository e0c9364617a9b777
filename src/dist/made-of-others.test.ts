// Distributions made of distributions: truncated, censored, with extra zeros, mixed, folded. Numbers are NumPyro's and SciPy's.
import { describe, expect, test } from "vitest";
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { grad } from "../trace/grad.js";
import { jit } from "../trace/lazy-jit.js";
import { dist, type Distribution } from "./index.js";

const flat = (x: Tensor): number[] => Array.from(x.data());
function close(got: Tensor, want: readonly number[], digits = 11): void {
  expect(got.size).toBe(want.length);
  flat(got).forEach((g, i) =>
    expect(Math.abs(g - want[i])).toBeLessThan(10 ** -digits * (1 + Math.abs(want[i]))),
  );
}

interface Case {
  readonly d: Distribution;
  readonly x: readonly number[] | readonly number[][];
  readonly logProb: readonly number[];
  readonly cdf?: readonly number[];
  /** At 0.1 and 0.9. */
  readonly icdf?: readonly number[];
  readonly mean?: number;
  readonly variance?: number;
}

const interval = [[2, 5], [4, Infinity], [0, 2], [6, 9]]; // prettier-ignore
const cases: Record<string, Case> = {
  "Cauchy in [3, 9]": {
    d: dist.TruncatedCauchy({ loc: 1, scale: 2, low: 3, high: 9 }),
    x: [3.5, 8],
    logProb: [-1.0187209363599852, -2.6617351443276895],
    cdf: [0.2047617103351942, 0.9383423509670469],
    icdf: [3.2287527832630087, 7.487956531933122],
  },
  "Laplace above 5": {
    d: dist.LeftTruncatedDistribution(dist.Laplace(0, 1), 5),
    x: [5.5, 50],
    logProb: [-0.5, -45],
    cdf: [0.3934693402873825, 1],
    icdf: [5.10536051565783, 7.302585092994046],
  },
  "Logistic below -3": {
    d: dist.RightTruncatedDistribution(dist.Logistic(0, 1), -3),
    x: [-5.5, -3.1],
    logProb: [-2.4595695349674003, -0.13954058430340543],
    cdf: [0.08582103909098651, 0.9089396157175355],
    icdf: [-5.346418575498872, -3.1103268697173347],
  },
  "Student t in [-1, 2]": {
    d: dist.TwoSidedTruncatedDistribution(dist.StudentT(3, 0, 1), -1, 2),
    x: [-0.5, 1.5],
    logProb: [-0.8528662034631076, -1.8120123639868801],
    cdf: [0.17721354092784572, 0.9379059352498214],
  },
  "Gamma in [0.5, 2]": {
    d: dist.TruncatedGamma({ concentration: 2, rate: 3, low: 0.5, high: 2 }),
    x: [0.6, 1.5],
    logProb: [0.5017074502084835, -1.2820018179173616],
    cdf: [0.17575034062825165, 0.9190558569231283],
  },
  "a Normal restricted": {
    d: dist.TruncatedDistribution(dist.Normal(1, 2), { low: 0 }),
    x: [0.5, 3],
    logProb: flat(dist.TruncatedNormal({ loc: 1, scale: 2, low: 0 }).logProb([0.5, 3])),
    mean: dist.TruncatedNormal({ loc: 1, scale: 2, low: 0 }).mean.item(),
  },
  "Weibull, the second survived": {
    d: dist.RightCensoredDistribution(dist.Weibull(3, 2), [0, 1]),
    x: [2, 4],
    logProb: [-1.2553746606607734, -1.7777777777777775],
  },
  "Normal, the second below": {
    d: dist.LeftCensoredDistribution(dist.Normal(1, 2), [0, 1]),
    x: [2, -1],
    logProb: [-1.7370857137646178, -1.8410216450092634],
  },
  "Weibull in intervals": {
    d: dist.IntervalCensoredDistribution(dist.Weibull(3, 2), [0, 0, 1, 0], [0, 1, 0, 0]),
    x: interval,
    logProb: [-0.5464461271518999, -1.7777777777777775, -1.0249354915118416, -4.006760749449485],
  },
  "zero-inflated geometric": {
    d: dist.ZeroInflatedDistribution(dist.Geometric({ probs: 0.3 }), { gate: 0.2 }),
    x: [0, 3],
    logProb: [-0.8209805520698302, -2.497141187456343],
    mean: 1.866666666666667,
    variance: 7.0933333333333355,
  },
  "zero-inflated counts by log odds": {
    d: dist.ZeroInflatedDistribution(dist.NegativeBinomial2(3, 2), { gateLogits: -0.5 }),
    x: [0, 3],
    logProb: [-0.7399575660252464, -2.452840958106498],
  },
  "hurdle Poisson": {
    d: dist.HurdlePoisson(0.3, 2),
    x: [0, 3],
    logProb: [-1.2039728043259361, -1.923579413618093],
    mean: 1.619124699849532,
    variance: 2.2358093058857587,
  },
  "hurdle negative binomial": {
    d: dist.HurdleNegativeBinomial2(0.3, 2, 1.5),
    x: [0, 3],
    logProb: [-1.2039728043259361, -2.194419468007],
    mean: 1.9459738146572838,
    variance: 4.645739109516408,
  },
  "hurdle Gamma": {
    d: dist.HurdleGamma(0.3, 2, 1.5),
    x: [0, 3],
    logProb: [-1.2039728043259361, -2.9471324390542937],
    mean: 0.9333333333333332,
    variance: 0.9955555555555555,
  },
  "hurdle log-normal": {
    d: dist.HurdleLogNormal(0.3, 0.5, 1.5),
    x: [0, 3],
    logProb: [-1.2039728043259361, -2.85932124550734],
    mean: 3.5548933260260562,
    variance: 158.64708602552966,
  },
  "Normal and Laplace": {
    d: dist.MixtureGeneral(dist.Categorical({ probs: [0.3, 0.7] }), [
      dist.Normal(0, 1),
      dist.Laplace(2, 0.5),
    ]),
    x: [-1, 2.5],
    logProb: [-2.5992898291392112, -1.3364605551889577],
    cdf: [0.04846413944127035, 0.8693792959922623],
    mean: 1.4,
    variance: 1.49,
  },
  "Normal and half of one": {
    d: dist.Mixture(dist.Categorical({ probs: [0.3, 0.7] }), [dist.Normal(0, 1), dist.HalfNormal(1)], {
      support: constraints.real,
    }),
    x: [-1, 0.5],
    logProb: [-2.622911337530609, -0.5133102821425023],
  },
  "hurdle of any base": {
    d: dist.HurdleDistribution(dist.Gamma(2, 1.5), { gateLogits: Math.log(3 / 7) }),
    x: [0, 3],
    logProb: [-1.2039728043259361, -2.9471324390542937],
  },
  "folded Normal": {
    d: dist.FoldedDistribution(dist.Normal(1, 2)),
    x: [0.5, 3],
    logProb: [-1.0673962938757742, -1.9106724357818652],
  },
};

describe.each(Object.entries(cases))("%s", (_, c) => {
  test("agrees with the oracle, compiled too", () => {
    const x = np.array(c.x as number[]);
    close(c.d.logProb(x), c.logProb);
    close(jit((v: Tensor) => c.d.logProb(v))(x), c.logProb);
    if (c.cdf) close(c.d.cdf(x), c.cdf);
    if (c.icdf) close(c.d.icdf([0.1, 0.9]), c.icdf, 10);
    if (c.mean !== undefined) close(c.d.mean, [c.mean]);
    if (c.variance !== undefined) close(c.d.variance, [c.variance]);
  });

  test("draws lie in the support and have the mean", () => {
    if (c.d.name.startsWith("IntervalCensored")) {
      expect(() => c.d.sample(random.key(0))).toThrow("cannot be sampled");
      return;
    }
    const draws = c.d.sample(random.key(4), [2000]);
    expect(draws.shape).toEqual([2000, ...c.d.batchShape]);
    expect(np.all(c.d.support.check(draws)).item()).toBe(1);
    if (c.mean !== undefined && c.variance !== undefined)
      expect(Math.abs(draws.mean().item() - c.mean)).toBeLessThan(4.5 * Math.sqrt(c.variance / 2000));
    // Kolmogorov and Smirnov for the continuous ones with a cdf.
    if (!c.cdf || c.d.batchShape.length > 0) return;
    const f = flat(c.d.cdf(np.sort(draws)));
    expect(Math.max(...f.map((p, i) => Math.abs(p - (i + 0.5) / 2000)))).toBeLessThan(1.95 / Math.sqrt(2000));
  });
});

test("derivatives of quantiles by their parameters are those of the implicit function", () => {
  const at = (a: number, b: number, q: number): number => dist.Beta(a, b).icdf(q).item();
  const g = grad((p: Tensor) => dist.Beta(p.at(0), p.at(1)).icdf(p.at(2)))(np.array([2, 3, 0.3])) as Tensor;
  const h = 1e-4;
  close(
    g,
    [
      (at(2 + h, 3, 0.3) - at(2 - h, 3, 0.3)) / (2 * h),
      (at(2, 3 + h, 0.3) - at(2, 3 - h, 0.3)) / (2 * h),
      (at(2, 3, 0.3 + h) - at(2, 3, 0.3 - h)) / (2 * h),
    ],
    6,
  );
  const mean = (rate: Tensor): Tensor =>
    dist.LeftTruncatedDistribution(dist.Gamma(2, rate), 0.5).sample(random.key(2), [50]).mean();
  const difference = (mean(np.array(1 + h)).item() - mean(np.array(1 - h)).item()) / (2 * h);
  close(grad(mean)(np.array(1)) as Tensor, [difference], 6);
});

test("a survivor far in the tail has a finite density and gradient", () => {
  const f = (scale: Tensor): Tensor =>
    dist.RightCensoredDistribution(dist.LogNormal(0, scale), true).logProb(1e40);
  expect(f(np.array(1)).item()).toBeCloseTo(-4246.96, 1);
  expect(Number.isFinite((grad(f)(np.array(1)) as Tensor).item())).toBe(true);
});

test("probabilities and logits by name", () => {
  const pairs: [Distribution, Distribution, number | number[]][] = [
    [dist.BernoulliProbs(0.3), dist.Bernoulli({ probs: 0.3 }), 1],
    [dist.BernoulliLogits({ logits: 0.3 }), dist.Bernoulli({ logits: 0.3 }), 1],
    [dist.BinomialProbs(0.3, 5), dist.Binomial(5, 0.3), 2],
    [dist.BinomialLogits({ logits: -1, totalCount: 5 }), dist.Binomial({ totalCount: 5, logits: -1 }), 2],
    [dist.CategoricalProbs([0.3, 0.7]), dist.Categorical({ probs: [0.3, 0.7] }), 1],
    [dist.CategoricalLogits(np.array([0.3, 0.7])), dist.Categorical({ logits: [0.3, 0.7] }), 1],
    [dist.GeometricProbs(0.3), dist.Geometric({ probs: 0.3 }), 2],
    [dist.GeometricLogits(0.3), dist.Geometric({ logits: 0.3 }), 2],
    [dist.MultinomialProbs([0.3, 0.7], 3), dist.Multinomial(3, [0.3, 0.7]), [1, 2]],
    [dist.MultinomialLogits([0.3, 0.7], 3), dist.Multinomial({ totalCount: 3, logits: [0.3, 0.7] }), [1, 2]],
    [dist.NegativeBinomialProbs(2, 0.3), dist.NegativeBinomial(2, 0.3), 4],
    [dist.NegativeBinomialLogits(2, 0.3), dist.NegativeBinomial({ totalCount: 2, logits: 0.3 }), 4],
    [dist.RelaxedBernoulliLogits(0.5, 0.3), dist.RelaxedBernoulli({ temperature: 0.5, logits: 0.3 }), 0.4],
  ];
  for (const [a, b, x] of pairs) expect(a.logProb(x).item()).toBe(b.logProb(x).item());
  expect(() => dist.BinomialProbs({ probs: 0.3, n: 4 } as never)).toThrow(
    "BinomialProbs: no parameter is called n",
  );
});

test("some parameters in order, the rest by name", () => {
  expect(dist.Binomial(5, { logits: -1 }).logProb(2).item()).toBe(
    dist.Binomial({ totalCount: 5, logits: -1 }).logProb(2).item(),
  );
  expect(dist.TruncatedNormal(1, 2, { low: 0 }).mean.item()).toBe(
    dist.TruncatedNormal({ loc: 1, scale: 2, low: 0 }).mean.item(),
  );
  expect(dist.Wishart(5, { scaleTril: np.eye(2) }).eventShape).toEqual([2, 2]);
  expect(dist.RelaxedBernoulliLogits(0.5, { logits: 0.3 }).batchShape).toEqual([]);
  expect(() => dist.Normal(0, { loc: 1 })).toThrow(
    "Normal: loc is given in order and by name; give it once.",
  );
  expect(() => dist.Normal(0, { sd: 1 } as never)).toThrow(
    "Normal: no parameter is called sd; it takes loc, scale.",
  );
});

test("the wrappers by name", () => {
  expect(dist.Unit([1, 2]).logProb([0, 0]).toArray()).toEqual([1, 2]);
  const base = dist.Normal(np.zeros([2]), 1);
  expect(dist.Independent(base, 1).eventShape).toEqual([2]);
  expect(dist.ExpandedDistribution(base, [3, 2]).batchShape).toEqual([3, 2]);
  expect(dist.MaskedDistribution(base, [true, false]).logProb([0, 0]).at(1).item()).toBe(0);
});

test("what cannot be wrapped says why", () => {
  expect(() => dist.TruncatedDistribution(dist.Poisson(1), 2)).toThrow(
    "not a distribution of single real numbers",
  );
  expect(() => dist.TruncatedDistribution(dist.Laplace(0, 1), 2, 1)).toThrow("low must lie below high");
  expect(() => dist.ZeroInflatedDistribution(dist.Poisson(1), {})).toThrow(
    "exactly one of gate and gateLogits",
  );
  expect(() => dist.MixtureGeneral(dist.Categorical({ probs: [0.3, 0.7] }), [dist.Normal(0, 1)])).toThrow(
    "2 mixing weights need a list of as many components, got 1",
  );
  expect(() =>
    dist.MixtureGeneral(dist.Categorical({ probs: [0.3, 0.7] }), [dist.Normal(0, 1), dist.Gamma(1, 1)]),
  ).toThrow("the supports differ: Normal has real, Gamma has positive");
  expect(() => dist.FoldedDistribution(dist.Gamma(1, 1))).toThrow("single real numbers");
  expect(() => dist.Normal(np.array([1])["0" as never], 1)).toThrow("Write x.at(0)");
  expect(() => dist.Normal([np.array(1)][1] as never, 1)).toThrow(
    "Normal: loc is undefined. Elements of tensors are x.at(i)",
  );
});
