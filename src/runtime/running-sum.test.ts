// Sums of log(1 + x) gathered as products: against sums of logarithms, over all the ways in which loops are written.
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import type { Shape, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

type Emit = ReturnType<typeof ops.emitInto>;

/** sumLog1p of the input, and beside it in the same loop whatever `more` adds. */
function graphOf(
  shape: Shape,
  axes: readonly number[],
  more: (e: Emit, x: Value) => readonly Value[] = () => [],
) {
  const b = new Builder("logs");
  const e = ops.emitInto(b);
  const x = b.input({ dtype: "f64", shape }, "x");
  return b.finish([e(ops.sumLog1p, [x], { axes }), ...more(e, x)]);
}

function check(
  shape: Shape,
  axes: readonly number[],
  values: (u: number, i: number) => number,
  tolerance = 1e-13,
) {
  const random = randomFrom(sizeOf(shape) + 7);
  const x = Float64Array.from({ length: sizeOf(shape) }, (_, i) => values(random(), i));
  const exp = (e: Emit, v: Value): readonly Value[] => [
    e(ops.sum, [e(ops.exp, [v])], { axes }),
    e(ops.sum, [e(ops.tanh, [e(ops.sin, [e(ops.exp, [v])])])], { axes }),
  ];
  for (const more of [undefined, exp]) {
    const { given, got } = runBoth(graphOf(shape, axes, more), [x]);
    given.forEach((wanted, k) =>
      wanted.forEach((v, i) => {
        if (Number.isNaN(v)) expect(got[k][i]).toBeNaN();
        else expect(Math.abs(got[k][i] - v)).toBeLessThanOrEqual(tolerance * Math.abs(v));
      }),
    );
  }
}

describe("sums of log(1 + x)", () => {
  // Written out, SIMD with and without remainder, one to four copies, and past the number of terms that may stand together.
  test.each([1, 2, 3, 7, 8, 9, 63, 64, 65, 500, 1023, 1031, 4099, 20_001])("%i terms", (n) => {
    // Long sums of equal logarithms are themselves off by more than 1e-13.
    check([n], [0], (u) => u, 1e-12);
    check([n], [0], () => 1, 1e-12);
  });

  test("tiny terms keep their relative precision, and zeros are zero", () => {
    check([3001], [0], (u) => u * 1e-9);
    check([3001], [0], (u) => u * 1e-300);
    check([3001], [0], (u, i) => (i % 3 === 0 ? 0 : u ** 40));
    const { got } = runBoth(graphOf([1000], [0]), [new Float64Array(1000)]);
    expect(got[0][0]).toBe(0);
  });

  test.each<[Shape, readonly number[]]>([
    [
      [40, 30],
      [0, 1],
    ],
    [[40, 30], [1]],
    [[40, 30], [0]],
    [[700, 3], [1]],
    [
      [700, 3],
      [0, 1],
    ],
    [[3, 700], [0]],
    [
      [2, 5, 301],
      [0, 2],
    ],
    [
      [900, 41],
      [0, 1],
    ],
    [[0, 4], [0]],
  ])("of %j over %j", (shape, axes) => check(shape, axes, (u) => u));

  test("a non-number stays one", () => {
    check([100], [0], (u, i) => (i === 41 ? NaN : u));
  });

  test("in a step of a scan", () => {
    const inner = new Builder("step");
    const c = inner.input({ dtype: "f64", shape: [] });
    const row = inner.input({ dtype: "f64", shape: [50] });
    const e = ops.emitInto(inner);
    const body = inner.finish([e(ops.add, [c, e(ops.sumLog1p, [row], { axes: [0] })])]);
    const b = new Builder("steps");
    const zero = b.input({ dtype: "f64", shape: [] });
    const rows = b.input({ dtype: "f64", shape: [9, 50] });
    const params = { body, consts: 0, carries: 1, length: 9, reverse: false };
    const graph = b.finish(b.emit(ops.scan, [zero, rows], params));
    const random = randomFrom(3);
    const { given, got } = runBoth(graph, [new Float64Array(1), Float64Array.from({ length: 450 }, random)]);
    expect(firstDifference(given, got, 1e-13)).toBeNull();
  });
});
