// Sums over rows through a factor of the data: what fires, what does not, and how exact the answers are.
import { describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { interpret } from "../ir/interpret.js";
import { Builder } from "../ir/builder.js";
import { parse } from "../ir/parse.js";
import type { Graph, Value } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { valueAndGrad } from "../transform/transforms.js";
import { Exact, rowsLeft, run } from "./statistics.fixture.js";

const read = (text: string): Graph => parse(text, ops.opTable);

/** A regression written with the forms a user may choose from. */
function regression(random: () => number, n: number): { graph: Graph; bound: boolean[]; stays: boolean } {
  const b = new Builder("regression");
  const e = ops.emitInto(b);
  const k = 2 + Math.floor(random() * 3);
  const matrix = random() < 0.5;
  const beta = b.input({ dtype: "f64", shape: [k] });
  const alpha = b.input({ dtype: "f64", shape: [] });
  const logSigma = b.input({ dtype: "f64", shape: [] });
  const x = b.input({ dtype: "f64", shape: matrix ? [n, k] : [k, n] });
  const y = b.input({ dtype: "f64", shape: [n] });
  const w = b.input({ dtype: "f64", shape: [n] });
  const wide = (v: Value): Value => e(ops.broadcast, [v], { shape: [n], dims: [] });
  let mean: Value;
  if (matrix) {
    const product = e(ops.matmul, [x, e(ops.reshape, [beta], { shape: [k, 1] })]);
    mean = e(ops.reshape, [product], { shape: [n] });
  } else {
    const terms = Array.from({ length: k }, (_, j) => {
      const row = e(ops.slice, [x], { start: [j, 0], stop: [j + 1, n], step: [1, 1] });
      const at = e(ops.slice, [beta], { start: [j], stop: [j + 1], step: [1] });
      return e(ops.mul, [wide(e(ops.reshape, [at], { shape: [] })), e(ops.reshape, [row], { shape: [n] })]);
    });
    mean = terms.reduce((s, t) => e(random() < 0.3 ? ops.sub : ops.add, [s, t]));
  }
  if (random() < 0.7) mean = e(ops.add, [random() < 0.5 ? mean : e(ops.neg, [mean]), wide(alpha)]);
  let residual = random() < 0.5 ? e(ops.sub, [y, mean]) : e(ops.sub, [mean, y]);
  const weighting = random();
  if (weighting < 0.2) residual = e(ops.mul, [residual, w]);
  else if (weighting < 0.4) residual = e(ops.div, [residual, w]);
  const sigma = e(ops.exp, [logSigma]);
  const z = e(ops.div, [residual, wide(sigma)]);
  const half = e(ops.mul, [e(ops.square, [z]), e.literal(-0.5, "f64", [n])]);
  const terms = e(ops.sub, [half, e(ops.log, [wide(sigma)])]);
  const graph = b.finish([e(ops.sum, [terms], { axes: [0] })]);
  // Weighted residuals times columns one by one bring columns of their own, which few rows do not pay for.
  return { graph, bound: [false, false, false, true, true, true], stays: weighting < 0.4 && !matrix };
}

describe("which models", () => {
  test("regressions as users write them, weighted or not, lose all rows and keep value and gradient", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed);
      const n = 60 + Math.floor(random() * 9);
      const { graph, bound, stays } = regression(random, n);
      const g = valueAndGrad(graph, [0, 1, 2]);
      const { fired, main, execute } = run(g, bound);
      if (!stays) {
        expect(fired, `seed ${seed}`).toBeGreaterThan(0);
        expect(rowsLeft(main, n), `seed ${seed}`).toEqual([]);
      }
      const inputs = randomInputs(g, random, false).map((x, i) =>
        i === 5 ? x.map((v) => Math.abs(v) + 0.5) : x,
      );
      inputs[2][0] = Math.abs(inputs[2][0]);
      expect(difference(interpret(g, inputs), execute(inputs), 1e-11), `seed ${seed}`).toBeNull();
    }
  });

  test("a trend with changes of slope is one design: products with data join its columns", () => {
    const [n, k] = [90, 4];
    const b = new Builder("trend");
    const e = ops.emitInto(b);
    const f64 = (...shape: number[]) => b.input({ dtype: "f64", shape });
    const [slope, change, x, at, time, y] = [f64(), f64(k), f64(n, k), f64(k), f64(n), f64(n)];
    const product = (v: Value): Value =>
      e(ops.reshape, [e(ops.matmul, [x, e(ops.reshape, [v], { shape: [k, 1] })])], { shape: [n] });
    const slopes = e(ops.add, [product(change), e(ops.broadcast, [slope], { shape: [n], dims: [] })]);
    const mean = e(ops.add, [e(ops.mul, [slopes, time]), product(e(ops.mul, [at, change]))]);
    const g = valueAndGrad(
      b.finish([e(ops.sum, [e(ops.square, [e(ops.sub, [y, mean])])], { axes: [0] })]),
      [0, 1],
    );
    const { fired, main, execute } = run(g, [false, false, true, true, true, true]);
    expect(fired).toBeGreaterThan(0);
    expect(rowsLeft(main, n)).toEqual([]);
    for (let seed = 1; seed <= 10; seed++) {
      const inputs = randomInputs(g, randomFrom(seed), false);
      expect(difference(interpret(g, inputs), execute(inputs), 1e-11), `seed ${seed}`).toBeNull();
    }
  });

  const small = (body: string, shape = "f64[50]"): Graph =>
    read(`graph f(a: f64[], b: f64[], x: ${shape}, y: ${shape}) {
  A: ${shape} = broadcast a {shape=[50], dims=[]}
  B: ${shape} = broadcast b {shape=[50], dims=[]}
  m: ${shape} = mul B x
${body}
}`);
  const bound = [false, false, true, true];

  test("residuals that something else reads row by row stay", () => {
    const g = small(`  r: f64[50] = sub y m
  q: f64[50] = square r
  s: f64[] = sum q {axes=[0]}
  t: f64[50] = tanh r
  u: f64[] = sum t {axes=[0]}
  o: f64[] = add s u
  return o`);
    expect(run(valueAndGrad(g, [0, 1]), bound).fired).toBe(0);
  });

  test("parameters that vary by row stay, and so does everything where nothing is bound", () => {
    const effects = read(`graph f(t: f64[50], m: f64[], y: f64[50]) {
  M: f64[50] = broadcast m {shape=[50], dims=[]}
  d: f64[50] = sub t M
  q: f64[50] = square d
  s: f64[] = sum q {axes=[0]}
  r: f64[50] = sub y t
  p: f64[50] = square r
  u: f64[] = sum p {axes=[0]}
  o: f64[] = add s u
  return o
}`);
    expect(run(valueAndGrad(effects, [0, 1]), [false, false, true]).fired).toBe(0);
    const g = small(
      "  r: f64[50] = sub y m\n  q: f64[50] = square r\n  s: f64[] = sum q {axes=[0]}\n  return s",
    );
    expect(run(g, [false, false, false, false]).fired).toBe(0);
    expect(run(g, bound).fired).toBe(1);
  });

  test("two regressions over equally many rows have a factor each", () => {
    const g = small(`  r: f64[50] = sub y m
  q: f64[50] = square r
  s: f64[] = sum q {axes=[0]}
  n: f64[50] = mul A y
  d: f64[50] = sub x n
  p: f64[50] = square d
  u: f64[] = sum p {axes=[0]}
  o: f64[] = add s u
  return o`);
    const graph = valueAndGrad(g, [0, 1]);
    const { prologue, execute } = run(graph, bound);
    expect(prologue!.equations.filter((eq) => eq.op === ops.designFactor).length).toBe(2);
    const inputs = randomInputs(graph, randomFrom(9), false);
    expect(difference(interpret(graph, inputs), execute(inputs), 1e-12)).toBeNull();
  });

  test("a wide design stays", () => {
    const wide = (n: number, k: number): Graph =>
      read(`graph f(b: f64[${k},1], x: f64[${n},${k}], y: f64[${n},1]) {
  m: f64[${n},1] = matmul x b
  r: f64[${n},1] = sub y m
  q: f64[${n},1] = square r
  s: f64[] = sum q {axes=[0, 1]}
  return s
}`);
    expect(run(wide(40, 30), [false, true, true]).fired).toBe(0);
    expect(run(wide(400, 30), [false, true, true]).fired).toBe(1);
  });
});

