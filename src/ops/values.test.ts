// Pinned values: special numbers through exact rows, documented derivatives at awkward points, Philox vectors, type errors.
import { describe, expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import type { Op } from "../ir/op.js";
import type { Data, DType, Params, Type, Value } from "../ir/types.js";
import { allocate } from "../ir/types.js";
import * as ops from "./index.js";
import { philox } from "./random/philox.js";

const odd = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 1.5, -2.5, 5e-324, 1.7976931348623157e308];

function store(dtype: DType, xs: readonly number[]): Data {
  const out = allocate({ dtype, shape: [dtype === "key" ? xs.length / 2 : xs.length] });
  out.set(xs);
  return out;
}

function run(op: Op, dtype: DType, xs: readonly (readonly number[])[], params: Params = {}): number[] {
  const inputs = xs.map((x): Type => ({ dtype, shape: [x.length] }));
  const outputs = op.infer(inputs, params);
  const data = xs.map((x) => store(dtype, x));
  return [...op.evaluate(data, params, { inputs, outputs }, { interpret })[0]];
}

/** The derivative of each input at scalars, through vjp with a cotangent of one. */
function gradient(op: Op, xs: readonly number[], guarded = false, ct = 1): (number | null)[] {
  const b = new Builder();
  const type: Type = { dtype: "f64", shape: [] };
  const inputs = xs.map(() => b.input(type));
  const outputs = b.emit(op, inputs);
  const e = ops.emitInto(b);
  const back = op.vjp(e, { inputs, outputs, params: {} }, [e.literal(ct, "f64")], guarded);
  const results = interpret(
    b.finish(back.filter((v): v is Value => v !== null)),
    xs.map((x) => Float64Array.of(x)),
  );
  let next = 0;
  return back.map((v) => (v ? results[next++][0] : null));
}

describe("special numbers", () => {
  const unary: readonly [Op, (x: number) => number][] = [
    [ops.neg, (x) => -x],
    [ops.abs, Math.abs],
    [ops.floor, Math.floor],
    [ops.ceil, Math.ceil],
    [ops.trunc, Math.trunc],
    [ops.sqrt, Math.sqrt],
    [ops.sign, Math.sign],
    [ops.square, (x) => x * x],
    [ops.reciprocal, (x) => 1 / x],
    [ops.stopGradient, (x) => x],
  ];
  test.each(unary.map(([op, f]) => ({ name: op.name, op, f })))("$name", ({ op, f }) => {
    expect(run(op, "f64", [odd])).toEqual(odd.map(f));
    expect(run(op, "f32", [odd])).toEqual(odd.map((x) => Math.fround(f(Math.fround(x)))));
  });

  const binary: readonly [Op, (a: number, b: number) => number | boolean][] = [
    [ops.add, (a, b) => a + b],
    [ops.sub, (a, b) => a - b],
    [ops.mul, (a, b) => a * b],
    [ops.div, (a, b) => a / b],
    [ops.min, Math.min],
    [ops.max, Math.max],
    [ops.lt, (a, b) => a < b],
    [ops.le, (a, b) => a <= b],
    [ops.gt, (a, b) => a > b],
    [ops.ge, (a, b) => a >= b],
    [ops.eq, (a, b) => a === b],
    [ops.ne, (a, b) => a !== b],
  ];
  test.each(binary.map(([op, f]) => ({ name: op.name, op, f })))("$name", ({ op, f }) => {
    const a = odd.flatMap((x) => odd.map(() => x));
    const b = odd.flatMap(() => odd);
    expect(run(op, "f64", [a, b])).toEqual(a.map((x, i) => Number(f(x, b[i]))));
  });

  test("round goes to even", () => {
    expect(run(ops.round, "f64", [[0.5, 1.5, 2.5, -0.5, -1.5, NaN, -Infinity]])).toEqual([
      0,
      2,
      2,
      -0,
      -2,
      NaN,
      -Infinity,
    ]);
  });

  test("mod takes the divisor's sign, and is exact for large quotients", () => {
    const a = [5, -5, 5, -5, 1e15 + 1, 0.3, 7, -7, 0, 3];
    const b = [3, 3, -3, -3, 7, 0.1, Infinity, Infinity, 5, 0];
    const exact = Number((10n ** 15n + 1n) % 7n);
    expect(run(ops.mod, "f64", [a, b])).toEqual([2, 1, -1, -2, exact, 0.3 % 0.1, 7, Infinity, 0, NaN]);
  });
});

