// Factorisations and solves: they multiply back, broadcast over batches, differentiate, and compile.
import { expect, test } from "vitest";
import { grad } from "../../trace/grad.js";
import { jit } from "../../trace/lazy-jit.js";
import { vmap } from "../../trace/vmap.js";
import * as np from "../np.js";
import type { Tensor } from "../tensor.js";

const a = np.array([
  [0, 2, 1],
  [3, -1, 0.5],
  [1, 4, 2],
]);
const s = np.array([
  [4, 1, 0.5],
  [1, 3, -1],
  [0.5, -1, 2],
]);
const { linalg } = np;
const gap = (x: Tensor, y: Tensor | number): number => np.abs(np.subtract(x, y)).max().item();

test("factors multiply back", () => {
  const [q, r] = linalg.qr(a);
  expect(gap(q.matmul(r), a)).toBeLessThan(1e-14);
  expect(gap(q.T.matmul(q), np.eye(3))).toBeLessThan(1e-14);
  const [w, v] = linalg.eigh(s);
  expect(gap(v.mul(w).matmul(v.T), s)).toBeLessThan(1e-13);
  const [u, d, vt] = linalg.svd(a.slice([0, 2]));
  expect(gap(u.mul(d).matmul(vt), a.slice([0, 2]))).toBeLessThan(1e-14);
  expect(() => linalg.eigh(np.ones([2, 3]))).toThrow(
    "np.linalg.eigh: a square matrix is needed, got shape [2,3].",
  );
  expect(() => linalg.qr([1, 2])).toThrow("np.linalg.qr: a matrix is needed");
});

test("solves and determinants", () => {
  const b = np.array([1, 2, 3]);
  expect(gap(a.matmul(linalg.solve(a, b)), b)).toBeLessThan(1e-14);
  expect(gap(a.matmul(linalg.inv(a)), np.eye(3))).toBeLessThan(1e-14);
  expect(linalg.det(a).item()).toBeCloseTo(2, 13);
  const [sign, log] = linalg.slogdet(a.mul(-1));
  expect([sign.item(), log.item()]).toEqual([-1, expect.closeTo(Math.log(2), 12)]);
  const batch = np.stack([a, s]);
  expect(gap(batch.matmul(linalg.solve(batch, np.ones([3, 2]))), np.ones([2, 3, 2]))).toBeLessThan(1e-13);
  expect(linalg.slogdet(np.zeros([2, 2]))[1].item()).toBe(-Infinity);
  expect(() => linalg.solve(a, [1, 2])).toThrow("b needs 3 rows");
});

test("gradients agree with finite differences, compiled with eager", () => {
  const functions: ((m: Tensor) => Tensor)[] = [
    (m) =>
      linalg
        .solve(m, np.array([1, 2, 3]))
        .square()
        .sum(),
    (m) => linalg.slogdet(m)[1],
    (m) => linalg.cholesky(m.matmul(m.T).add(np.eye(3))).sum(),
    (m) => linalg.qr(m)[1].square().at(0).sum(),
    (m) => linalg.eigh(m.add(m.T))[0].at(2),
    (m) => linalg.svd(m)[1].at(0),
    (m) =>
      linalg
        .solveTriangular(m.add(np.eye(3).mul(3)), np.array([1, 2, 3]))
        .square()
        .sum(),
  ];
  for (const fn of functions) {
    const g = grad(fn)(a);
    const compiled = jit(grad(fn))(a);
    expect(gap(g, compiled), String(fn)).toBeLessThan(1e-12);
    for (const [i, j] of [
      [0, 0],
      [1, 2],
      [2, 1],
    ] as const) {
      // prettier-ignore
      const at = (d: number): number => {
        const m = a.data().slice() as Float64Array;
        m[3 * i + j]! += d;
        return fn(np.array(m).reshape([3, 3])).item();
      };
      expect(g.at(i, j).item(), String(fn)).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 5);
    }
  }
});

test("gradients of symmetric functions are symmetric, as in JAX", () => {
  // log det A = 2 sum log diag L: its gradient is the inverse.
  const logDet = (m: Tensor): Tensor =>
    np
      .log(np.diagonal(linalg.cholesky(m)))
      .sum()
      .mul(2);
  expect(gap(grad(logDet)(s), linalg.inv(s))).toBeLessThan(1e-14);
  expect(gap(grad((m: Tensor) => linalg.eigh(m)[0].sum())(s), np.eye(3))).toBeLessThan(1e-13);
  const lower = (m: Tensor): Tensor => linalg.cholesky(m, { symmetrize: false });
  expect(gap(lower(np.tril(s)), linalg.cholesky(s))).toBe(0);
});

test("what is made of the factorisations", () => {
  expect(gap(linalg.choSolve(linalg.cholesky(s), [1, 2, 3]), linalg.solve(s, [1, 2, 3]))).toBeLessThan(1e-14);
  expect(gap(linalg.matrixPower(a, 3), a.matmul(a).matmul(a))).toBeLessThan(1e-12);
  expect(gap(linalg.matrixPower(a, -2).matmul(a).matmul(a), np.eye(3))).toBeLessThan(1e-12);
  expect(gap(linalg.matrixPower(a, 0), np.eye(3))).toBe(0);
  const flat = np.stack([a.at(0), a.at(1), a.at(0).add(a.at(1))]);
  expect(linalg.matrixRank(flat).item()).toBe(2);
  expect(gap(flat.matmul(linalg.pinv(flat)).matmul(flat), flat)).toBeLessThan(1e-13);
  const tall = np.array([[1, 0], [1, 1], [1, 2]]); // prettier-ignore
  expect(gap(linalg.lstsq(tall, [1, 3, 5])[0], np.array([1, 2]))).toBeLessThan(1e-13);
  expect(gap(linalg.eigvalsh(s), linalg.eigh(s)[0])).toBe(0);
  expect(gap(linalg.svdvals(a).square().sum(), a.square().sum())).toBeLessThan(1e-12);
});

test("solutions differentiate twice, and map over right-hand sides and over matrices", () => {
  const b = np.array([1, 2, 3]);
  const fn = (t: Tensor): Tensor => linalg.solve(a.add(np.eye(3).mul(t)), b).at(0);
  const at = (t: number): number => fn(np.array(t)).item();
  const second = (at(1e-3) - 2 * at(0) + at(-1e-3)) / 1e-6;
  for (const twice of [grad(grad(fn)), jit(grad(grad(fn)))])
    expect(twice(np.array(0)).item() / second).toBeCloseTo(1, 4);
  const sides = np.stack([b, b.mul(2)]);
  const each = vmap((c: Tensor) => linalg.solve(a, c));
  expect(gap(each(sides).at(1), linalg.solve(a, b).mul(2))).toBeLessThan(1e-14);
  const square = grad((m: Tensor) => linalg.solve(m, b).square().sum());
  const both = np.stack([a, s]);
  expect(gap(jit(vmap(square))(both), np.stack([square(a), square(s)]))).toBeLessThan(1e-12);
});
