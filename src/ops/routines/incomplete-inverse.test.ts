// Inverses of the incomplete gamma and beta functions: round trips in both tails from tiny to huge parameters, derivatives, ends.
import { expect, test } from "vitest";
import { jit, np, vjp, type Tensor } from "../../tensor/index.js";

const { betainc, betaincc, betaincinv, gammainc, gammaincc, gammaincinv, gammainccinv } = np.special;

const tails = [1e-300, 1e-100, 1e-20, 1e-5, 0.01, 0.1, 0.3, 0.4999, 0.5, 0.6, 0.9, 0.999, 1 - 1e-10];

/** Rounding of x moves a tail by its slope; of huge parameters by more than the functions' own errors. */
const allowed = (...parameters: number[]): number => 1e-12 * Math.max(1, Math.max(...parameters) / 1e4);

test("gamma", () => {
  const rows = [
    1e-310, 1e-100, 1e-8, 1e-3, 0.1, 0.5, 0.9, 1, 1.5, 3, 50, 300, 1e4, 99999, 100001, 1e6,
  ].flatMap((a) => tails.map((p) => [a, p]));
  const [a, p] = [0, 1].map((i) => np.array(rows.map((row) => row[i])));
  for (const [inverse, lower] of [
    [gammaincinv, true],
    [gammainccinv, false],
  ] as const) {
    const x = inverse(a, p);
    expect(jit((u: Tensor, v: Tensor) => inverse(u, v))(a, p).data()).toEqual(x.data());
    rows.forEach(([a, p], i) => {
      const at = x.data()[i];
      expect(at).toBeGreaterThanOrEqual(0);
      // Below the least number there is no digit to go back by.
      if (at < 1e-300) return;
      const small = p <= 0.5;
      const tail = (small === lower ? gammainc : gammaincc)(a, at).item();
      const error = Math.abs(tail / (small ? p : 1 - p) - 1);
      // A quantile is at best as good as its logarithm.
      expect(error, `a = ${a}, p = ${p}, lower ${lower}: ${at}`).toBeLessThan(allowed(a));
    });
  }
});

test("beta", () => {
  const sizes = [1e-8, 1e-3, 0.1, 0.5, 0.9, 1, 1.5, 3, 50, 300, 1e4];
  const rows = sizes.flatMap((a) => sizes.flatMap((b) => tails.map((p) => [a, b, p])));
  const [a, b, p] = [0, 1, 2].map((i) => np.array(rows.map((row) => row[i])));
  const x = betaincinv(a, b, p);
  expect(jit((u: Tensor, v: Tensor, w: Tensor) => betaincinv(u, v, w))(a, b, p).data()).toEqual(x.data());
  rows.forEach(([a, b, p], i) => {
    const at = x.data()[i];
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThanOrEqual(1);
    if (at < 1e-300) return;
    const small = p <= 0.5;
    const tail = (y: number): number => (small ? betainc : betaincc)(a, b, y).item();
    // Next to 1 the quantile lies between two numbers.
    const step = at > 0.5 ? 2 ** -52 : at * 2 ** -48;
    const [low, high] = [tail(Math.max(0, at - step)), tail(Math.min(1, at + step))].sort((u, v) => u - v);
    const want = small ? p : 1 - p;
    const error = Math.abs(tail(at) / want - 1);
    const between = want >= low * (1 - 1e-12) && want <= high * (1 + 1e-12);
    expect(between || error < allowed(a, b), `${a}, ${b}, ${p}: ${at}, ${tail(at)}`).toBe(true);
  });
});

test("derivatives are those of implicit functions", () => {
  const check = (f: (...x: Tensor[]) => Tensor, at: number[]): void => {
    const slopes = vjp(f, ...at.map((v) => np.array(v)))[1](np.array(1)) as unknown as Tensor[];
    at.forEach((v, i) => {
      const h = 1e-5 * v;
      const moved = (s: number): number => f(...at.map((u, j) => np.array(j === i ? u + s : u))).item();
      const slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
      expect(Math.abs(slopes[i]!.item() / slope - 1), `${at.join(", ")}: ${i}`).toBeLessThan(1e-7);
    });
  };
  for (const p of [1e-6, 0.2, 0.8]) {
    for (const a of [0.3, 2, 40]) {
      check(gammaincinv, [a, p]);
      check(gammainccinv, [a, p]);
      check(betaincinv, [a, 1.7, p]);
    }
  }
});

test("ends and outside", () => {
  expect(gammaincinv(2, [0, 1, -0.1, 1.1, NaN]).toArray()).toEqual([0, Infinity, NaN, NaN, NaN]);
  expect(gammainccinv(2, [0, 1]).toArray()).toEqual([Infinity, 0]);
  expect(gammaincinv([0, -1, NaN], 0.5).toArray()).toEqual([NaN, NaN, NaN]);
  expect(betaincinv(2, 3, [0, 1, -0.1, 1.1, NaN]).toArray()).toEqual([0, 1, NaN, NaN, NaN]);
});
