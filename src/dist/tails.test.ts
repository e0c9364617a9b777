// Quantiles, cdfs and normalisers where their plain formulas have no digits left, against closed forms and 50-digit values.
import { expect, test } from "vitest";
import { grad, np, type Tensor } from "../tensor/index.js";
import { dist, type Distribution } from "./index.js";

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

test("what is censored far out in a tail keeps its digits", () => {
  const beyond = (d: Distribution, x: number): Tensor => dist.RightCensoredDistribution(d, 1).logProb(x);
  close(beyond(dist.HalfNormal(1), 40), -804.6084420137538 + Math.LN2, 1e-14);
  close(beyond(dist.HalfCauchy(2), 1e17), Math.log(4 / Math.PI) - 17 * Math.LN10, 1e-14);
  close(beyond(dist.Weibull(2, 3), 20), -1000, 1e-13);
});

test("the ends of an ordered logistic, batches of cutpoints, and their gradients", () => {
  const cuts = np.array([[-1, 0.5, 2], [0, 1, 50]]); // prettier-ignore
  const logs = dist.OrderedLogistic(0.3, cuts);
  const rows = np.stack([0, 1, 2, 3].map((k) => logs.logProb(k)));
  close(np.exp(rows).sum(0).at(0), 1, 1e-15);
  close(rows.at(3, 1), -49.7, 1e-14);
  close(dist.OrderedLogistic(2, [1]).logProb(0), -Math.log1p(Math.E), 1e-14);
  const slope = grad((eta: Tensor, c: Tensor) => dist.OrderedLogistic(eta, c).logProb([0, 1, 2, 3]).sum(), {
    argnums: [0, 1],
  });
  const [byEta, byCuts] = slope(np.array([0.3, 0.3, 0.3, 0.3]), np.array([-1, 0.5, 2]));
  const s = (x: number): number => 1 / (1 + Math.exp(-x));
  const d = (x: number): number => s(x) * (1 - s(x));
  close(byEta!.at(0), -s(1.3), 1e-14);
  close(byEta!.at(1), (d(-1.3) - d(0.2)) / (s(0.2) - s(-1.3)), 1e-13);
  close(byCuts!.at(0), s(1.3) - d(-1.3) / (s(0.2) - s(-1.3)), 1e-13);
});
