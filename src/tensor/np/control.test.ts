// Control flow: directly on values, inside gradients and inside vmap; and the draws that loop.
import { describe, expect, test } from "vitest";
import { grad } from "../../trace/grad.js";
import { vmap } from "../../trace/vmap.js";
import * as np from "../np.js";
import * as random from "../random.js";
import type { Tensor } from "../tensor.js";

/** The same function eagerly and inside a vmap over one element, where control flow is recorded. */
const both = (fn: (x: Tensor) => Tensor, x: Tensor): [unknown, unknown] => [
  fn(x).toArray(),
  vmap(fn)(np.expandDims(x, 0)).at(0).toArray(),
];

test("cond takes one branch", () => {
  const fn = (x: Tensor): Tensor =>
    np.cond(
      x.gt(0),
      (v) => v.mul(2),
      (v) => v.sub(1),
      x,
    );
  expect(both(fn, np.array(3))).toEqual([6, 6]);
  expect(both(fn, np.array(-3))).toEqual([-4, -4]);
  const closes = (x: Tensor): Tensor =>
    np.cond(
      x.gt(0),
      () => x.log(),
      () => np.array(0),
    );
  expect(both(closes, np.array(0))).toEqual([0, 0]);
  expect(grad(closes)(np.array(0)).item()).toBe(0);
  expect(grad(fn)(np.array(3)).item()).toBe(2);
  const mixed = (x: Tensor): Tensor =>
    np.cond(
      x.gt(0),
      () => 1,
      () => x,
    );
  expect(both(mixed, np.array(2))).toEqual([1, 1]);
  expect(() =>
    np.cond(
      [true, false],
      () => 1,
      () => 2,
    ),
  ).toThrow("np.cond: the test must be one boolean, got shape [2]");
  expect(() =>
    vmap((x: Tensor) =>
      np.cond(
        x.gt(0),
        () => ({ a: x }) as { a: Tensor } | Tensor,
        () => x,
      ),
    )(np.ones([2])),
  ).toThrow("np.cond: the branches return different structures: { a: * } against *.");
});

test("whileLoop runs zero or more times, with captures and literal starts", () => {
  const fn = (x: Tensor): Tensor =>
    np.whileLoop(
      ([, total]) => total.lt(x),
      ([i, total]): [Tensor, Tensor] => [i.add(1), total.add(i)],
      [np.array(1), np.array(0)] as [Tensor, Tensor],
    )[1];
  expect(both(fn, np.array(10))).toEqual([10, 10]);
  expect(both(fn, np.array(-1))).toEqual([0, 0]);
  const literal = (x: Tensor): Tensor =>
    np.whileLoop(
      (c) => c.n.lt(3),
      (c) => ({ n: c.n.add(1), x: c.x.mul(2) }),
      { n: 0, x },
    ).x;
  expect(both(literal, np.array([1, 2]))).toEqual([[8, 16], [8, 16]]); // prettier-ignore
  expect(() =>
    vmap((x: Tensor) =>
      np.whileLoop(
        (c) => c.lt(9),
        (c) => np.stack([c, c]),
        x,
      ),
    )(np.ones([2])),
  ).toThrow(
    "np.whileLoop: the carry must keep its types; leaf 0 is f64[] at the start and f64[2] after one step",
  );
});

describe("scan", () => {
  const walk = (x: Tensor): Tensor => {
    const [last, ys] = np.scan(
      (c: Tensor, v: Tensor): [Tensor, { y: Tensor }] => [c.mul(0.5).add(v), { y: c.mul(x.at(0)) }],
      np.array(1),
      x,
    );
    return ys.y.sum().add(last);
  };
  test("eager equals recorded, forwards and backwards", () => {
    const [a, b] = both(walk, np.array([1, 2, 3]));
    expect(a).toBe(b);
    const reversed = (x: Tensor): Tensor =>
      np.scan((c: Tensor, v: Tensor): [Tensor, Tensor] => [c.add(v), c], np.array(0), x, {
        reverse: true,
      })[1];
    expect(both(reversed, np.array([1, 2, 3]))).toEqual([[5, 3, 0], [5, 3, 0]]); // prettier-ignore
  });
  test("gradient against finite differences", () => {
    const x = [0.5, -1, 2];
    const g = grad(walk)(np.array(x)).toArray() as number[];
    x.forEach((_, i) => {
      const at = (d: number): number => walk(np.array(x.map((v, k) => (k === i ? v + d : v)))).item();
      expect(g[i]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 6);
    });
  });
  test("errors", () => {
    expect(() => np.scan((c: Tensor) => [c, null], np.array(0), null)).toThrow(
      "say how many steps with { length }",
    );
    expect(() => np.scan((c: Tensor) => c as unknown as [Tensor, null], np.array(0), [1, 2])).toThrow(
      "must return [carry, y]",
    );
  });
});