describe("integers", () => {
  test("wrap, divide and compare by their own rules", () => {
    expect(run(ops.add, "i32", [[2147483647], [1]])).toEqual([-2147483648]);
    expect(run(ops.mul, "u32", [[4294967295], [2]])).toEqual([4294967294]);
    expect(run(ops.lt, "u32", [[1], [4294967295]])).toEqual([1]);
    expect(run(ops.lt, "i32", [[1], [-1]])).toEqual([0]);
    expect(run(ops.eq, "u32", [[4294967295], [4294967295]])).toEqual([1]);
    expect(
      run(ops.idiv, "i32", [
        [-7, 7],
        [2, 0],
      ]),
    ).toEqual([-3, 0]);
    expect(run(ops.idiv, "u32", [[4294967295], [2]])).toEqual([2147483647]);
    expect(run(ops.umulh, "u32", [[4294967295], [4294967295]])).toEqual([4294967294]);
    expect(run(ops.max, "u32", [[1], [4294967295]])).toEqual([4294967295]);
    expect(run(ops.reduceMax, "u32", [[1, 4294967295, 7]], { axes: [0] })).toEqual([4294967295]);
  });

  test("floats convert to integers by truncation, saturating", () => {
    expect(run(ops.convert, "f64", [[1.9, -1.9, 1e10, -1e10, NaN]], { dtype: "i32" })).toEqual([
      1, -1, 2147483647, -2147483648, 0,
    ]);
    expect(run(ops.convert, "f64", [[3e9, -1]], { dtype: "u32" })).toEqual([3e9, 0]);
    expect(run(ops.convert, "u32", [[4294967295]], { dtype: "f64" })).toEqual([4294967295]);
    expect(run(ops.convert, "f64", [[0, NaN, 2]], { dtype: "bool" })).toEqual([0, 1, 1]);
    expect(run(ops.convert, "f64", [[0.1]], { dtype: "f32" })).toEqual([Math.fround(0.1)]);
  });
});

describe("derivatives at awkward points", () => {
  const table: readonly [string, Op, readonly number[], readonly (number | null)[]][] = [
    ["sqrt at 0", ops.sqrt, [0], [0]],
    ["log at 0", ops.log, [0], [0]],
    ["log1p at -1", ops.log1p, [-1], [0]],
    ["abs at 0", ops.abs, [0], [0]],
    ["max at a tie", ops.max, [2, 2], [0.5, 0.5]],
    ["min at a tie", ops.min, [2, 2], [0.5, 0.5]],
    ["pow at exponent 0", ops.pow, [0, 0], [0, 0]],
    ["pow of a negative", ops.pow, [-2, 3], [12, 0]],
    ["xlogy at 0, 0", ops.xlogy, [0, 0], [-Infinity, 0]],
    ["xlog1py at 0, -1", ops.xlog1py, [0, -1], [-Infinity, 0]],
    ["atan2 at the origin", ops.atan2, [0, 0], [0, -0]],
    ["logaddexp of infinities", ops.logaddexp, [-Infinity, -Infinity], [0.5, 0.5]],
    ["floor", ops.floor, [1.5], [null]],
  ];
  test.each(table)("%s", (_name, op, at, wanted) => expect(gradient(op, at)).toEqual(wanted));

  test("a guarded zero cotangent stays zero beside an infinite partial", () => {
    expect(gradient(ops.reciprocal, [0], false, 0)).toEqual([NaN]);
    expect(gradient(ops.reciprocal, [0], true, 0)).toEqual([0]);
  });

  test("a partial that is not asked for is not computed", () => {
    const b = new Builder();
    const type: Type = { dtype: "f64", shape: [] };
    const inputs = [b.input(type), b.input(type)];
    const outputs = b.emit(ops.pow, inputs);
    const e = ops.emitInto(b);
    const back = ops.pow.vjp(e, { inputs, outputs, params: {} }, [e.literal(1, "f64")], false, [true, false]);
    expect(back[1]).toBeNull();
    expect(b.equations.some((eq) => eq.op === ops.log)).toBe(false);
  });

  // Reference values by mpmath 1.3, computed with 30 digits.
  test.each<[string, Op, readonly number[], number]>([
    ["trigamma at 1", ops.trigamma, [1], -2.404113806319189],
    ["trigamma near its pole", ops.trigamma, [0.01], -2000002.340398677],
    ["gammainc by a", ops.gammainc, [1.5, 2], -0.2774335642087104],
    ["gammainc by a large a", ops.gammainc, [1000, 1010], -0.01194573133724543],
    ["betainc by a", ops.betainc, [1.5, 2, 0.3], -0.2905357470084373],
  ])("partials by difference keep ten digits: %s", (_name, op, at, wanted) => {
    expect(gradient(op, at)[0]! / wanted - 1).toBeCloseTo(0, 10);
  });
});

