// Draws against distribution functions, compiled against eager bit for bit, and implicit gradients against differences of quantiles.
import { describe, expect, test } from "vitest";
import { grad } from "../../trace/grad.js";
import { jit } from "../../trace/lazy-jit.js";
import * as np from "../np.js";
import * as random from "../random.js";
import type { Tensor } from "../tensor.js";

const { betainc, gammainc } = np.special;
const n = 1500;

/** Largest distance between the empirical and the given distribution function, times sqrt(n): 1.95 is exceeded with probability 0.001. */
function distance(draws: Tensor, cdf: (x: Tensor) => Tensor): number {
  const u = cdf(np.sort(draws)).data();
  let most = 0;
  for (let i = 0; i < u.length; i++) most = Math.max(most, (i + 1) / u.length - u[i]!, u[i]! - i / u.length);
  return most * Math.sqrt(u.length);
}

describe("continuous draws follow their distribution functions and compile to the same bits", () => {
  const cases: [string, (k: Tensor) => Tensor, (x: Tensor) => Tensor][] = [
    ["gamma 0.1", (k) => random.gamma(k, 0.1, [n]), (x) => gammainc(0.1, x)],
    ["gamma 1", (k) => random.gamma(k, 1, [n]), (x) => gammainc(1, x)],
    ["gamma 40", (k) => random.gamma(k, 40, [n]), (x) => gammainc(40, x)],
    ["beta 0.5 2", (k) => random.beta(k, 0.5, 2, [n]), (x) => betainc(0.5, 2, x)],
    ["dirichlet", (k) => random.dirichlet(k, [1, 2, 0.5], [n]).slice(null, [1, 2]).ravel(), (x) => betainc(2, 1.5, x)], // prettier-ignore
    ["studentT 3", (k) => random.studentT(k, 3, [n]), (x) => np.where(x.lt(0), 0, 1).add(np.sign(x.neg()).mul(betainc(1.5, 0.5, np.divide(3, x.square().add(3)))).mul(0.5))], // prettier-ignore
    ["chisquare 5", (k) => random.chisquare(k, 5, [n]), (x) => gammainc(2.5, x.mul(0.5))],
    ["vonmises 2", (k) => random.vonMises(k, 2, [n]), vonMises(2)],
    ["vonmises 0.01", (k) => random.vonMises(k, 0.01, [n]), vonMises(0.01)],
  ];
  test.each(cases)("%s", (_name, draw, cdf) => {
    const k = random.key(11);
    const x = draw(k);
    expect(distance(x, cdf)).toBeLessThan(1.95);
    expect(jit(draw)(k).data()).toEqual(x.data());
  });
});

/** By the trapezium rule on the circle, interpolated. */
function vonMises(kappa: number): (x: Tensor) => Tensor {
  const steps = 4000;
  const at = (i: number): number => Math.exp(kappa * (Math.cos(-Math.PI + (2 * Math.PI * i) / steps) - 1));
  const sums = [0];
  for (let i = 0; i < steps; i++) sums.push(sums[i]! + (at(i) + at(i + 1)) / 2);
  return (x) =>
    np.array(
      Array.from(x.data(), (v) => {
        const p = ((v + Math.PI) / (2 * Math.PI)) * steps;
        const i = Math.min(steps - 1, Math.max(0, Math.floor(p)));
        return (sums[i]! + (p - i) * (sums[i + 1]! - sums[i]!)) / sums[steps]!;
      }),
    );
}

