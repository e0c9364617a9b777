// Programs that once compiled to wrong code or not at all, kept by name.
import { describe, expect, test } from "vitest";
import { Builder } from "../../src/ir/builder.js";
import type { Emit } from "../../src/ir/op.js";
import type { Graph, Type, Value } from "../../src/ir/types.js";
import * as ops from "../../src/ops/index.js";
import { runBoth } from "../../src/runtime/run-both.fixture.js";
import { difference, randomFrom, randomInputs } from "./random-data.js";

const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });
const i32 = (...shape: number[]): Type => ({ dtype: "i32", shape });

function build(inputs: readonly Type[], body: (e: Emit, x: readonly Value[]) => readonly Value[]): Graph {
  const b = new Builder("regression");
  return b.finish(
    body(
      ops.emitInto(b),
      inputs.map((t) => b.input(t)),
    ),
  );
}

function expectSame(graph: Graph, tolerance = 0): void {
  for (const bound of [false, true]) {
    const inputs = randomInputs(graph, randomFrom(3), false);
    const { wanted, got } = runBoth(
      graph,
      inputs,
      graph.inputs.map((_, i) => bound && i > 0),
    );
    expect(difference(wanted, got, tolerance)).toBeNull();
  }
}

const each = (n: number, x: Value, step: (x: Value, i: number) => Value): Value => {
  for (let i = 0; i < n; i++) x = step(x, i);
  return x;
};

describe("programs that once failed", () => {
  test("carries of four elements: each element has a register of its own", () => {
    const body = build([f64(5, 8), f64(4)], (_, [w, c]) => [c!, w!]);
    expectSame(
      build([f64(5, 8), f64(4)], (e, x) =>
        e.all(ops.scan, x, { body, consts: 1, carries: 1, length: 2, reverse: false }),
      ),
    );
  });

  test("updates stay out of the loop that fills their target, which has as many turns", () => {
    const params = { axis: 0, batch: 0 };
    expectSame(
      build([f64(5), i32(5), f64(5)], (e, x) => [e(ops.scatterAdd, x, params)]),
      1e-14,
    );
    expectSame(
      build([f64(3, 4), i32(2), f64(3, 2), i32(3), i32(4), i32(4)], (e, [w0, w1, w2, y0, y1, y2]) => [
        e(ops.scatterAdd, [w0!, w1!, w2!], { axis: 1, batch: 0 }),
        e(ops.scatterAdd, [y0!, y1!, y2!], params),
      ]),
      1e-14,
    );
  });

  test("a number fills both words of a key", () => {
    expectSame(
      build([{ dtype: "key", shape: [3] }], (e, [k]) => {
        const ones = e(ops.constant, [], { type: "key", shape: [3], data: 1 });
        const odd = e(ops.eq, [
          e(ops.iota, [], { dtype: "i32", shape: [3], axis: 0 }),
          e.literal(1, "i32", [3]),
        ]);
        return [e(ops.where, [odd, ones, k!])];
      }),
    );
  });

  test("chains of thousands of arrays and of scalars do not overflow the stack", () => {
    for (const shape of [[20], []])
      expectSame(
        build([i32(...shape)], (e, [x]) => [
          each(1000, x!, (v, i) => (i % 2 === 0 ? e(ops.sub, [v, x!]) : e(ops.max, [v, x!]))),
        ]),
      );
  });

  test("readings at two indices of readings at two indices do not grow exponentially", () => {
    const n = 33;
    const flipped = build([f64(n)], (e, [x]) => [
      each(24, x!, (v) => {
        const padded = e(ops.pad, [v], { low: [1], high: [0], fill: 0 });
        const shifted = e(ops.slice, [padded], { start: [0], stop: [n], step: [1] });
        return e(ops.sub, [v, e(ops.max, [e(ops.flip, [v], { axes: [0] }), shifted])]);
      }),
    ]);
    const looked = build([i32(40), i32(40)], (e, [x, y]) => [
      each(24, x!, (v) => {
        const of = (a: Value, at: Value): Value => e(ops.gather, [a, at], { axis: 0, batch: 0 });
        return e(ops.add, [of(v, y!), of(y!, v)]);
      }),
    ]);
    const called = build([f64(n)], (e, [x]) => {
      const graph = build([f64(n)], (k, [v]) => [k(ops.sub, [v!, k(ops.flip, [v!], { axes: [0] })])]);
      return [each(24, x!, (v) => e(ops.call, [v], { graph }))];
    });
    for (const graph of [flipped, looked, called]) expectSame(graph, 1e-9);
  });

  test("carries larger than four elements swap, in a scan in reverse over an inline expression", () => {
    const t = f64(6);
    const body = build([t, t, t], (e, [a, b, x]) => [
      b!,
      e(ops.sin, [e(ops.add, [a!, x!])]),
      e(ops.sub, [a!, b!]),
      b!,
    ]);
    expectSame(
      build([t, t, f64(9, 6)], (e, [a, b, xs]) =>
        e.all(ops.scan, [a!, b!, e(ops.mul, [xs!, xs!])], {
          body,
          consts: 0,
          carries: 2,
          length: 9,
          reverse: true,
        }),
      ),
      1e-12,
    );
  });

  test("inputs, constants, views and repeats as outputs", () => {
    expectSame(
      build([f64(3, 5), i32()], (e, [x, n]) => {
        const c = e(ops.constant, [], { type: "f64", shape: [3], data: new Float64Array([1, 2, 3]) });
        const view = e(ops.transpose, [x!], { perm: [1, 0] });
        return [
          x!,
          x!,
          n!,
          c,
          c,
          view,
          view,
          e(ops.flip, [view], { axes: [0] }),
          e.literal(7, "f64", [2, 2]),
        ];
      }),
    );
  });
});