test("fori counts, and is differentiable for known bounds", () => {
  const fn = (x: Tensor): Tensor => np.fori(0, 4, (i, c: Tensor) => c.mul(x).add(i), np.array(1));
  expect(both(fn, np.array(2))).toEqual([27, 27]);
  expect(grad(fn)(np.array(2)).item()).toBe(4 * 8 + 4 + 2);
});

test("draws that loop have the moments of their distributions, and the same bits when recorded", () => {
  const n = 3000;
  const k = random.key(7);
  const cases: [string, (key: Tensor) => Tensor, number, number][] = [
    ["gamma 3", (key) => random.gamma(key, 3, [n]), 3, 3],
    ["gamma 0.5", (key) => random.gamma(key, 0.5, [n]), 0.5, 0.5],
    ["beta 2 3", (key) => random.beta(key, 2, 3, [n]), 0.4, 0.04],
    ["poisson 4", (key) => random.poisson(key, 4, [n]), 4, 4],
    ["poisson 40", (key) => random.poisson(key, 40, [n]), 40, 40],
    ["binomial 10 0.3", (key) => random.binomial(key, 10, 0.3, [n]), 3, 2.1],
    ["binomial 100 0.7", (key) => random.binomial(key, 100, 0.7, [n]), 70, 21],
    ["studentT 8", (key) => random.studentT(key, 8, [n]), 0, 8 / 6],
    ["exponential", (key) => random.exponential(key, [n]), 1, 1],
    ["laplace", (key) => random.laplace(key, [n]), 0, 2],
    ["gumbel", (key) => random.gumbel(key, [n]), 0.5772, Math.PI ** 2 / 6],
    ["truncatedNormal", (key) => random.truncatedNormal(key, 0, Infinity, [n]), 0.7979, 1 - 2 / Math.PI],
  ];
  for (const [name, draw, mean, variance] of cases) {
    const x = draw(k);
    // Five standard errors; the variance of a variance is bounded by that of the heaviest tail here (about 9 / n).
    expect(Math.abs(x.mean().item() - mean), `${name}: mean`).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(np.var(x).item() / variance - 1), `${name}: variance`).toBeLessThan(0.25);
  }
  const few = (key: Tensor): Tensor =>
    np.concatenate([
      random.gamma(key, [0.4, 3]),
      random.poisson(key, [3, 30]),
      random.binomial(key, [9, 90], 0.4),
    ]);
  const keys = random.split(k, 2);
  expect(vmap(few)(keys).at(1).toArray()).toEqual(few(keys.at(1)).toArray());
});

test("discrete draws", () => {
  const k = random.key(1);
  const c = random.categorical(k, np.log([0.2, 0.8]), [2000]);
  expect(c.dtype).toBe("i32");
  expect(c.mean().item()).toBeCloseTo(0.8, 1);
  expect((random.permutation(k, 5).toArray() as number[]).sort()).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(random.choice(k, 10, [10], { replace: false }).toArray() as number[]).size).toBe(10);
  const r = random.randint(k, [500], -2, 3);
  expect([r.min().item(), r.max().item()]).toEqual([-2, 2]);
  expect(random.dirichlet(k, [1, 2, 3], [4]).sum(-1).toArray()).toEqual(
    [1, 1, 1, 1].map((v) => expect.closeTo(v, 12)),
  );
  expect(random.bernoulli(k, 0.25, [4000]).mean().item()).toBeCloseTo(0.25, 1);
});
