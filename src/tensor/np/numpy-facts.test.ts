// Small facts of NumPy, each in eager mode and compiled: one case is a function, its tensors and NumPy's answer.
import { describe, expect, test } from "vitest";
import * as np from "../np.js";
import { jit } from "../../trace/lazy-jit.js";
import { grad } from "../../trace/grad.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";

type Case = readonly [
  name: string,
  fn: (...xs: Tensor[]) => Tensor,
  xs: readonly TensorLike[],
  expected: unknown,
];

// prettier-ignore
const cases: readonly Case[] = [
  // elementwise
  ["exp2", (x) => np.exp2(x), [[0, 1, 10, -1, 0.5]], [1, 2, 1024, 0.5, Math.SQRT2]],
  ["fmod", (x, y) => np.fmod(x, y), [[-7, 7, -7, 5.5], [3, -3, -3, 2]], [-1, 1, -1, 1.5]],
  ["fmod of integers", (x) => np.fmod(x, 3), [np.array([-7, 7], { dtype: "i32" })], [-1, 1]],
  ["hypot", (x, y) => np.hypot(x, y), [[3, 0, 1e200, Infinity], [[4], [0]]], [[5, 4, 1e200, Infinity], [3, 0, 1e200, Infinity]]],
  ["deg2rad", (x) => np.deg2rad(x), [[180, 90]], [Math.PI, Math.PI / 2]],
  ["rad2deg", (x) => np.rad2deg(x), [[Math.PI]], [180]],
  ["nanToNum", (x) => np.nanToNum(x, { posinf: 9 }), [[NaN, Infinity, -Infinity, 2]], [0, 9, -Number.MAX_VALUE, 2]],
  // order statistics
  ["median, odd", (x) => np.median(x), [[3, 1, 2]], 2],
  ["median, even, along an axis", (x) => np.median(x, 0), [[[10, 7, 4], [3, 2, 1]]], [6.5, 4.5, 2.5]],
  ["median, keepdims", (x) => np.median(x, 1, { keepdims: true }), [[[10, 7, 4], [3, 2, 1]]], [[7], [2]]],
  ["median with a NaN", (x) => np.median(x, 0), [[[1, NaN], [3, 4]]], [2, NaN]],
  ["median of infinities", (x) => np.median(x), [[Infinity, Infinity, 1, Infinity]], Infinity],
  ["quantile", (x) => np.quantile(x, 0.25), [[4, 2, 3, 1]], 1.75],
  ["quantile, ends", (x) => np.quantile(x, [0, 1]), [[4, 2, Infinity, 1]], [1, Infinity]],
  ["quantile, two along an axis", (x, q) => np.quantile(x, q, 1), [[[1, 2, 3], [4, 6, 5]], [0.5, 0.75]], [[2, 5], [2.5, 5.5]]],
  ["quantile of one", (x) => np.quantile(x, 0.3), [[7]], 7],
  ["percentile", (x) => np.percentile(x, [10, 50]), [[10, 20, 30, 40, 50]], [14, 30]],
  ["cov", (x) => np.cov(x), [[[0, 1, 2], [2, 1, 0]]], [[1, -1], [-1, 1]]],
  ["cov of two vectors", (x, y) => np.cov(x, y, { ddof: 0 }), [[1, 3], [2, 6]], [[1, 2], [2, 4]]],
  ["cov of columns", (x) => np.cov(x, null, { rowvar: false }), [[[0, 2], [1, 1], [2, 0]]], [[1, -1], [-1, 1]]],
  ["cov of a vector", (x) => np.cov(x), [[1, 3]], 2],
  ["corrcoef", (x, y) => np.corrcoef(x, y), [[1, 2, 3], [2, 4, 7]], [[1, 0.9933992677987828], [0.9933992677987828, 1]]],
  ["bincount", (x) => np.bincount(x, 5), [np.array([1, 3, 1, 0], { dtype: "i32" })], [1, 2, 0, 1, 0]],
  ["bincount, weights", (x, w) => np.bincount(x, 3, w), [[0, 1, 1], [0.5, 1, 0.25]], [0.5, 1.25, 0]],
  // curves
  ["diff", (x) => np.diff(x), [[1, 2, 4, 7, 0]], [1, 2, 3, -7]],
  ["diff twice", (x) => np.diff(x, 2), [[1, 2, 4, 7, 0]], [1, 1, -10]],
  ["diff along axis 0", (x) => np.diff(x, 1, 0), [[[1, 3], [0, 5]]], [[-1, 2]]],
  ["diff past the end", (x) => np.diff(x, 3), [[1, 2]], []],
  ["diff of booleans", (x) => np.diff(x), [np.array([true, false, false])], [1, 0]],
  ["searchsorted", (a, v) => np.searchsorted(a, v), [[11, 12, 13, 14, 15], [13, -10, 20, 12]], [2, 0, 5, 1]],
  ["searchsorted, right", (a, v) => np.searchsorted(a, v, { side: "right" }), [[1, 2, 2, 3], [[2, 3], [0, 9]]], [[3, 4], [0, 4]]],
  ["searchsorted, NaN last", (a, v) => np.searchsorted(a, v), [[1, 2, NaN], [NaN, 5]], [2, 2]],
  ["interp", (x, xp, fp) => np.interp(x, xp, fp), [[0, 1, 1.5, 2.75, 3.14], [1, 2, 3], [3, 2, 0]], [3, 3, 2.5, 0.5, 0]],
  ["interp, left and right", (x, xp) => np.interp(x, xp, xp, { left: -1, right: 9 }), [[0, 1, 2, 3, NaN], [1, 2]], [-1, 1, 2, 9, NaN]],
  ["cummax", (x) => np.cummax(x), [[1, 3, 2]], [1, 3, 3]],
  ["cummin", (x) => np.cummin(x, 1), [[[3, 1, 2]]], [[3, 1, 1]]],
  // joins
  ["hstack", (x, y) => np.hstack([x, y]), [[1, 2], [3]], [1, 2, 3]],
  ["hstack of matrices", (x, y) => np.hstack([x, y]), [[[1], [2]], [[3], [4]]], [[1, 3], [2, 4]]],
  ["vstack", (x, y) => np.vstack([x, y]), [[1, 2], [[3, 4], [5, 6]]], [[1, 2], [3, 4], [5, 6]]],
  ["columnStack", (x, y) => np.columnStack([x, y]), [[1, 2], [[3, 5], [4, 6]]], [[1, 3, 5], [2, 4, 6]]],
  // products
  ["cross", (x, y) => np.cross(x, y), [[1, 2, 3], [4, 5, 6]], [-3, 6, -3]],
  ["cross, broadcast", (x, y) => np.cross(x, y), [[[1, 0, 0], [0, 1, 0]], [0, 0, 1]], [[0, -1, 0], [1, 0, 0]]],
  ["cross along axis 0", (x, y) => np.cross(x, y, 0), [[[1], [0], [0]], [[0], [1], [0]]], [[0], [0], [1]]],
  ["kron", (x, y) => np.kron(x, y), [[1, 10, 100], [5, 6]], [5, 6, 50, 60, 500, 600]],
  ["kron of matrices", (x, y) => np.kron(x, y), [[[1, 2]], [[1], [3]]], [[1, 2], [3, 6]]],
  // closeness
  ["isclose", (x, y) => np.isclose(x, y), [[1e10, 1e-7, Infinity, NaN], [1.00001e10, 1e-8, Infinity, NaN]], [1, 0, 1, 0]],
  ["allclose", (x, y) => np.allclose(x, y, { equalNan: true }), [[1, NaN], [1 + 1e-9, NaN]], 1],
  ["allclose, infinity", (x, y) => np.allclose(x, y), [[1], [Infinity]], 0],
  ["arrayEqual", (x, y) => np.arrayEqual(x, y), [[1, 2], [1, 2]], 1],
  ["arrayEqual, shapes", (x, y) => np.arrayEqual(x, y), [[1], [1, 1]], 0],
];

