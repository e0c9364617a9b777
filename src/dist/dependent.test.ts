// Families made of functions and other families: skewed angles, copulas, paths; NumPyro's numbers, draws, gradients, and what they refuse.
import { describe, expect, test } from "vitest";
import { grad, jit, np, random, type Tensor } from "../tensor/index.js";
import { dist, type Distribution } from "./index.js";

const close = (got: Tensor, want: readonly number[], digits = 10): void => {
  const numbers = Array.from(got.data());
  expect(numbers.length).toBe(want.length);
  numbers.forEach((x, i) => expect(x).toBeCloseTo(want[i]!, digits));
};

/** The mean of f over draws against its integral over a grid of angles under the log density. */
function agreesWithDensity(d: Distribution, f: (x: Tensor) => Tensor, grid: Tensor): void {
  const weights = np.exp(d.logProbWithin(grid));
  const want = np.sum(f(grid).mul(weights)).div(np.sum(weights)).item();
  expect(np.mean(f(d.sample(random.key(5), [4000]))).item()).toBeCloseTo(want, 1);
}

const turn = np.linspace(-Math.PI, Math.PI, 101).slice([0, 100]);
const torus = np.stack([np.repeat(turn, 100), np.tile(turn, [100])], -1);

describe("SineSkewed", () => {
  const base = dist.SineBivariateVonMises(0.3, -1, 2, 3, { correlation: 1.5 });
  test("has NumPyro's density, and draws that follow it", () => {
    const d = dist.SineSkewed(base, [0.3, -0.6]);
    close(d.logProb([[0.1, 0.9], [-3, 2], [3.1, -0.5]]), [-6.471601673422232, -11.142275519767916, -5.410680284044357]); // prettier-ignore
    const circle = dist.SineSkewed(dist.VonMises(1, 2).expand([1]).toEvent(1), [0.8]);
    close(circle.logProb([[0.1], [-3], [3.1]]), [-2.403920509722855, -3.4957587438802324, -3.14649854966014]);
    agreesWithDensity(d, (x) => np.sin(np.take(x, 0, -1).sub(0.3)), torus);
    agreesWithDensity(d, (x) => np.sin(np.take(x, 1, -1).add(1)), torus);
    expect(d.expand([2]).sample(random.key(0), [3]).shape).toEqual([3, 2, 2]);
    expect(d.mean.toArray()).toEqual([expect.closeTo(0.3, 12), -1]);
  });
  test("refuses weights of the wrong number or size, and other bases", () => {
    expect(() => dist.SineSkewed(base, [0.3])).toThrow(
      "needs one weight per angle of the base, whose event shape is [2]",
    );
    expect(() => dist.SineSkewed(base, [0.7, -0.6])).toThrow("[0.7, -0.6] must not sum to more than 1");
    expect(() => dist.SineSkewed(dist.VonMises(0, 1), [0.3])).toThrow("expand([1]).toEvent(1)");
  });
});

test("SineBivariateVonMises draws from its density: one mode, two, opposed", () => {
  for (const [a, b, c] of [
    [2, 3, 1.5],
    [0.2, 0.1, -2],
    [1, 1, 6],
  ] as const) {
    // prettier-ignore
    const d = dist.SineBivariateVonMises(0.5, -1, a, b, c);
    agreesWithDensity(
      d,
      (x) => np.sin(np.take(x, 0, -1).sub(0.5)).mul(np.sin(np.take(x, 1, -1).add(1))),
      torus,
    );
    agreesWithDensity(d, (x) => np.cos(np.take(x, 0, -1).sub(0.5)), torus);
    // The density is normalised: its mean over the torus is 1 / (2 pi)^2.
    expect(np.mean(np.exp(d.logProbWithin(torus))).item() * 4 * Math.PI ** 2).toBeCloseTo(1, 10);
  }
});

describe("GaussianCopula", () => {
  const correlationMatrix = [[1, 0.6], [0.6, 1]]; // prettier-ignore
  const d = dist.GaussianCopula(dist.Gamma([2, 0.5], 1.5), { correlationMatrix });
  test("has NumPyro's density and moments, compiled too", () => {
    const x = np.array([[0.2, 0.5], [3, 0.01], [1, 2.5]]); // prettier-ignore
    const want = [-4.003842851465497, -3.0380646913223526, -7.1518957173695625];
    close(d.logProb(x), want, 8);
    close(jit((y: Tensor) => d.logProb(y))(x), want, 8);
    close(d.mean, [4 / 3, 1 / 3]);
    close(d.variance, [8 / 9, 2 / 9]);
    const slope = grad((y: Tensor) => np.sum(d.logProbWithin(y)))(np.array([0.4, 0.3]));
    expect(slope.data().every(Number.isFinite)).toBe(true);
  });
  test("draws its marginals, dependent as told; far tails stay finite", () => {
    const draws = jit((key: Tensor) => d.sample(key, [600]))(random.key(2));
    const means = np.mean(draws, 0).data();
    expect(Math.abs(means[0]! - 4 / 3)).toBeLessThan(0.15);
    expect(Math.abs(means[1]! - 1 / 3)).toBeLessThan(0.08);
    const scores = np.special.ndtri(dist.Gamma([2, 0.5], 1.5).cdf(draws));
    const product = np.mean(np.take(scores, 0, -1).mul(np.take(scores, 1, -1))).item();
    expect(Math.abs(product - 0.6)).toBeLessThan(0.17);
    const normal = dist.GaussianCopula(dist.Normal(0, 1), { correlationMatrix });
    const gaussian = dist.MultivariateNormal({ loc: [0, 0], covarianceMatrix: correlationMatrix });
    for (const x of [
      [20, 19],
      [-30, -25],
      [0, 0],
    ])
      // prettier-ignore
      expect(normal.logProb(x).item()).toBeCloseTo(gaussian.logProb(x).item(), 8);
  });
  test("refuses what does not fit", () => {
    expect(() => dist.GaussianCopula(dist.Gamma([1, 2, 3], 1), { correlationMatrix })).toThrow(
      "must be the 2 of the correlations, or 1",
    );
    expect(() => dist.GaussianCopula(dist.Poisson(2), { correlationMatrix })).toThrow("single real numbers");
    expect(() => dist.GaussianCopula(dist.Normal(0, 1), {})).toThrow(
      "exactly one of correlationMatrix, correlationCholesky",
    );
    expect(() => dist.GaussianCopulaBeta({ concentration1: 1, concentration0: 2 })).toThrow(
      "GaussianCopulaBeta: give exactly one",
    );
  });
});