describe("exactness", () => {
  // Means of 1e6 beside deviations of 1, and a column that is another up to 1e-8.
  const n = 300;
  const g = valueAndGrad(
    read(`graph f(b: f64[4,1], x: f64[${n},4], y: f64[${n},1]) {
  m: f64[${n},1] = matmul x b
  r: f64[${n},1] = sub y m
  q: f64[${n},1] = square r
  s: f64[] = sum q {axes=[0, 1]}
  return s
}`),
    [0],
  );
  const random = randomFrom(77);
  const normal = (): number => Array.from({ length: 12 }, random).reduce((s, u) => s + u, -6);
  const truth = [3, -2, 5, 1];
  const design = (mean: number, apart: number): readonly [Float64Array, Float64Array] => {
    const x = new Float64Array(n * 4);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const a = normal();
      x.set([1, mean + a, a + apart * normal(), mean + normal()], 4 * i);
      y[i] = truth.reduce((s, t, j) => s + t * x[4 * i + j], normal());
    }
    return [x, y];
  };
  const designs = {
    "means of 1e6": { data: design(1e6, 1), bound: 1e-11 },
    "a condition number of 1e8": { data: design(1, 1e-8), bound: 1e-11 },
    // Together the condition number is 1e14: rows written out are good to 1e-10 here.
    "means of 1e6 beside near-dependence": { data: design(1e6, 1e-8), bound: 1e-9 },
  } as const;
  const { execute, fired } = run(g, [false, true, true]);

  /** The sum of squares and its gradient from exact residuals (each rounded twice over). */
  function exact(
    b: readonly number[],
    x: Float64Array,
    y: Float64Array,
  ): { value: number; gradient: number[]; scale: number[] } {
    const value = new Exact();
    const gradient = b.map(() => new Exact());
    const scale = b.map(() => 0);
    for (let i = 0; i < n; i++) {
      const r = new Exact();
      r.add(y[i]);
      b.forEach((v, j) => r.addProduct(-1, v, x[4 * i + j]));
      const high = r.value;
      r.add(-high);
      const low = r.value;
      value.addProduct(high, high);
      value.addProduct(2, high, low);
      b.forEach((_, j) => {
        for (const part of [high, low]) gradient[j].addProduct(-2, part, x[4 * i + j]);
        scale[j] += Math.abs(2 * high * x[4 * i + j]);
      });
    }
    return { value: value.value, gradient: gradient.map((s) => s.value), scale };
  }

  const points: readonly (readonly [string, readonly number[]])[] = [
    ["at the truth", truth],
    ["near it", truth.map((t, j) => t + [1e-3, 1e-9, 1e-2, 0.1][j])],
    ["far away", [0, 0, 0, 0]],
    ["where intercept and slope cancel", [3 + 1e6, -3, 5, 1]],
    ["along the near-dependent direction", [3, -2 + 1e3, 5 - 1e3, 1]],
  ];
  const cases = Object.entries(designs).flatMap(([name, d]) =>
    points.map(([where, b]) => [name, where, d, b] as const),
  );

  test.each(cases)("%s, %s", (_name, _where, { data: [x, y], bound }, b) => {
    expect(fired).toBe(2);
    const [value, gradient] = execute([Float64Array.from(b), x, y]);
    const truthful = exact(b, x, y);
    expect(Math.abs(value[0] / truthful.value - 1)).toBeLessThan(bound);
    gradient.forEach((v, j) =>
      expect(Math.abs(v - truthful.gradient[j]) / truthful.scale[j]).toBeLessThan(bound),
    );
  });

  test("columns that repeat, vanish or leave nothing over", () => {
    const [x] = designs["means of 1e6"].data;
    const twice = Float64Array.from(x, (v, i) => (i % 4 === 2 ? x[i - 1] : i % 4 === 3 ? 0 : v));
    const perfect = Float64Array.from({ length: n }, (_, i) => 2 + 3 * twice[4 * i + 1]);
    const inputs = [Float64Array.from([2, 1, 2.5, 7]), twice, perfect];
    const [value, gradient] = execute(inputs);
    const [plain, slope] = interpret(g, inputs);
    expect(value[0]).toBeCloseTo(plain[0], 0);
    expect(Math.abs(value[0] / plain[0] - 1)).toBeLessThan(1e-11);
    slope.forEach((v, j) => expect(Math.abs(gradient[j] - v)).toBeLessThan(1e-11 * (1 + Math.abs(v))));
  });
});
