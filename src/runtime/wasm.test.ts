// Walks rows of the table: what the compiled program gives against the interpreter, over shapes, dtypes and special numbers.
import { describe, expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import type { Elementwise, Op } from "../ir/op.js";
import type { DType, Params, Shape, Type, Value } from "../ir/types.js";
import { isFloat, sizeOf } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";
import {
  numbers,
  dtypes,
  shapes,
  fewShapes,
  uniform,
  fill,
  type Part,
  together,
  accepted,
  make,
} from "./row-walk.fixture.js";

describe("elementwise rows", () => {
  const rows = [...ops.opTable.values()].filter((op): op is Elementwise => op.kind === "elementwise");

  /** Every accepted choice of dtypes and parameters. */
  const forms = (op: Elementwise): { types: DType[]; params: Params }[] =>
    dtypes.flatMap((dtype) => {
      const plain = op.range.map(() => dtype);
      const tested = plain.map((d, i): DType => (i === 0 ? "bool" : d));
      const params: Params[] = op === ops.convert ? dtypes.map((to) => ({ dtype: to })) : [{}];
      return (op.range.length === 3 ? [plain, tested] : [plain]).flatMap((types) =>
        params
          .filter((p) =>
            accepted(
              op,
              types.map((d) => ({ dtype: d, shape: [] })),
              p,
            ),
          )
          .map((p) => ({ types, params: p })),
      );
    });

  test.each(rows.map((op) => [op.name, op] as const))("%s gives the same bits", (_, op) => {
    const next = uniform(11);
    for (const { types, params } of forms(op)) {
      const parts = fewShapes.map((shape): Part => {
        const inputs = types.map((dtype): Type => ({ dtype, shape }));
        const data = inputs.map((t, i) => fill(t, next, true, op.range[i] as [number, number]));
        return { op, inputs, params, data };
      });
      together(parts);
    }
  });
});

describe("movement and lookup", () => {
  const next = uniform(12);
  const movements: readonly (readonly [Op, Shape, Params])[] = [
    ...[[], [1], [7], [33]].map(
      (s) => [ops.broadcast, s, { shape: [5, ...s], dims: s.map(() => 1) }] as const,
    ),
    ...[[7], [33]].map((s) => [ops.broadcast, s, { shape: [...s, 3], dims: [0] }] as const),
    [ops.broadcast, [40, 3], { shape: [40, 6, 3], dims: [0, 2] }],
    [ops.reshape, [40, 50], { shape: [8, 250] }],
    [ops.reshape, [6, 35], { shape: [7, 30] }],
    [ops.reshape, [3, 5, 7], { shape: [7, 5, 3] }],
    [ops.reshape, [100], { shape: [4, 25] }],
    [ops.reshape, [2, 0], { shape: [0, 5] }],
    [ops.transpose, [40, 50], { perm: [1, 0] }],
    [ops.transpose, [3, 4, 5], { perm: [2, 0, 1] }],
    [ops.transpose, [200, 3], { perm: [1, 0] }],
    [ops.slice, [101], { start: [1], stop: [100], step: [3] }],
    [ops.slice, [40, 50], { start: [3, 7], stop: [39, 49], step: [2, 5] }],
    [ops.slice, [8], { start: [8], stop: [8], step: [1] }],
    [ops.flip, [101], { axes: [0] }],
    [ops.flip, [40, 50], { axes: [0, 1] }],
    [ops.flip, [3, 200], { axes: [1] }],
    [ops.pad, [33], { low: [2], high: [5], fill: 1 }],
    [ops.pad, [6, 7], { low: [1, 0], high: [2, 30], fill: 0 }],
    [ops.pad, [0, 3], { low: [1, 2], high: [1, 0], fill: 1 }],
  ];

  test.each(dtypes)("movements of %s, alone and one after another", (dtype) => {
    const fits = movements.filter(([op]) => dtype !== "key" || op !== ops.pad);
    together(fits.map(([op, shape, params]) => make(op, [{ dtype, shape }], params, next, true)));
    // Index arithmetic does not depend on the dtype: the rest is for the widest and the narrowest.
    if (dtype !== "f64" && dtype !== "bool") return;
    together(
      fits.map(([op, shape, params]) => make(op, [{ dtype, shape }], params, next, true)),
      true,
    );
    // Pairs: index arithmetic of one inside that of another.
    const outputs: Value[] = [];
    const b = new Builder("pairs");
    for (const [op, shape, params] of fits) {
      const x = b.emit(op, [b.input({ dtype, shape })], params)[0]!;
      const s = x.type.shape;
      const size = sizeOf(s);
      const then: [Op, Params][] = [
        [ops.reshape, { shape: [size] }],
        [ops.flip, { axes: s.map((_, i) => i) }],
        [ops.transpose, { perm: s.map((_, i) => s.length - 1 - i) }],
        [ops.slice, { start: s.map((d) => Math.min(1, d)), stop: s, step: s.map(() => 2) }],
      ];
      for (const [op2, p2] of then) {
        const y = b.emit(op2, [x], p2)[0]!;
        const flat = b.emit(ops.reshape, [y], { shape: [sizeOf(y.type.shape)] })[0]!;
        outputs.push(y, flat, b.emit(ops.flip, [flat], { axes: [0] })[0]!);
      }
    }
    const graph = b.finish(outputs);
    const { wanted, got } = runBoth(
      graph,
      graph.inputs.map((v) => fill(v.type, next, true)),
    );
    expect(firstDifference(wanted, got)).toBeNull();
  });

  test.each(dtypes)("gather of %s", (dtype) => {
    const of = (shape: Shape, at: Shape, params: Params): Part =>
      make(
        ops.gather,
        [
          { dtype, shape },
          { dtype: "i32", shape: at },
        ],
        params,
        next,
        true,
      );
    together([
      of([33], [101], { axis: 0, batch: 0 }),
      of([1], [7], { axis: 0, batch: 0 }),
      of([40, 50], [7], { axis: 0, batch: 0 }),
      of([40, 50], [2, 3], { axis: 1, batch: 0 }),
      of([40, 50], [40, 5], { axis: 1, batch: 1 }),
      of([3, 4, 5], [3, 2], { axis: 2, batch: 1 }),
      of([5], [], { axis: 0, batch: 0 }),
      of([5], [0], { axis: 0, batch: 0 }),
    ]);
  });

  test.each(numbers)("scatterAdd of %s", (dtype) => {
    const of = (shape: Shape, at: Shape, updates: Shape, params: Params): Part =>
      make(
        ops.scatterAdd,
        [
          { dtype, shape },
          { dtype: "i32", shape: at },
          { dtype, shape: updates },
        ],
        params,
        next,
        !isFloat(dtype),
      );
    const parts = [
      of([7], [101], [101], { axis: 0, batch: 0 }),
      of([2], [101], [101], { axis: 0, batch: 0 }),
      of([1], [7], [7], { axis: 0, batch: 0 }),
      of([40, 5], [33], [33, 5], { axis: 0, batch: 0 }),
      of([5, 40], [2, 33], [5, 2, 33], { axis: 1, batch: 0 }),
      of([40, 5], [40, 7], [40, 7], { axis: 1, batch: 1 }),
      of([5], [0], [0], { axis: 0, batch: 0 }),
      of([5], [], [], { axis: 0, batch: 0 }),
    ];
    // Sums: lanes and written-out rows meet their target in another order.
    together(parts, false, dtype === "f64" ? 1e-12 : dtype === "f32" ? 1e-4 : 0);
  });

  test.each(dtypes)("concatenate of %s", (dtype) => {
    const of = (axis: number, ...parts: Shape[]): Part =>
      make(
        ops.concatenate,
        parts.map((shape) => ({ dtype, shape })),
        { axis },
        next,
        true,
      );
    together([
      of(0, [33], [1], [101]),
      of(0, [2], [1], [0], [3]),
      of(1, [40, 50], [40, 3]),
      of(0, [3, 200], [1, 200]),
      of(1, [2, 3, 4], [2, 1, 4], [2, 0, 4]),
    ]);
  });
});

describe("folds", () => {
  const next = uniform(13);
  const folds = [ops.sum, ops.prod, ops.reduceMax, ops.reduceMin, ops.any, ops.all];
  /** Every subset of the axes. */
  const subsets = (rank: number): number[][] =>
    Array.from({ length: 2 ** rank }, (_, m) =>
      Array.from({ length: rank }, (_, i) => i).filter((i) => (m >> i) & 1),
    );

  test.each(folds.map((op) => [op.name, op] as const))("%s", (_, op) => {
    for (const dtype of dtypes.slice(0, 5)) {
      if (!accepted(op, [{ dtype, shape: [2] }], { axes: [0] })) continue;
      const rounds = isFloat(dtype) && (op === ops.sum || op === ops.prod);
      const parts = shapes.flatMap((shape) =>
        subsets(shape.length).map((axes) => make(op, [{ dtype, shape }], { axes }, next, !rounds)),
      );
      together(parts, false, !rounds ? 0 : dtype === "f64" ? 1e-12 : 1e-4);
    }
  });

  test.each([ops.cumsum, ops.cumprod, ops.cummax, ops.cumlogsumexp].map((op) => [op.name, op] as const))(
    "%s keeps the order of the reference",
    (_, op) => {
      for (const dtype of numbers) {
        if (!accepted(op, [{ dtype, shape: [2] }], { axis: 0, reverse: false })) continue;
        const parts = shapes
          .filter((s) => s.length > 0)
          .flatMap((shape) =>
            shape.flatMap((_, axis) =>
              [false, true].map((reverse) => make(op, [{ dtype, shape }], { axis, reverse }, next, true)),
            ),
          );
        together(parts);
      }
    },
  );

  test.each([ops.sort, ops.argsort, ops.argmax, ops.argmin].map((op) => [op.name, op] as const))(
    "%s",
    (_, op) => {
      for (const dtype of numbers) {
        const parts = shapes.flatMap((shape) =>
          shape.flatMap((d, axis) =>
            d === 0 && op !== ops.sort && op !== ops.argsort
              ? []
              : [make(op, [{ dtype, shape }], { axis }, next, true)],
          ),
        );
        together(parts);
      }
    },
  );
});