describe("EulerMaruyama", () => {
  const t = [0, 0.5, 0.7, 1.5];
  const d = dist.EulerMaruyama(
    t,
    (x, at) => [np.sin(at).sub(x.mul(0.5)), np.square(x).mul(0.1).add(0.3)],
    dist.Normal(0.5, 2),
  );
  test("has NumPyro's density, of numbers, batches and vectors", () => {
    const x = np.array([0.2, 0.5, -0.3, 1]);
    close(d.logProb(x), [-20.780628393962264]);
    close(
      jit((y: Tensor) => d.logProb(y))(np.stack([x, x.mul(2)])),
      [-20.780628393962264, -63.48719870833754],
    );
    const wave = dist.EulerMaruyama(
      t,
      (y) => [np.stack([y.at(1), y.at(0).neg()]), 0.2],
      dist.Normal(0, 1).expand([2]).toEvent(1),
    );
    expect(wave.eventShape).toEqual([4, 2]);
    close(wave.logProb([[0.2, 0.1], [0.5, -0.2], [-0.3, 0], [1, 0.4]]), [-66.28790214672455]); // prettier-ignore
    expect(wave.expand([3]).sample(random.key(1), [5]).shape).toEqual([5, 3, 4, 2]);
  });
  test("draws paths whose steps have its moments, with gradients to what the equation closes over", () => {
    const draws = d.sample(random.key(4), [4000]);
    expect(draws.shape).toEqual([4000, 4]);
    const [now, next] = [np.take(draws, 0, -1), np.take(draws, 1, -1)];
    const z = next.sub(now.sub(now.mul(0.25))).div(np.square(now).mul(0.1).add(0.3).mul(Math.SQRT1_2));
    close(np.mean(z), [0], 1);
    close(np.mean(np.square(z)), [1], 1);
    const end = (rate: Tensor): Tensor =>
      np.take(dist.EulerMaruyama(t, (x) => [rate.mul(x), 0.1], dist.Delta(1)).sample(random.key(0)), 3, 0);
    const difference = end(np.array(0.3001))
      .sub(end(np.array(0.2999)))
      .div(2e-4)
      .item();
    expect(grad(end)(np.array(0.3)).item()).toBeCloseTo(difference, 6);
  });
  test("refuses times that do not rise and arguments of other kinds", () => {
    expect(() => dist.EulerMaruyama([0, 0], () => [0, 1], dist.Normal(0, 1))).toThrow("must rise");
    expect(() => dist.EulerMaruyama([0], () => [0, 1], dist.Normal(0, 1))).toThrow(
      "two times or more, got 1",
    );
    expect(() => dist.EulerMaruyama(t, 3 as never, dist.Normal(0, 1))).toThrow(
      "(state, t) => [drift, diffusion]",
    );
    expect(() => dist.EulerMaruyama(t, () => [0, 1], 3 as never)).toThrow("initDist must be a distribution");
  });
});

test("GaussianStateSpace and CirculantNormal say what does not fit, and batch", () => {
  const transitionMatrix = [[0.9, 0.2], [-0.1, 0.7]]; // prettier-ignore
  const walk = dist.GaussianStateSpace(4, { transitionMatrix, scaleTril: np.eye(2), initialValue: [[1, 0], [0, 1], [2, 2]] }); // prettier-ignore
  expect(walk.batchShape).toEqual([3]);
  expect(walk.sample(random.key(0), [5]).shape).toEqual([5, 3, 4, 2]);
  expect(walk.logProb(np.zeros([4, 2])).shape).toEqual([3]);
  expect(walk.mean.shape).toEqual([3, 4, 2]);
  expect(() => dist.GaussianStateSpace(0, { transitionMatrix, scaleTril: np.eye(2) })).toThrow(
    "numSteps must be a whole number",
  );
  expect(() => dist.GaussianStateSpace(3, { transitionMatrix, scaleTril: np.eye(3) })).toThrow(
    "2 by 2, the covariance of side 3",
  );
  expect(() => dist.CirculantNormal([0, 0, 0], { covarianceRow: [1, 0.5] })).toThrow(
    "must have length 3, got 2",
  );
  expect(() => dist.CirculantNormal([0, 0, 0], { covarianceRow: [1, 2, 2] })).toThrow("least eigenvalue is");
  expect(() => dist.CirculantNormal([0, 0, 0, 0], { covarianceRow: [1, 0.2, 0, 0.1] })).toThrow(
    "must be symmetric",
  );
});