describe("counts have their probabilities and compile to the same bits", () => {
  const logFactorial = (k: number): number => np.special.lgamma(k + 1).item();
  const cases: [string, (k: Tensor) => Tensor, (k: number) => number][] = [
    ["poisson 3", (k) => random.poisson(k, 3, [n]), (j) => Math.exp(j * Math.log(3) - 3 - logFactorial(j))],
    ["poisson 30", (k) => random.poisson(k, 30, [n]), (j) => Math.exp(j * Math.log(30) - 30 - logFactorial(j))], // prettier-ignore
    ["binomial 12 0.3", (k) => random.binomial(k, 12, 0.3, [n]), (j) => binomial(12, 0.3, j)],
    ["binomial 80 0.6", (k) => random.binomial(k, 80, 0.6, [n]), (j) => binomial(80, 0.6, j)],
    ["multinomial", (k) => random.multinomial(k, 20, [0.2, 0.5, 0.3], [n]).slice(null, [1, 2]).ravel(), (j) => binomial(20, 0.5, j)], // prettier-ignore
    ["geometric", (k) => random.geometric(k, 0.3, [n]), (j) => 0.3 * 0.7 ** j],
  ];
  const binomial = (m: number, p: number, j: number): number =>
    j > m
      ? 0
      : Math.exp(logFactorial(m) - logFactorial(j) - logFactorial(m - j)) * p ** j * (1 - p) ** (m - j);
  test.each(cases)("%s", (_name, draw, probability) => {
    const k = random.key(5);
    const x = draw(k);
    const counts = new Map<number, number>();
    for (const v of x.data()) counts.set(v, (counts.get(v) ?? 0) + 1);
    // Chi-squared over the cells that expect at least eight draws.
    let [total, cells] = [0, 0];
    for (let j = 0; j < 120; j++) {
      const expected = n * probability(j);
      if (expected < 8) continue;
      total += ((counts.get(j) ?? 0) - expected) ** 2 / expected;
      cells++;
    }
    expect(total).toBeLessThan(cells + 4.5 * Math.sqrt(2 * cells));
    expect(jit(draw)(k).data()).toEqual(x.data());
  });
  test("multinomial counts add up", () => {
    expect(random.multinomial(random.key(1), 9, [0.2, 0, 0.8], [50]).sum(-1).data()).toEqual(new Float64Array(50).fill(9)); // prettier-ignore
  });
});

test("implicit gradients of gamma draws are the derivative of the quantile function", () => {
  for (const a of [0.05, 0.7, 3, 60]) {
    const shape = [10];
    const draws = random.gamma(random.key(3), a, shape);
    const g = jit((k: Tensor, c: Tensor) =>
      grad((x: Tensor) => random.gamma(k, x).sum())(np.broadcastTo(c, shape)),
    );
    const slopes = g(random.key(3), np.array(a)).data();
    Array.from(draws.data(), (x, i) => {
      if (x < 1e-12) return;
      const p = gammainc(a, x).item();
      // The quantile at a +- h by Newton's method from the draw.
      const quantile = (b: number): number => {
        let y = x;
        for (let k = 0; k < 12; k++) {
          const density = Math.exp((b - 1) * Math.log(y) - y - np.special.lgamma(b).item());
          const upper = x > a;
          const off = upper
            ? np.special.gammaincc(a, x).item() - np.special.gammaincc(b, y).item()
            : gammainc(b, y).item() - p;
          y = Math.max(y / 2, y - off / density);
        }
        return y;
      };
      const h = 1e-4 * a;
      const slope = (quantile(a + h) - quantile(a - h)) / (2 * h);
      expect(Math.abs(slopes[i]! / slope - 1), `a = ${a}, x = ${x}`).toBeLessThan(1e-5);
    });
  }
});

test("expectations differentiate through draws", () => {
  // d/da E[x] of Beta(a, b) is b / (a + b)^2; of a chi-squared 1; of log x of a gamma trigamma(a).
  const k = random.key(8);
  const of = (fn: (a: Tensor) => Tensor, at: number): number =>
    grad((a: Tensor) => fn(a).mean())(np.array(at)).item();
  expect(of((a) => random.beta(k, a, 3, [n]), 2)).toBeCloseTo(3 / 25, 1);
  expect(of((a) => random.chisquare(k, a, [n]), 4)).toBeCloseTo(1, 1);
  expect(of((a) => random.logGamma(k, a, [n]), 0.5) / np.special.trigamma(0.5).item()).toBeCloseTo(1, 1);
});