const numbers = (x: unknown): number[] => [x].flat(Infinity) as number[];

function expectSame(actual: unknown, expected: unknown): void {
  const [a, b] = [numbers(actual), numbers(expected)];
  expect(a.length).toBe(b.length);
  a.forEach((x, i) => {
    if (Number.isFinite(b[i])) expect(Math.abs(x - b[i]!)).toBeLessThanOrEqual(4e-16 * Math.abs(b[i]!));
    else expect(x).toBe(b[i]);
  });
}

test.each(cases)("%s", (_, fn, xs, expected) => {
  const tensors = xs.map((x) => np.array(x));
  const eager = fn(...tensors);
  expect(eager.shape).toEqual(np.array(expected as TensorLike).shape);
  expectSame(eager.toArray(), expected);
  const compiled = jit(fn)(...tensors);
  expect(compiled.type).toEqual(eager.type);
  expectSame(compiled.toArray(), expected);
});

describe("gradients", () => {
  // prettier-ignore
  const gradients: readonly Case[] = [
    ["exp2", (x) => np.exp2(x).sum(), [[0, 3]], [Math.LN2, 8 * Math.LN2]],
    ["fmod", (x) => np.fmod(x, 3).sum(), [[-7, 7]], [1, 1]],
    ["hypot", (x) => np.hypot(x, [4, 0]).sum(), [[3, 0]], [0.6, 0]],
    ["nanToNum", (x) => np.nanToNum(x.mul(2)).sum(), [[NaN, 3, Infinity]], [0, 2, 0]],
    ["median", (x) => np.median(x), [[4, 1, 3, 2]], [0, 0, 0.5, 0.5]],
    ["quantile", (x) => np.quantile(x, 0.25), [[4, 1, 3, 2]], [0, 0.25, 0, 0.75]],
    ["quantile to q", (q) => np.quantile([1, 2, 4], q), [0.75], 4],
    ["cov", (x) => np.cov(x), [[1, 3]], [-2, 2]],
    ["interp to x", (x) => np.interp(x, [1, 2, 3], [3, 2, 0]).sum(), [[0, 1.5, 2.5]], [0, -1, -2]],
    ["interp to fp", (f) => np.interp([1.25, 5], [1, 2, 3], f).sum(), [[3, 2, 0]], [0.75, 0.25, 1]],
    ["diff", (x) => np.diff(x).mul([1, 10]).sum(), [[1, 2, 4]], [-1, -9, 10]],
    ["cummin", (x) => np.cummin(x).sum(), [[3, 1, 2]], [1, 2, 0]],
    ["cross", (x) => np.cross(x, [4, 5, 6]).sum(), [[1, 2, 3]], [-1, 2, -1]],
    ["kron", (x) => np.kron(x, [5, 6]).sum(), [[1, 2]], [11, 11]],
    ["bincount to weights", (w) => np.bincount([0, 1, 1], 3, w).mul([1, 2, 3]).sum(), [[1, 1, 1]], [1, 2, 2]],
  ];
  test.each(gradients)("%s", (_, fn, [x], expected) => {
    const slope = grad((t: Tensor) => fn(t));
    expectSame(slope(np.array(x!)).toArray(), expected);
    expectSame(jit(slope)(np.array(x!)).toArray(), expected);
  });
});

