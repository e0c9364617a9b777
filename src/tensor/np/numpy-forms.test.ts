// The less common forms of NumPy's functions, eager and compiled; and what is not one of them.
import { describe, expect, test } from "vitest";
import { grad } from "../../trace/grad.js";
import { jit } from "../../trace/lazy-jit.js";
import { vmap } from "../../trace/vmap.js";
import * as np from "../np.js";
import * as random from "../random.js";
import type { Tensor } from "../tensor.js";

const a = np.array([[3, 1, 2], [4, 4, -1]]); // prettier-ignore
const c = np.reshape(np.arange(24), [2, 3, 4]).astype("f64");

const cases: [string, (x: Tensor) => Tensor, Tensor, unknown][] = [
  ["argmax keeps dims", (x) => np.argmax(x, 1, { keepdims: true }), a, [[0], [0]]],
  ["argmin of all keeps dims", (x) => np.argmin(x, null, { keepdims: true }), a, [[5]]],
  ["reshape by lengths", (x) => x.reshape(3, 2), a, [[3, 1], [2, 4], [4, -1]]], // prettier-ignore
  ["transpose by axes", (x) => x.transpose(1, 0), a, [[3, 4], [1, 4], [2, -1]]], // prettier-ignore
  ["roll of several axes", (x) => np.roll(x, [1, 1], [0, 1]), a, [[-1, 4, 4], [2, 3, 1]]], // prettier-ignore
  ["roll of two axes by one shift", (x) => np.roll(x, 1, [0, 1]), a, [[-1, 4, 4], [2, 3, 1]]], // prettier-ignore
  ["diag above", (x) => np.diag(x, 1), np.array([1, 2]), [[0, 1, 0], [0, 0, 2], [0, 0, 0]]], // prettier-ignore
  ["diag below of a matrix", (x) => np.diag(x, -1), a, [4]],
  ["round to decimals", (x) => np.round(x, 1), np.array([0.25, -1.234]), [0.2, -1.2]],
  ["round to tens", (x) => np.round(x, -1), np.array([14, 15, 25]), [10, 20, 20]],
  ["clip below only", (x) => np.clip(x, 2), a, [[3, 2, 2], [4, 4, 2]]], // prettier-ignore
  ["pad by one count", (x) => np.pad(x, 1), np.array([5]), [0, 5, 0]],
  ["logsumexp of nothing", (x) => np.logsumexp(x, 1), np.zeros([2, 0]), [-Infinity, -Infinity]],
  ["einsum, trailing", (x) => np.einsum("...j,j->...", x, [1, 0, 2]), a, [7, 2]],
  ["einsum, implicit", (x) => np.einsum("...j,j", x, [1, 0, 2]), a, [7, 2]],
  ["einsum, transposed", (x) => np.einsum("...ij->...ji", x).at(0, 1), c, [1, 5, 9]],
  ["einsum, summed away", (x) => np.einsum("i...->...", x), a, [7, 5, 1]],
  ["diagonal of the first two axes", (x) => np.diagonal(x), c, [[0, 16], [1, 17], [2, 18], [3, 19]]], // prettier-ignore
  ["diagonal of the last two axes", (x) => np.diagonal(x, 1, -2, -1), c, [[1, 6, 11], [13, 18, 23]]], // prettier-ignore
  ["trace of the first two axes", (x) => np.trace(x), c, [16, 18, 20, 22]],
  ["trace above the diagonal", (x) => np.trace(x, 1), a, 0],
  ["moveaxis of two axes", (x) => np.moveaxis(x, [0, 1], [-1, 0]).at(0, 3), c, [3, 15]],
  ["concatenate all", (x) => np.concatenate([x, [7]], null), a, [3, 1, 2, 4, 4, -1, 7]],
  ["median over two axes", (x) => np.median(x, [0, 2]), c, [7.5, 11.5, 15.5]],
  ["median keeps axes", (x) => np.median(x, [-1, 0], { keepdims: true }), c, [[[7.5], [11.5], [15.5]]]],
  ["searchsorted by a word", (x) => np.searchsorted([1, 2, 2, 3], x, "right"), np.array([2, 0]), [3, 0]],
  ["sort of booleans", (x) => np.sort(x), np.array([true, false, true]), [0, 1, 1]],
  ["argsort of booleans", (x) => np.argsort(x), np.array([true, false, true]), [1, 0, 2]],
  ["a known mask", (x) => x.at(np.array([false, true])), a, [[4, 4, -1]]], // prettier-ignore
  ["a known mask of two axes", (x) => x.at(np.array([[true, false, true], [false, false, true]])), a, [3, 2, -1]], // prettier-ignore
  ["a known mask beside an index", (x) => x.at(np.array([true, true]), 1), a, [1, 4]],
  ["norm of order 1", (x) => np.linalg.norm(x, 1, 1), a, [6, 9]],
  ["norm of greatest", (x) => np.linalg.norm(x, Infinity, 0), a, [4, 4, 2]],
  ["norm counts", (x) => np.linalg.norm(x, 0), np.array([0, 2, 3]), 2],
  ["matrix norm, columns", (x) => np.linalg.norm(x, 1), a, 7],
  ["matrix norm, rows", (x) => np.linalg.norm(x, Infinity), a, 9],
  ["norm along an axis", (x) => np.linalg.norm(x, null, 1, { keepdims: true }), np.array([[3, 4]]), [[5]]],
  ["fmod of integers", (x) => np.fmod(x, -2147483648), np.array([1, -7], { dtype: "i32" }), [1, -7]],
  [
    "floorDivide of integers",
    (x) => np.floorDivide(x, -2147483648),
    np.array([1, -7], { dtype: "i32" }),
    [-1, 0],
  ],
  [
    "atan2 of infinities",
    (x) => np.arctan2(x, [Infinity, -Infinity]),
    np.array([Infinity, -Infinity]),
    [Math.PI / 4, (-3 * Math.PI) / 4],
  ],
  ["hypot at infinity", (x) => np.hypot(x, Infinity), np.array([NaN, -Infinity]), [Infinity, Infinity]],
];

