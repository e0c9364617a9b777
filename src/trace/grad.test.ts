// Derivatives with jit off against formulas and finite differences, to any depth.
import { describe, expect, test } from "vitest";
import * as np from "../tensor/np.js";
import type { Tensor } from "../tensor/tensor.js";
import { jit } from "./lazy-jit.js";
import { hessian, jacobian, jvp, vjp } from "./derivatives.js";
import { grad, valueAndGrad } from "./grad.js";
import { vmap } from "./vmap.js";

const f = (x: Tensor): Tensor => x.mul(x).mul(x).sum();

describe("grad", () => {
  test("of a cubic, to third order (J62)", () => {
    const cube = (x: Tensor): Tensor => x.mul(x).mul(x);
    const x = np.array(2);
    expect(grad(cube)(x).item()).toBe(12);
    expect(grad(grad(cube))(x).item()).toBe(12);
    expect(grad(grad(grad(cube)))(x).item()).toBe(6);
    expect(grad(cube)(x).item()).toBe(12);
  });

  test("over trees and several arguments", () => {
    const model = (p: { w: Tensor; b: Tensor }, x: Tensor): Tensor => p.w.mul(x).add(p.b).square().sum();
    const p = { w: np.array([1, 2]), b: np.array(0.5) };
    const x = np.array([3, 4]);
    const [value, g] = valueAndGrad(model)(p, x);
    expect(value.item()).toBe(3.5 ** 2 + 8.5 ** 2);
    expect(g.w.toArray()).toEqual([21, 68]);
    expect(g.b.item()).toBe(24);
    const both = grad(model, { argnums: [0, 1] })(p, x);
    expect((both[1] as Tensor).toArray()).toEqual([7, 34]);
  });

  test("reads values while it records, with jit off", () => {
    const g = grad((x: Tensor) => (x.item() > 0 ? x.mul(3) : x.mul(5)));
    expect(g(np.array(1)).item()).toBe(3);
    expect(g(np.array(-1)).item()).toBe(5);
  });

  test("aux passes through", () => {
    const [[value, aux], g] = valueAndGrad((x: Tensor) => [x.mul(x), { twice: x.mul(2) }] as const, {
      hasAux: true,
    })(np.array(3));
    expect([value.item(), aux.twice.item(), g.item()]).toEqual([9, 6, 6]);
  });

  test("where does not leak NaN from the side not taken (J64)", () => {
    const safe = (x: Tensor): Tensor => np.where(x.gt(0), x.log(), 0).sum();
    expect(grad(safe)(np.array([0, 2])).toArray()).toEqual([0, 0.5]);
  });

  test("says what is wrong", () => {
    expect(() => grad((x: Tensor) => x.mul(2))(np.array([1, 2]))).toThrow("must return a float scalar");
    expect(() => grad((x: Tensor) => x.sum())(np.array([1], { dtype: "i32" }))).toThrow("is not a float");
    expect(() => grad(f, { argnums: 1 })(np.array([1]))).toThrow("argnums names argument 1");
    const later = grad(((x: Tensor) => Promise.resolve(x)) as unknown as (x: Tensor) => Tensor);
    expect(() => later(np.array(1))).toThrow("returned a promise");
  });

  test("a tracer that outlives its trace names where it was made (J66a)", () => {
    let leaked: Tensor | undefined;
    grad(function model(x: Tensor) {
      leaked = x.mul(2);
      return x.mul(x);
    })(np.array(1));
    expect(() => leaked!.add(1)).toThrow(
      /made by np.multiply in grad\(model\) is used after that trace ended/,
    );
    expect(() => leaked!.item()).toThrow("used after that trace ended");
  });

  test("a failing function leaves no trace behind (J35)", () => {
    expect(() =>
      grad((x: Tensor): Tensor => {
        x.mul(2);
        throw new Error("mine");
      })(np.array(1)),
    ).toThrow("mine");
    expect(np.add(1, 2).item()).toBe(3);
  });
});