test("logspace and dtypes", () => {
  expectSame(np.logspace(0, 3, 4).toArray(), [1, 10, 100, 1000]);
  expectSame(np.logspace(0, 3, 3, { base: 2, endpoint: false }).toArray(), [1, 2, 4]);
  const f = np.array([1, 2, 3], { dtype: "f32" });
  const i = np.array([1, 2, 3], { dtype: "i32" });
  for (const fn of [np.exp2, np.deg2rad, np.median, np.nanToNum, np.cummin, np.diff])
    expect(fn(f).dtype, fn.name).toBe("f32");
  expect(np.quantile(f, 0.5).dtype).toBe("f32");
  expect(np.interp(f, f, f).dtype).toBe("f32");
  expect([np.diff(i).dtype, np.median(i).dtype, np.kron(i, i).dtype]).toEqual(["i32", "f64", "i32"]);
  expect([np.bincount(i, 4).dtype, np.bincount(i, 4, f).dtype]).toEqual(["i32", "f32"]);
  expect(f.exp2().toArray()).toEqual([2, 4, 8]);
});

test("what cannot be done says why", () => {
  expect(() => np.quantile([1], 1.5)).toThrow("np.quantile: q must be in [0, 1], got 1.5.");
  expect(() => np.percentile([1], -1)).toThrow("np.percentile: q must be in [0, 100], got -1.");
  expect(() => np.median([])).toThrow("np.median: no elements to choose from in shape [0].");
  expect(() => np.bincount([3], 3)).toThrow("np.bincount: 3 is not one of 0 ... 2.");
  expect(() => np.bincount([0.5], 3)).toThrow("0.5 is not a whole number");
  expect(() => np.cross([1, 2], [3, 4])).toThrow("np.cross: axis -1 of shape [2] has length 2, not 3.");
  expect(() => np.interp(0, [1, 2], [1])).toThrow("np.interp: xp and fp must be vectors of one length");
  expect(() => np.searchsorted([[1]], 1)).toThrow("np.searchsorted: a sorted vector is needed");
  expect(() => np.cov([[1, 2]], [1, 2, 3])).toThrow("np.cov: x has 2 observations and y has 3");
  // Traced values outside are left out, since compiled code does not throw.
  expect(jit((x: Tensor) => np.bincount(x, 3))(np.array([0, -1, 7, 2, 2])).toArray()).toEqual([1, 0, 2]);
});