describe("order", () => {
  test("NaN is the greatest; equal elements keep their places", () => {
    const x = [3, NaN, 1, 3, -Infinity, 1];
    expect(run(ops.sort, "f64", [x], { axis: 0 })).toEqual([-Infinity, 1, 1, 3, 3, NaN]);
    expect(run(ops.argsort, "f64", [x], { axis: 0 })).toEqual([4, 2, 5, 0, 3, 1]);
    expect(run(ops.argmax, "f64", [x], { axis: 0 })).toEqual([1]);
    expect(run(ops.argmin, "f64", [x.slice(2)], { axis: 0 })).toEqual([2]);
    expect(run(ops.argmax, "f64", [[2, 5, 5]], { axis: 0 })).toEqual([1]);
  });

  test("cumlogsumexp neither overflows nor makes NaN of nothing", () => {
    const got = run(ops.cumlogsumexp, "f64", [[-Infinity, 1000, 1000, -Infinity]], {
      axis: 0,
      reverse: false,
    });
    expect(got).toEqual([-Infinity, 1000, 1000 + Math.LN2, 1000 + Math.LN2]);
  });
});

describe("cholesky", () => {
  test("a matrix that is not positive definite gives NaN", () => {
    const inputs: Type[] = [{ dtype: "f64", shape: [2, 2, 2] }];
    const [l] = ops.cholesky.evaluate(
      [Float64Array.of(1, 0, 2, 1, 4, 9, 2, 5)],
      {},
      { inputs, outputs: inputs },
      { interpret },
    );
    expect([...l]).toEqual([NaN, NaN, NaN, NaN, 2, 0, 1, 2]);
  });
});

describe("factorisations", () => {
  const type: Type = { dtype: "f64", shape: [3, 2] };
  const a = Float64Array.of(1, 2, 3, -4, 5, 6);
  const outputsOf = (op: Op, t: Type, x: Data) =>
    op.evaluate([x], {}, { inputs: [t], outputs: op.infer([t], {}) }, { interpret });
  const product = (x: Data, y: Data, rows: number, inner: number, columns: number) =>
    Array.from({ length: rows * columns }, (_, p) => {
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += x[Math.floor(p / columns) * inner + k] * y[k * columns + (p % columns)];
      return sum;
    });
  const near = (got: ArrayLike<number>, wanted: ArrayLike<number>) =>
    Array.from(wanted, (w, i) => expect(got[i]).toBeCloseTo(w, 12));

  test("qr", () => {
    const [q, r] = outputsOf(ops.qr, type, a);
    near(product(q, r, 3, 2, 2), a);
    expect([r[0] > 0, r[2], r[3] > 0]).toEqual([true, 0, true]);
  });

  test("svd, also of deficient rank", () => {
    const [u, s, vt] = outputsOf(ops.svd, type, a);
    const scaled = Float64Array.from(product(u, Float64Array.of(s[0], 0, 0, s[1]), 3, 2, 2));
    near(product(scaled, vt, 3, 2, 2), a);
    expect(s[0]).toBeGreaterThan(s[1]);
    const flat: Type = { dtype: "f64", shape: [2, 2] };
    const [u2, s2] = outputsOf(ops.svd, flat, Float64Array.of(1, 2, 2, 4));
    near(s2, [5, 0]);
    near([u2[0] * u2[1] + u2[2] * u2[3], u2[1] ** 2 + u2[3] ** 2], [0, 1]);
  });

  test("eigh", () => {
    const [w, v] = outputsOf(ops.eigh, { dtype: "f64", shape: [2, 2] }, Float64Array.of(2, 99, 1, 2));
    near(w, [1, 3]);
    near([v[0] + v[2], v[1] - v[3]], [0, 0]);
  });

  test("lu", () => {
    const [factors, perm, sign] = outputsOf(
      ops.lu,
      { dtype: "f64", shape: [2, 2] },
      Float64Array.of(1, 2, 4, 6),
    );
    expect([[...factors], [...perm], [...sign]]).toEqual([[4, 6, 0.25, 0.5], [1, 0], [-1]]);
  });
});

