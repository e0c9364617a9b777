// np functions against small facts of NumPy.
import { describe, expect, test } from "vitest";
import * as np from "../np.js";
import * as random from "../random.js";
import type { Tensor } from "../tensor.js";

const a = np.array([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
const values = (t: Tensor): unknown => t.toArray();

describe("arrays", () => {
  test("shapes, dtypes and nested arrays", () => {
    expect(a.shape).toEqual([2, 3]);
    expect(a.dtype).toBe("f64");
    expect(np.array([true, false]).dtype).toBe("bool");
    expect(np.array([1, 2], { dtype: "i32" }).data()).toBeInstanceOf(Int32Array);
    const shared = new Float64Array([1, 2]);
    expect(np.array(shared).data()).toBe(shared);
    expect(np.array([np.array([1, 2]), [3, 4]]).toArray()).toEqual([[1, 2], [3, 4]]); // prettier-ignore
    expect(() => np.array([[1], [1, 2]])).toThrow(
      "np.array: rows must have one shape; row 0 has [1], row 1 has [2].",
    );
    expect(() => np.array([1.5], { dtype: "i32" })).toThrow("1.5 is not a whole number");
  });

  test("print readably", () => {
    expect(String(a)).toBe("f64[2,3] [[1, 2, 3],\n [4, 5, 6]]");
    expect(np.array(0.1).toString()).toBe("f64[] 0.1");
    expect(np.arange(2000).toString()).toContain("2, ..., 1997");
  });

  test("numbers only from single elements", () => {
    expect(np.array(3).item()).toBe(3);
    expect(() => a.item()).toThrow("a tensor with one number is needed");
    expect(Number(np.array(3))).toBe(3);
    expect(() => Number(a)).toThrow("only a tensor with one number can be");
  });
});

describe("promotion (J09)", () => {
  const i = np.array([1, 2], { dtype: "i32" });
  const f = np.array([1, 2], { dtype: "f32" });
  const b = np.array([true, false]);
  test.each([
    ["i32 + 3", () => i.add(3), "i32"],
    ["i32 + 0.5", () => i.add(0.5), "f64"],
    ["i32 + NaN", () => i.add(NaN), "f64"],
    ["i32 + 3e9", () => i.add(3e9), "f64"],
    ["f32 + 3", () => f.add(3), "f32"],
    ["f32 + 0.1", () => f.add(0.1), "f32"],
    ["i32 + f32", () => i.add(f), "f32"],
    ["i32 + f32 scalar 0", () => i.add(np.array(0, { dtype: "f32" })), "f32"],
    ["i32 * f32 scalar 1", () => i.mul(np.array(1, { dtype: "f32" })), "f32"],
    ["bool + bool", () => b.add(b), "i32"],
    ["bool + 1", () => b.add(1), "i32"],
    ["bool * 0.5", () => b.mul(0.5), "f64"],
    ["i32 / 2", () => i.div(2), "f64"],
    ["exp(i32)", () => i.exp(), "f64"],
    ["i32 ** 2", () => i.pow(2), "i32"],
    ["sum(bool)", () => b.sum(), "i32"],
    ["mean(i32)", () => i.mean(), "f64"],
    ["where(b, 1, i32)", () => np.where(b, 1, i), "i32"],
    ["-i32", () => i.neg(), "i32"],
    ["i32 < 1", () => i.lt(1), "bool"],
  ] as const)("%s is %s", (_, make, dtype) => {
    expect(make().dtype).toBe(dtype);
  });
});

test("broadcasting and its error", () => {
  expect(values(a.add([10, 20, 30]))).toEqual([[11, 22, 33], [14, 25, 36]]); // prettier-ignore
  expect(values(a.add([[10], [20]]))).toEqual([[11, 12, 13], [24, 25, 26]]); // prettier-ignore
  expect(() => a.add([1, 2])).toThrow(
    "np.add: shapes [2,3] and [2] do not broadcast: on axis -1 they have 3 and 2.",
  );
});

test("reductions", () => {
  expect(a.sum().item()).toBe(21);
  expect(values(a.sum(0))).toEqual([5, 7, 9]);
  expect(values(a.sum(-1))).toEqual([6, 15]);
  expect(values(np.sum(a, 1, { keepdims: true }))).toEqual([[6], [15]]);
  expect(values(a.max(0))).toEqual([4, 5, 6]);
  expect(a.prod().item()).toBe(720);
  expect(np.std(a).item()).toBeCloseTo(1.707825127659933, 14);
  expect(np.var(a, 1, { ddof: 1 }).toArray()).toEqual([1, 1]);
  expect(np.logsumexp([1000, 1000]).item()).toBeCloseTo(1000 + Math.LN2, 12);
  expect(np.logsumexp([-Infinity, -Infinity]).item()).toBe(-Infinity);
  expect(values(np.cumsum(a, 1))).toEqual([[1, 3, 6], [4, 9, 15]]); // prettier-ignore
  expect(values(np.cumsum(a))).toEqual([1, 3, 6, 10, 15, 21]);
  expect(np.softmax([1, 1, 1, 1]).toArray()).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(() => np.max(np.zeros([0]))).toThrow("np.max: no elements to choose from");
  expect(() => a.sum(2)).toThrow("np.sum: axis 2 is out of range for 2 dimensions.");
});

test("shapes", () => {
  expect(values(a.reshape([3, -1]))).toEqual([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  expect(values(a.T)).toEqual([[1, 4], [2, 5], [3, 6]]); // prettier-ignore
  expect(np.stack([[1, 2], [3, 4]], 1).toArray()).toEqual([[1, 3], [2, 4]]); // prettier-ignore
  expect(np.concatenate([a, a], -1).shape).toEqual([2, 6]);
  expect(values(np.flip([1, 2, 3]))).toEqual([3, 2, 1]);
  expect(values(np.roll([1, 2, 3, 4], 1))).toEqual([4, 1, 2, 3]);
  expect(values(np.tile([1, 2], 2))).toEqual([1, 2, 1, 2]);
  expect(values(np.repeat([1, 2], 2))).toEqual([1, 1, 2, 2]);
  expect(values(np.tril(np.ones([2, 2])))).toEqual([[1, 0], [1, 1]]); // prettier-ignore
  expect(values(np.diag([1, 2]))).toEqual([[1, 0], [0, 2]]); // prettier-ignore
  expect(values(np.diag([[1, 2], [3, 4]]))).toEqual([1, 4]); // prettier-ignore
  expect(values(np.diagonal([[1, 2, 3], [4, 5, 6]], 1))).toEqual([2, 6]); // prettier-ignore
  expect(values(np.eye(2))).toEqual([[1, 0], [0, 1]]); // prettier-ignore
  expect(values(np.oneHot([0, 2], 3))).toEqual([[1, 0, 0], [0, 0, 1]]); // prettier-ignore
  expect(np.arange(3).dtype).toBe("i32");
  expect(values(np.arange(0, 1, 0.25))).toEqual([0, 0.25, 0.5, 0.75]);
  expect(values(np.linspace(0, 1, 5))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(values(np.pad([1, 2], [1, 2]))).toEqual([0, 1, 2, 0, 0]);
  expect(np.expandDims(a, [0, -1]).shape).toEqual([1, 2, 3, 1]);
  expect(np.squeeze(np.ones([1, 2, 1])).shape).toEqual([2]);
  expect(() => a.reshape([4, 2])).toThrow(
    "np.reshape: a tensor of shape [2,3] (6 elements) cannot have shape [4,2].",
  );
});

test("indices", () => {
  expect(values(a.at(-1))).toEqual([4, 5, 6]);
  expect(a.at(1, 2).item()).toBe(6);
  expect(values(a.at(np.array([0, 1], { dtype: "i32" }), [2, 0]))).toEqual([3, 4]);
  expect(values(a.at([1, 0]))).toEqual([[4, 5, 6], [1, 2, 3]]); // prettier-ignore
  expect(values(a.slice(null, [1]))).toEqual([[2, 3], [5, 6]]); // prettier-ignore
  expect(values(a.slice([-1], [0, null, 2]))).toEqual([[4, 6]]);
  expect(values(np.take(a, [2, 0], 1))).toEqual([[3, 1], [6, 4]]); // prettier-ignore
  expect(values(np.takeAlongAxis(a, [[2], [0]], 1))).toEqual([[3], [4]]);
  expect(values(np.scatterAdd(np.zeros([3]), [0, 2, 0], [1, 2, 3]))).toEqual([4, 0, 2]);
  expect(() => a.at(2)).toThrow("at: index 2 is out of range for an axis of length 2.");
  expect(() => a.at([0.5])).toThrow("index 0.5 is not a whole number");
  expect([...a].map(values)).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
});

test("products", () => {
  const v = np.array([1, 2, 3]);
  expect(values(a.matmul(v))).toEqual([14, 32]);
  expect(v.dot(v).item()).toBe(14);
  expect(values(a.matmul(a.T))).toEqual([[14, 32], [32, 77]]); // prettier-ignore
  expect(values(np.outer([1, 2], [3, 4]))).toEqual([[3, 4], [6, 8]]); // prettier-ignore
  expect(values(np.einsum("ij,kj->ik", a, a))).toEqual([[14, 32], [32, 77]]); // prettier-ignore
  expect(values(np.einsum("ii", np.array([[1, 2], [3, 4]])))).toEqual(5); // prettier-ignore
  expect(np.einsum("bij,bjk->bik", np.ones([4, 2, 3]), np.ones([4, 3, 5])).shape).toEqual([4, 2, 5]);
  expect(values(np.einsum("i,j->ji", [1, 2], [3, 4]))).toEqual([[3, 6], [4, 8]]); // prettier-ignore
  expect(np.matmul(np.ones([4, 1, 2, 3]), np.ones([5, 3, 2])).shape).toEqual([4, 5, 2, 2]);
  expect(() => a.matmul(a)).toThrow("np.matmul: shapes [2,3] and [2,3]");
});

test("integer quotients and remainders have the divisor's sign", () => {
  const i = np.array([-7, 7], { dtype: "i32" });
  expect(values(i.mod(3))).toEqual([2, 1]);
  expect(values(i.floorDivide(3))).toEqual([-3, 2]);
  expect(values(np.mod([-7, 7], 3))).toEqual([2, 1]);
  expect(values(np.round([0.5, 1.5, -0.5]))).toEqual([0, 2, -0]);
});

test("linear algebra", () => {
  const m = np.array([[4, 2], [2, 3]]); // prettier-ignore
  const l = np.linalg.cholesky(m);
  expect(np.abs(l.matmul(l.T).sub(m)).max().item()).toBeLessThan(1e-15);
  const x = np.linalg.solveTriangular(l, [1, 2]);
  expect(
    np
      .abs(l.matmul(x).sub([1, 2]))
      .max()
      .item(),
  ).toBeLessThan(1e-15);
});

test("draws are pure functions of a key", () => {
  const k = random.key(0);
  const [k1, k2] = random.split(k);
  expect(random.normal(k1!, [4]).toArray()).toEqual(random.normal(k1!, [4]).toArray());
  expect(random.normal(k1!, [4]).toArray()).not.toEqual(random.normal(k2!, [4]).toArray());
  const z = random.normal(k, [4000]);
  expect(z.mean().item()).toBeLessThan(0.06);
  expect(np.std(z).item()).toBeCloseTo(1, 1);
  const u = random.uniform(k, [4000], -1, 3);
  expect(u.min().item()).toBeGreaterThanOrEqual(-1);
  expect(u.max().item()).toBeLessThan(3);
  expect(u.mean().item()).toBeCloseTo(1, 0);
  expect(() => random.normal(np.array(1), [2])).toThrow("random: the first argument must be a key");
});