test.each(cases)("%s", (_, f, x, want) => {
  expect(f(x).toArray()).toEqual(want);
  expect(jit(f)(x).toArray()).toEqual(want);
  expect(
    vmap(f)(np.stack([x, x]))
      .at(1)
      .toArray(),
  ).toEqual(want);
});

test("an einsum with an ellipsis broadcasts axes of length one and differentiates", () => {
  const x = np.reshape(np.arange(6), [3, 1, 2]).astype("f64");
  const y = np.reshape(np.arange(8), [4, 2]).astype("f64");
  const f = (u: Tensor): Tensor => np.einsum("...k,...k->...", u, y);
  expect(f(x).shape).toEqual([3, 4]);
  expect(f(x).toArray()).toEqual(np.sum(x.mul(y), -1).toArray());
  const g = grad((u: Tensor) => f(u).sum())(x) as Tensor;
  expect(g.toArray()).toEqual([[[12, 16]], [[12, 16]], [[12, 16]]]);
  expect(() => np.einsum("..i->i", a)).toThrow('one "..." a term');
  expect(() => np.einsum("...ijk->i", a)).toThrow("names more axes");
});

test("grids and counts without lists and lengths", () => {
  const [x, y] = np.meshgrid([1, 2], [3, 4, 5]) as [Tensor, Tensor];
  expect(x.toArray()).toEqual([[1, 2], [1, 2], [1, 2]]); // prettier-ignore
  expect(y.toArray()).toEqual(np.meshgrid([[1, 2], [3, 4, 5]])[1]!.toArray()); // prettier-ignore
  expect(np.meshgrid([1, 2], [3, 4, 5], { indexing: "ij" })[0]!.shape).toEqual([2, 3]);
  expect(np.bincount([3, 1, 1]).toArray()).toEqual([0, 2, 0, 1]);
  expect(() => jit((v: Tensor) => np.bincount(v))(np.array([1, 2]))).toThrow("give the length");
});

test("a shape of draws may be one number, and must be whole numbers", () => {
  const k = random.key(3);
  for (const draw of [random.normal, random.uniform, random.exponential])
    expect(draw(k, 3).toArray()).toEqual(draw(k, [3]).toArray());
  expect(random.gamma(k, 2, 4).shape).toEqual([4]);
  expect(random.categorical(k, [0, 0], 5).shape).toEqual([5]);
  expect(random.dirichlet(k, [1, 1], 5).shape).toEqual([5, 2]);
  expect(() => random.normal(k, [2.5])).toThrow("random: the shape must be a whole number or a list of them");
  expect(() => random.normal([3] as unknown as Tensor)).toThrow("random: the first argument must be a key");
});

describe("what is refused", () => {
  test.each<[string, () => unknown, string]>([
    ["options in the place of an axis", () => np.sum(a, { axis: 0 } as never), "options such as { keepdims: true } follow the axis"],
    ["an unknown dtype", () => np.array([1], { dtype: "f16" as never }), 'there is no dtype "f16"; choose one of f64, f32'],
    ["grad of a number", () => grad(3 as never), "grad: the first argument must be a function, got number"],
    ["vmap of nothing", () => vmap(null as never), "vmap: the first argument must be a function, got null"],
    ["a carry that grows", () => np.scan((x: Tensor, y: Tensor) => [np.concatenate([x, x]), y], np.zeros([1]), [1, 2]), "must keep its types; leaf 0 is f64[1]"],
  ])("%s", (_, f, said) => expect(f).toThrow(said)); // prettier-ignore
});

test("least squares, norms and masks say what does not fit", () => {
  const [x, residuals, rank, s] = np.linalg.lstsq([[1, 0], [0, 1], [0, 0]], [1, 2, 3]); // prettier-ignore
  expect([x, residuals, rank, s].map((t) => t.toArray())).toEqual([[1, 2], [9], 2, [1, 1]]); // prettier-ignore
  expect(np.linalg.norm([[1, 2], [2, 4]], "nuc").item()).toBeCloseTo(5, 12); // prettier-ignore
  expect(() => np.linalg.norm(c, 1)).toThrow("over 3 axes of shape [2,3,4]; give one axis");
  expect(() => np.linalg.norm(a, 3)).toThrow('there are 1, -1, 2, -2, Infinity, -Infinity, "fro"');
  expect(() => a.at(np.array([true, false, true]))).toThrow("a mask of shape [3] does not fit axis 0");
  expect(() => jit((m: Tensor) => a.at(m.gt(0)))(np.array([1, -1]))).toThrow("use np.where");
  expect(() => np.moveaxis(c, [0, 0], [1, 2])).toThrow("without repeats");
});