describe("random bits", () => {
  // Known answers of the authors' own distribution (Random123, kat_vectors).
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("philox of %j under %j", ([a, b, c, d], [p, q], words) => {
    const out = new Uint32Array(4);
    philox(a, b, c, d, p, q, out);
    expect([...out]).toEqual(words);
  });

  test("element i is word i & 3 of block i >> 2", () => {
    const block = new Uint32Array(4);
    philox(1, 0, 0, 0, 7, 9, block);
    const inputs: Type[] = [{ dtype: "key", shape: [] }];
    const params = { shape: [6] };
    const outputs = ops.randomBits.infer(inputs, params);
    const [bits] = ops.randomBits.evaluate(
      [Uint32Array.of(7, 9)],
      params,
      { inputs, outputs },
      { interpret },
    );
    expect([...bits.slice(4)]).toEqual([block[0], block[1]]);
  });

  test("seeds keep all of their bits", () => {
    expect(run(ops.seedKey, "f64", [[2 ** 40 + 5, -1]])).toEqual([5, 256, 4294967295, 4294967295]);
    expect(run(ops.seedKey, "i32", [[-1]])).toEqual([4294967295, 4294967295]);
  });
});

describe("errors", () => {
  const f = (...shape: number[]): Type => ({ dtype: "f64", shape });
  const table: readonly [Op, readonly Type[], Params, string][] = [
    [
      ops.add,
      [f(2), { dtype: "f32", shape: [2] }],
      {},
      "add(f64[2], f32[2]): dtypes f64 and f32 differ; convert one operand first.",
    ],
    [
      ops.add,
      [f(2), f(3)],
      {},
      "add(f64[2], f64[3]): shapes [2] and [3] differ; broadcast the operands to one shape first.",
    ],
    [
      ops.exp,
      [{ dtype: "i32", shape: [] }],
      {},
      "exp(i32[]): operand 0 is i32; it takes f64 or f32: convert it first.",
    ],
    [
      ops.sum,
      [f(2)],
      { axes: [1] },
      "sum(f64[2]): axis 1 does not exist in 1 dimensions; use an axis from 0 to 0.",
    ],
    [
      ops.reshape,
      [f(2, 3)],
      { shape: [4] },
      "reshape(f64[2,3]): 6 elements do not fill [4]; give a shape of the same size.",
    ],
    [
      ops.matmul,
      [f(2, 3), f(2, 3)],
      {},
      "matmul(f64[2,3], f64[2,3]): 3 columns meet 2 rows; the first one's last axis must equal the second one's last but one.",
    ],
    [
      ops.argmax,
      [f(0)],
      { axis: 0 },
      "argmax(f64[0]): axis 0 is empty; there is no element to point at; use a longer array.",
    ],
  ];
  test.each(table)("%s", (op, inputs, params, message) =>
    expect(() => op.infer(inputs, params)).toThrow(message),
  );

  test("the interpreter names graph, equation and origin", () => {
    const b = new Builder("model");
    b.origin = "site mu";
    const x = b.input(f(1));
    const bad: Op = {
      ...ops.neg,
      evaluate: () => {
        throw new Error("out of luck");
      },
    };
    b.emit(bad, [x]);
    expect(() => interpret(b.finish([]), [new Float64Array(1)])).toThrow(
      "interpret: equation 0 of graph model, neg(f64[1]) made by site mu, failed: out of luck",
    );
    expect(() => interpret(b.finish([]), [new Float32Array(1)])).toThrow(
      "interpret: input 0 of graph model: f64[1] is held in a Float64Array, got a Float32Array.",
    );
  });
});
