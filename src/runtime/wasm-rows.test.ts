// Contractions, linear algebra and rows with cases of their own: compiled against interpreted.
import { describe, expect, test } from "vitest";
import type { Op } from "../ir/op.js";
import type { Data, Params, Shape, Type } from "../ir/types.js";
import { allocate, isFloat } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { cases, elsewhere } from "../ops/row-cases.fixture.js";
import { uniform, fill, type Part, together, make } from "./row-walk.fixture.js";

describe("contractions and linear algebra", () => {
  const next = uniform(14);
  test.each(["f64", "f32", "i32", "u32"] as const)("matmul of %s", (dtype) => {
    const of = (x: Shape, y: Shape): Part => ({
      op: ops.matmul,
      inputs: [
        { dtype, shape: x },
        { dtype, shape: y },
      ],
      data: [fill({ dtype, shape: x }, next, false), fill({ dtype, shape: y }, next, false)],
    });
    const parts = [
      of([3, 4], [4, 5]),
      of([9, 7], [7, 11]),
      of([40, 50], [50, 33]),
      of([40, 50], [50, 1]),
      of([1, 50], [50, 3]),
      of([2, 3, 4, 5], [2, 3, 5, 6]),
      of([2, 0], [0, 3]),
      of([0, 3], [3, 4]),
    ];
    together(parts, false, isFloat(dtype) ? (dtype === "f64" ? 1e-13 : 1e-5) : 0);
    together(parts, true, isFloat(dtype) ? (dtype === "f64" ? 1e-13 : 1e-5) : 0);
  });

  test.each(["f64", "f32"] as const)("cholesky and triangular solves of %s", (dtype) => {
    const spd = (shape: Shape): Data => {
      const n = shape[shape.length - 1]!;
      const type: Type = { dtype, shape };
      const a = fill(type, next, false, [-0.4, 0.4]);
      for (let i = 0; i < a.length; i++) if (n > 0 && Math.floor(i / n) % n === i % n) a[i] = n + 1;
      return a;
    };
    const parts: Part[] = [
      [1, 1],
      [3, 3],
      [9, 9],
      [2, 4, 4],
      [0, 0],
    ].map((shape) => ({
      op: ops.cholesky,
      inputs: [{ dtype, shape }],
      data: [spd(shape)],
    }));
    const indefinite = allocate({ dtype, shape: [2, 2] });
    indefinite.set([1, 0, 2, 1]);
    parts.push({ op: ops.cholesky, inputs: [{ dtype, shape: [2, 2] }], data: [indefinite] });
    for (const lower of [true, false])
      for (const trans of [true, false])
        for (const unit of [true, false])
          for (const [a, b] of [
            [
              [5, 5],
              [5, 3],
            ],
            [
              [2, 3, 3],
              [2, 3, 1],
            ],
          ] as const)
            parts.push({
              op: ops.triangularSolve,
              inputs: [
                { dtype, shape: a },
                { dtype, shape: b },
              ],
              params: { lower, trans, unit },
              data: [spd(a), fill({ dtype, shape: b }, next, false)],
            });
    together(parts);
  });
});

describe("rows of their own", () => {
  const next = uniform(15);
  const rows = [...ops.opTable.values()].filter(
    (op) => op.kind !== "elementwise" && !elsewhere.includes(op.name),
  );

  test.each(rows.map((op) => [op.name, op] as const))("%s, cases of its own", (_, op) => {
    const own = cases[op.name] ?? [];
    expect(own.length, `cases of ${op.name} in row-cases.fixture.ts`).toBeGreaterThan(0);
    const parts = own.map((c): Part => {
      const data = c.inputs.map((t) => fill(t, next, t.dtype === "i32"));
      // A seed is a whole number.
      if (op === ops.seedKey) data.forEach((x) => x.forEach((v, i) => (x[i] = Math.round(1e10 * v))));
      if (c.definite !== undefined) {
        const n = c.inputs[c.definite]!.shape.at(-1)!;
        data[c.definite]!.forEach(
          (v, i) => (data[c.definite!]![i] = Math.floor(i / n) % n === i % n ? n + 3 : v),
        );
      }
      return { ...c, op, data };
    });
    const sums = op.kind === "reduction" || op === ops.matmul || op === ops.scatterAdd;
    const tolerance = sums ? 1e-13 : 0;
    together(parts, false, tolerance);
    together(parts, true, tolerance);
  });

  test("random bits and keys of long and batched shapes", () => {
    const key = (...shape: number[]): Type => ({ dtype: "key", shape });
    const of = (op: Op, inputs: readonly Type[], params: Params): Part =>
      make(op, inputs, params, next, true);
    together([
      of(ops.randomBits, [key()], { shape: [101] }),
      of(ops.randomBits, [key(3)], { shape: [2, 33] }),
      of(ops.randomBits, [key(0)], { shape: [4] }),
      of(ops.randomBits, [key(2)], { shape: [0] }),
      of(ops.splitKey, [key(3, 2)], { n: 7 }),
      of(ops.foldIn, [key(5), { dtype: "u32", shape: [5] }], {}),
    ]);
  });
});
