// The passes on whole graphs: what each stage promises, that meaning is kept, and that they are linear in the graph.
import { describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import type { Special } from "../ir/op.js";
import { parse } from "../ir/parse.js";
import { print } from "../ir/print.js";
import type { Data, Graph, Value } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { valueAndGrad } from "../transform/transforms.js";
import { optimise } from "./optimise.js";
import { pipeline } from "./pipeline.js";

const read = (text: string): Graph => parse(text, ops.opTable);
const run = (g: Graph, options = {}) => optimise(g, { verify: true, ...options });
const count = (g: Graph, op: (typeof ops)["exp"] | (typeof ops)["sum"] | Special | typeof ops.reshape) =>
  g.equations.filter((eq) => eq.op === op).length;

const radon = read(`graph radon(a: f64[6], b: f64[], logs: f64[], x: f64[40], y: f64[40], i: i32[40]) {
  g: f64[40] = gather a i {axis=0, batch=0}
  c: f64[40] = broadcast b {shape=[40], dims=[]}
  m: f64[40] = mul c x
  mu: f64[40] = add g m
  r: f64[40] = sub y mu
  s: f64[] = exp logs
  sb: f64[40] = broadcast s {shape=[40], dims=[]}
  z: f64[40] = div r sb
  q: f64[40] = square z
  h: f64[40] = constant 0.5
  hq: f64[40] = mul h q
  n: f64[40] = neg hq
  ls: f64[40] = log sb
  t: f64[40] = sub n ls
  k: f64[40] = constant 0.9189385332046727
  u: f64[40] = sub t k
  lp: f64[] = sum u {axes=[0]}
  return lp
}`);
const logistic = read(`graph logistic(w: f64[3], x: f64[8,3], y: f64[8]) {
  v: f64[3,1] = reshape w {shape=[3, 1]}
  p: f64[8,1] = matmul x v
  eta: f64[8] = reshape p {shape=[8]}
  ye: f64[8] = mul y eta
  sp: f64[8] = softplus eta
  t: f64[8] = sub ye sp
  lp: f64[] = sum t {axes=[0]}
  return lp
}`);

/** Runs prologue and main as a runtime does. */
function execute(g: Graph, bound: readonly boolean[], inputs: readonly Data[]): readonly Data[] {
  const { prologue, main, reads } = run(g, { bound });
  const data = inputs.filter((_, i) => bound[i]);
  const derived = prologue ? interpret(prologue, data) : [];
  const free = inputs.filter((_, i) => !bound[i]);
  return interpret(main, [...free, ...derived, ...reads.map((i) => inputs[i])]);
}

describe("whole graphs", () => {
  test("a Gaussian likelihood and its gradient: all arithmetic of scalars leaves the rows", () => {
    const g = valueAndGrad(radon, [0, 1, 2]);
    const { main } = run(g);
    // Over rows: gather, broadcast, product, mean, residual, its square, the product with x, and nothing else.
    const rows = main.equations.filter((eq) => eq.outputs[0].type.shape[0] === 40);
    expect(rows.map((eq) => eq.op.name)).toEqual([
      "gather",
      "broadcast",
      "mul",
      "add",
      "sub",
      "square",
      "mul",
    ]);
    const random = randomFrom(3);
    const inputs = randomInputs(g, random, false);
    expect(difference(interpret(g, inputs), interpret(main, inputs), 1e-12)).toBeNull();
  });

  test("a logistic likelihood and its gradient need one exponential per row and no matrix product", () => {
    const g = valueAndGrad(logistic, [0]);
    const { main } = run(g, { bound: [false, true, true] });
    expect(count(main, ops.exp)).toBe(1);
    expect(count(main, ops.matmul)).toBe(0);
    expect(count(main, ops.sigmoid)).toBe(0);
    const inputs = randomInputs(g, randomFrom(4), false);
    expect(difference(interpret(g, inputs), execute(g, [false, true, true], inputs), 1e-14)).toBeNull();
  });

  test("a naive log-sum-exp and its gradient stay finite where the written form overflows", () => {
    const g = valueAndGrad(
      read(`graph f(x: f64[3]) {
  e: f64[3] = exp x
  s: f64[] = sum e {axes=[0]}
  l: f64[] = log s
  return l
}`),
      [0],
    );
    const inputs = [new Float64Array([1000, 999, -1000])];
    expect(interpret(g, inputs)[0][0]).toBe(Infinity);
    const [value, gradient] = interpret(run(g).main, inputs);
    expect(value[0]).toBeCloseTo(1000.3132616875182, 9);
    expect(gradient[0]).toBeCloseTo(0.7310585786300049, 9);
    expect(gradient[2]).toBe(0);
  });

  test("reports name the rules that fired, and print only when read", () => {
    const { passes } = run(radon);
    expect(passes.map((p) => p.name)).toEqual(pipeline.map((p) => p.name));
    const simplify = passes.find((p) => p.name === "simplify")!;
    expect(simplify.fired["sum-of-terms"]).toBeGreaterThan(0);
    expect(simplify.before).toContain("= div ");
    expect(Object.getOwnPropertyDescriptor(simplify, "after")?.get).toBeDefined();
  });

  test("a rule that assumes ordinary numbers fires with fastMath alone", () => {
    const g = read("graph f(x: f64[]) {\n  c: f64[] = constant 3\n  y: f64[] = div x c\n  return y\n}");
    expect(count(run(g).main, ops.div)).toBe(1);
    expect(count(run(g, { fastMath: true }).main, ops.div)).toBe(0);
  });

  test("x * 0 is not 0", () => {
    const g = read("graph f(x: f64[]) {\n  c: f64[] = constant 0\n  y: f64[] = mul x c\n  return y\n}");
    expect(interpret(run(g).main, [new Float64Array([NaN])])[0][0]).toBeNaN();
  });
});

describe("fold", () => {
  test("1 / sqrt(64) is 0.125", () => {
    const g = read(
      "graph f() {\n  a: f64[] = constant 64\n  b: f64[] = sqrt a\n  c: f64[] = constant 1\n  y: f64[] = div c b\n  return y\n}",
    );
    expect(print(run(g).main)).toBe("graph f() {\n  v0: f64[] = constant 0.125\n  return v0\n}\n");
  });

  test("stops at a size: a large table is not written out", () => {
    const g = read(
      'graph f() {\n  i: f64[5000] = iota {dtype="f64", shape=[5000], axis=0}\n  y: f64[5000] = exp i\n  return y\n}',
    );
    expect(count(run(g).main, ops.exp)).toBe(1);
  });
});

describe("split", () => {
  const g = read(`graph f(p: f64[], y: f64[5], n: i32[5]) {
  one: f64[5] = constant 1
  y1: f64[5] = add y one
  l: f64[5] = lgamma y1
  v: f64[3] = slice y {start=[0], stop=[3], step=[1]}
  w: f64[3] = broadcast p {shape=[3], dims=[]}
  q: f64[3] = mul v w
  r: f64[3] = sin q
  s: f64[] = sum r {axes=[0]}
  t: f64[] = sum l {axes=[0]}
  o: f64[] = sub s t
  return o
}`);

  test("what depends on bound data alone moves, views of data do not", () => {
    const { prologue, main, reads } = run(g, { bound: [false, true, true] });
    expect(count(main, ops.lgamma)).toBe(0);
    expect(prologue && count(prologue, ops.lgamma)).toBe(1);
    expect(prologue!.outputs.map((v) => v.type.shape)).toEqual([[]]);
    expect(main.inputs.map((v) => v.type.shape)).toEqual([[], [], [5]]);
    expect(reads).toEqual([1]);
    const inputs = randomInputs(g, randomFrom(5), false).map((x) =>
      x instanceof Float64Array ? x.map(Math.abs) : x,
    );
    expect(difference(interpret(g, inputs), execute(g, [false, true, true], inputs), 1e-14)).toBeNull();
  });

  test("views of data that a routine reads as a whole move", () => {
    const g = parse(
      `graph f(b: f64[3,1], a: f64[3,3]) {
  t: f64[3,3] = transpose a {perm=[1, 0]}
  x: f64[3,1] = triangularSolve t b {lower=true, trans=false, unit=false}
  return x
}`,
      ops.opTable,
    );
    const { prologue, main } = run(g, { bound: [false, true] });
    expect(prologue && count(prologue, ops.transpose)).toBe(1);
    expect(count(main, ops.transpose)).toBe(0);
  });

  test("without bound data there is no prologue", () => {
    expect(run(g).prologue).toBeUndefined();
    expect(run(g, { bound: [false, false, false] }).main.inputs.length).toBe(3);
  });

  test("flags must match the inputs", () => {
    expect(() => run(g, { bound: [true] })).toThrow("has 3 inputs, got 1 flags; give one per input.");
  });
});

describe("share", () => {
  test("softplus and sigmoid sharing an exponential agree with their own routines, to the far tails", () => {
    const g = read(`graph f(x: f64[4001]) {
  n: f64[4001] = neg x
  a: f64[4001] = softplus x
  b: f64[4001] = sigmoid n
  c: f64[4001] = softplus n
  d: f64[4001] = sigmoid x
  return a, b, c, d
}`);
    const { main } = run(g);
    expect(count(main, ops.exp)).toBe(1);
    const grid = Float64Array.from({ length: 4001 }, (_, i) => ((i - 2000) / 2000) ** 3 * 740);
    grid.set([NaN, Infinity, -Infinity, -0, 1e-300, -1e-300]);
    const [own, shared] = [interpret(g, [grid]), interpret(main, [grid])];
    // Each is within 2 units in the last place of the truth.
    own.forEach((x, k) =>
      x.forEach((v, i) => {
        const apart = Math.abs(v - shared[k][i]);
        if (!Object.is(v, shared[k][i]))
          expect(apart).toBeLessThanOrEqual(4 * 2 ** -52 * Math.abs(v) + 5e-324);
      }),
    );
  });
});

describe("mixtures", () => {
  test("logaddexp and its gradient need one exponential per row, and agree with their own routines at infinities", () => {
    const g = valueAndGrad(
      read(`graph f(a: f64[40], b: f64[40]) {
  l: f64[40] = logaddexp a b
  y: f64[] = sum l {axes=[0]}
  return y
}`),
      [0, 1],
    );
    const { main } = run(g);
    expect([count(main, ops.exp), count(main, ops.sigmoid), count(main, ops.logaddexp)]).toEqual([1, 0, 0]);
    const inputs = randomInputs(g, randomFrom(11), false);
    expect(difference(interpret(g, inputs), interpret(main, inputs), 1e-14)).toBeNull();
    for (const [x, y] of [
      [-Infinity, -Infinity],
      [Infinity, Infinity],
      [-Infinity, 3],
      [Infinity, -Infinity],
      [NaN, 1],
    ]) {
      const wild = inputs.map((v, i) => v.map((u, k) => (k === 5 ? (i === 0 ? x : y) : u)));
      expect(difference(interpret(g, wild), interpret(main, wild), 1e-14)).toBeNull();
    }
  });
});

describe("reciprocals", () => {
  test("a quotient and its gradient divide once, and not at all where the divisor is data", () => {
    const g = valueAndGrad(
      read(`graph f(x: f64[4], d: f64[4]) {
  q: f64[4] = div x d
  t: f64[4] = sin q
  y: f64[] = sum t {axes=[0]}
  return y
}`),
      [0],
    );
    const free = run(g).main;
    expect([count(free, ops.div), count(free, ops.reciprocal)]).toEqual([0, 1]);
    const { main, prologue } = run(g, { bound: [false, true] });
    expect([count(main, ops.div), count(main, ops.reciprocal)]).toEqual([0, 0]);
    expect(count(prologue!, ops.reciprocal)).toBe(1);
    const inputs = randomInputs(g, randomFrom(6), false);
    expect(difference(interpret(g, inputs), execute(g, [false, true], inputs), 1e-15)).toBeNull();
  });
});

describe("merge and drop-dead", () => {
  test("merges across operand order and inside sub-graphs, keeps effects", () => {
    const effect: Special = {
      ...ops.stopGradient,
      kind: "special",
      lowering: "none",
      name: "notice",
      effect: true,
    };
    const b = new Builder("f");
    const x = b.input({ dtype: "f64", shape: [] });
    const y = b.input({ dtype: "f64", shape: [] });
    const [p] = b.emit(ops.add, [x, y]);
    const [q] = b.emit(ops.add, [y, x]);
    b.emit(effect, [p]);
    b.emit(effect, [q]);
    b.emit(ops.exp, [q]);
    const { main } = run(b.finish([b.emit(ops.mul, [p, q])[0]]));
    expect(main.equations.map((eq) => eq.op.name)).toEqual(["add", "notice", "notice", "square"]);
  });
});

describe("cost", () => {
  test("ten thousand equations pass in time linear in their number", () => {
    const make = (n: number): Graph => {
      const b = new Builder("long");
      const e = ops.emitInto(b);
      let v: Value = b.input({ dtype: "f64", shape: [10] });
      const w = b.input({ dtype: "f64", shape: [] });
      for (let i = 0; b.equations.length < n; i++) {
        const c = e.literal(1 + (i % 7), "f64", [10]);
        const s = e(ops.broadcast, [e(ops.mul, [w, e.literal(i, "f64")])], { shape: [10], dims: [] });
        v = e(ops.add, [e(ops.sin, [e(ops.mul, [v, c])]), s]);
      }
      return b.finish([e(ops.sum, [v], { axes: [0] })]);
    };
    const g = make(10_000);
    optimise(make(2_000));
    const times = pipeline.map((pass) => {
      // Processor time: other processes of the machine do not count.
      const before = process.cpuUsage();
      pass.run(g, { fire: () => undefined, fastMath: false, bound: undefined });
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    // Some 10-30 ms each on a quiet machine; the bound leaves room for a busy one and still catches quadratic work.
    expect(Math.max(...times)).toBeLessThan(500);
  });
});