test("vmap maps, shares and moves axes", () => {
  const xs = np.array([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  expect(vmap((x: Tensor) => x.sum())(xs).toArray()).toEqual([3, 7, 11]);
  expect(vmap((x: Tensor) => x.mul(2), { inAxes: 1, outAxes: 1 })(xs).toArray()).toEqual([[2, 4], [6, 8], [10, 12]]); // prettier-ignore
  const dot = vmap((x: Tensor, w: Tensor) => x.dot(w), [0, null]);
  expect(dot(xs, np.array([1, 10])).toArray()).toEqual([21, 43, 65]);
  expect(vmap(grad(f))(xs).toArray()).toEqual([[3, 12], [27, 48], [75, 108]]); // prettier-ignore
  expect(vmap(() => 1 as unknown as Tensor, [0])(...([xs] as unknown as [])).toArray()).toEqual([1, 1, 1]);
  expect(() => vmap((x: Tensor) => x.sum().item() as unknown as Tensor)(xs)).toThrow(
    "its value does not exist while tracing",
  );
  const w = np.array(2);
  expect(grad((v: Tensor) => vmap((x: Tensor) => x.mul(v).sum())(xs).sum())(w).item()).toBe(21);
});

test("jvp and vjp", () => {
  const g = (x: Tensor): Tensor => x.exp().mul(x);
  const x = np.array([0.5, 1]);
  const [value, tangent] = jvp(g, [x], [np.array([1, 0])]);
  expect(value.toArray()).toEqual(g(x).toArray());
  expect((tangent.toArray() as number[])[0]).toBeCloseTo(1.5 * Math.exp(0.5), 13);
  expect((tangent.toArray() as number[])[1]).toBe(0);
  const [, pull] = vjp(g, x);
  expect((pull(np.array([0, 1]))[0].toArray() as number[])[1]).toBeCloseTo(2 * Math.E, 13);
  expect(() => pull(np.array([1]))).toThrow("cotangent 0 is f64[1], it must be f64[2].");
});

test("jacobian and hessian", () => {
  const g = (x: Tensor): Tensor => np.stack([x.at(0).mul(x.at(1)), x.sum(), x.at(1).square()]);
  const x = np.array([2, 3]);
  expect(jacobian(g)(x).toArray()).toEqual([[3, 2], [1, 1], [0, 6]]); // prettier-ignore
  expect(jacobian((v: Tensor) => v.sum())(x).toArray()).toEqual([1, 1]);
  expect(hessian((v: Tensor) => v.at(0).square().mul(v.at(1)))(x).toArray()).toEqual([[6, 4], [4, 0]]); // prettier-ignore
  const nested = hessian((p: { a: Tensor; b: Tensor }) => p.a.mul(p.b).sum())({
    a: np.array(1),
    b: np.array(2),
  });
  expect([nested.a.a.item(), nested.a.b.item()]).toEqual([0, 1]);
});

test("gradients of every movement agree with finite differences", () => {
  const x0 = [0.3, -0.7, 1.1, 0.4, -0.2, 0.9];
  const h = 1e-6;
  const functions: ((x: Tensor) => Tensor)[] = [
    (x) => x.reshape([2, 3]).T.square().sum(0).exp().sum(),
    (x) => np.cumsum(x).square().sum(),
    (x) => np.logsumexp(x).mul(np.softmax(x).at(2)),
    (x) => x.at([0, 0, 5]).square().sum(),
    (x) =>
      np
        .concatenate([x.slice([1, 4]), x.slice([0, 6, 2])])
        .pow(3)
        .sum(),
    (x) =>
      x
        .reshape([2, 3])
        .matmul(x.reshape([3, 2]))
        .square()
        .sum(),
    (x) => np.flip(x).mul(np.roll(x, 2)).sum(),
    (x) => np.einsum("ij,kj->ik", x.reshape([2, 3]), x.reshape([2, 3])).at(0, 1),
    (x) => np.var(x).mul(x.max()),
    (x) => np.tril(np.outer(x, x)).sum(1).square().sum(),
    (x) =>
      np
        .takeAlongAxis(x.reshape([2, 3]), [[2], [0]], 1)
        .square()
        .sum(),
    (x) =>
      np
        .scatterAdd(np.zeros([3]), [0, 1, 0, 2, 2, 1], x)
        .square()
        .sum(),
  ];
  for (const fn of functions) {
    const g = grad(fn)(np.array(x0)).toArray() as number[];
    x0.forEach((_, i) => {
      const at = (d: number): number => fn(np.array(x0.map((v, k) => (k === i ? v + d : v)))).item();
      expect(g[i], String(fn)).toBeCloseTo((at(h) - at(-h)) / (2 * h), 5);
    });
  }
});

test("second derivatives of the running log-sum-exp, at minus infinity too", () => {
  const f = (x: Tensor): Tensor => np.sin(np.logcumsumexp(x)).sum();
  const x = np.array([0.3, -1, 2]);
  const h = 1e-5;
  const want = [0, 1, 2].map((i) => {
    const step = np.oneHot(i, 3).mul(h);
    const [up, down] = [grad(f)(x.add(step)), grad(f)(x.sub(step))] as [Tensor, Tensor];
    return Array.from(
      up
        .sub(down)
        .div(2 * h)
        .data(),
    );
  });
  const got = hessian(f)(x) as Tensor;
  want.flat().forEach((v, i) => expect(got.data()[i]).toBeCloseTo(v, 7));
  expect(jit(hessian(f))(x).data().every(Number.isFinite)).toBe(true);
  expect((grad(f)(np.array([-Infinity, 0.3])) as Tensor).toArray()).toEqual([0, Math.cos(0.3)]);
});

test("argnums may stand alone, as in JAX, and gradients near the ends of inverse functions keep their digits", () => {
  const f = (x: Tensor, y: Tensor): Tensor => x.mul(y).mul(y).sum();
  const [x, y] = [np.array(2), np.array(3)];
  expect((grad(f, 1)(x, y) as Tensor).item()).toBe(12);
  expect((grad(f, [0, 1])(x, y) as Tensor[]).map((g) => g.item())).toEqual([9, 12]);
  expect(valueAndGrad(f, 1)(x, y).map((t) => (t as Tensor).item())).toEqual([18, 12]);
  expect((jacobian(f, 1)(x, y) as Tensor).item()).toBe(12);
  expect((hessian(f, 1)(x, y) as Tensor).item()).toBe(4);
  expect(() => grad(f, "y" as never)).toThrow(
    "options are given as an object such as { argnums: ... }, got string",
  );
  const near = 1 - 2 ** -40;
  expect((grad(np.arcsin)(np.array(near)) as Tensor).item()).toBeCloseTo(
    1 / Math.sqrt(2 ** -39 - 2 ** -80),
    6,
  );
  expect(
    ((grad(np.arctanh)(np.array(near)) as Tensor).item() * (2 ** -39 - 2 ** -80) - 1) / 2 ** -52,
  ).toBeCloseTo(0, 0);
});
