// Loops in two lanes against the interpreter, bit for bit: comparisons with constants, copies of bodies, memory filled in place.
import { describe, expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import { parse } from "../ir/parse.js";
import type { Graph } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

const read = (text: string): Graph => parse(text, ops.opTable);
const hard = [0, -0, 1, -1, NaN, Infinity, -Infinity, 5e-324, -5e-324, 2, -2, 1e300, -1e300];

describe("limits", () => {
  for (const name of ["min", "max"] as const)
    for (const limit of [0, -0, 1, -2.5, Infinity, -Infinity, NaN])
      test(`${name} with ${Object.is(limit, -0) ? "-0" : limit}`, () => {
        const n = 401;
        const x = Float64Array.from({ length: n }, (_, i) => hard[i % hard.length]);
        const b = new Builder("f");
        const e = ops.emitInto(b);
        const v = b.input({ dtype: "f64", shape: [n] });
        const c = e.literal(limit, "f64", [n]);
        const { given, got } = runBoth(b.finish([e(ops[name], [v, c]), e(ops[name], [c, v])]), [x]);
        expect(firstDifference(given, got)).toBeNull();
      });
});

test("sums of bodies with routines, of any length", () => {
  for (const n of [1, 5, 8, 63, 401, 1030, 2051, 4099]) {
    const g = read(`graph f(x: f64[${n}]) {
  e: f64[${n}] = exp x
  l: f64[${n}] = log1p e
  p: f64[${n}] = mul e x
  a: f64[] = sum e {axes=[0]}
  b: f64[] = sum l {axes=[0]}
  c: f64[] = sum p {axes=[0]}
  return a, b, c
}`);
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 3);
    const { given, got } = runBoth(g, [x]);
    expect(firstDifference(given, got, 1e-13), `${n} rows`).toBeNull();
  }
});

test("scatters start from zero at every run, whatever their size", () => {
  for (const size of [1, 3, 8, 9, 33, 41, 250, 1023, 1100]) {
    const rows = 300;
    const b = new Builder("f");
    const e = ops.emitInto(b);
    const [at, amounts] = [
      b.input({ dtype: "i32", shape: [rows] }),
      b.input({ dtype: "f64", shape: [rows] }),
    ];
    const zero = e.literal(0, "f64", [size]);
    const g = b.finish([e(ops.scatterAdd, [zero, at, amounts], { axis: 0, batch: 0 })]);
    const k = Int32Array.from({ length: rows }, (_, i) => (i * 7) % size);
    const x = Float64Array.from({ length: rows }, (_, i) => Math.cos(i));
    const { given, got } = runBoth(g, [k, x]);
    expect(firstDifference(given, got, 1e-14), `${size} places`).toBeNull();
  }
});

describe("code that runs once is shorter and gives the same bits", () => {
  for (const dtype of ["f64", "f32"] as const)
    test(dtype, () => {
      for (let n = 1; n <= 40; n++) {
        const g = read(`graph f(x: ${dtype}[${n}], t: ${dtype}[]) {
  l: ${dtype}[${n}] = log x
  q: ${dtype}[${n}] = mul l x
  a: ${dtype}[] = sum l {axes=[0]}
  b: ${dtype}[] = sum q {axes=[0]}
  c: ${dtype}[] = mul a t
  d: ${dtype}[] = mul b t
  return c, d
}`);
        const values = Array.from({ length: n }, (_, i) => 2 + Math.sin(i));
        const [x, one] =
          dtype === "f64"
            ? [Float64Array.from(values), Float64Array.of(1)]
            : [Float32Array.from(values), Float32Array.of(1)];
        const often = runBoth(g, [x, one]);
        const once = runBoth(g, [x, one], [true, false]);
        expect(once.program.lowered!.prologue, `${n} rows`).not.toBeNull();
        expect(firstDifference(often.got, once.got, 0), `${n} rows`).toBeNull();
      }
    });
});
