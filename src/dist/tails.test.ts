// Quantiles, cdfs and normalisers where their plain formulas have no digits left, against closed forms and 50-digit values.
import { expect, test } from "vitest";
import { np, type Tensor } from "../tensor/index.js";
import { dist } from "./index.js";

const close = (got: Tensor, want: number, relative: number): void =>
  expect(Math.abs(got.item() / want - 1)).toBeLessThan(relative);

test("quantiles next to 1 are found by the upper tail", () => {
  const q = 1 - 2 ** -45;
  close(dist.Gamma(1, 1).icdf(q), 45 * Math.LN2, 1e-14);
  close(dist.Chi2(2).icdf(q), 90 * Math.LN2, 1e-14);
  close(dist.InverseGamma(1, 1).icdf(q), 2 ** 45 - 0.5, 1e-14);
  close(dist.Beta(1, 3).icdf(q), 1 - 2 ** -15, 1e-14);
  close(dist.Cauchy(0, 1).icdf(q), 2 ** 45 / Math.PI, 1e-14);
  expect(dist.Cauchy(2, 1e10).icdf(0.5).item()).toBe(2);
});

test("Student's t keeps its digits near the centre, far out and with many degrees of freedom", () => {
  close(dist.StudentT(1, 0, 1).cdf(1e-8).sub(0.5), 1e-8 / Math.PI, 1e-7);
  close(dist.StudentT(1e6, 0, 1).icdf(1e-20), -9.262541065291657, 1e-9);
  close(dist.StudentT(1e6, 0, 1).logProb(0), -0.9189387832046727, 1e-14);
  close(dist.StudentT(1e6, 0, 1).cdf(dist.StudentT(1e6, 0, 1).icdf(1e-200)), 1e-200, 1e-6);
});

test("moments of a Gaussian cut off far from its centre", () => {
  const low = dist.TruncatedNormal({ loc: 0, scale: 1, low: -40, high: -39 });
  const high = dist.TruncatedNormal({ loc: 0, scale: 1, low: 39, high: 40 });
  close(low.mean, -39.025607419932626, 1e-12);
  expect(low.mean.item()).toBe(-high.mean.item());
  close(low.variance, 0.00065488277, 1e-6);
});

test("log beta and log binomial coefficients of large numbers do not cancel", () => {
  close(np.special.betaln(0.5, 1e10), 0.5 * Math.log(Math.PI / 1e10) + 1 / 8e10, 1e-15);
  const b = 1e12;
  close(np.special.betaln(1, b), -Math.log(b), 1e-15);
  close(np.special.betaln(b, 2), -Math.log(b) - Math.log1p(b), 1e-15);
  close(np.special.logComb(1e15, 2), Math.log(1e15) + Math.log(1e15 - 1) - Math.LN2, 1e-15);
  expect(np.special.logComb([5, 7], [0, 7]).toArray()).toEqual([0, 0]);
  close(np.special.relEntr(1 + 2 ** -40, 1), 2 ** -40, 1e-11);
});
