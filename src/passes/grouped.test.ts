// Likelihoods with an element of a vector for every group of rows: which lose their rows, and how exact the answers are.
import { describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import { parse } from "../ir/parse.js";
import type { Graph, Value } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { valueAndGrad } from "../transform/transforms.js";
import { optimise } from "./optimise.js";
import { Exact, rowsLeft, run } from "./statistics.fixture.js";

const read = (text: string): Graph => parse(text, ops.opTable);

/** y ~ Normal(a[g] + x b, exp(s)) as users write it. */
function hierarchy(random: () => number, n: number, count: number): { graph: Graph; bound: boolean[] } {
  const b = new Builder("hierarchy");
  const e = ops.emitInto(b);
  const k = Math.floor(random() * 3);
  const effects = b.input({ dtype: "f64", shape: [count] });
  const [mu, tau, logSigma] = [0, 1, 2].map(() => b.input({ dtype: "f64", shape: [] }));
  const slopes = Array.from({ length: k }, () => b.input({ dtype: "f64", shape: [] }));
  const columns = slopes.map(() => b.input({ dtype: "f64", shape: [n] }));
  const y = b.input({ dtype: "f64", shape: [n] });
  const index = b.input({ dtype: "i32", shape: [n] });
  const over = (v: Value, size: number): Value => e(ops.broadcast, [v], { shape: [size], dims: [] });
  const pick = (v: Value): Value => e(ops.gather, [v, index], { axis: 0, batch: 0 });
  // Centred, or not; the mean inside of the groups' vector, or beside it.
  const scaled = random() < 0.5 ? effects : e(ops.mul, [effects, over(tau, count)]);
  const inside = random() < 0.5;
  let mean = inside ? pick(e(ops.add, [scaled, over(mu, count)])) : pick(scaled);
  slopes.forEach((slope, j) => (mean = e(ops.add, [mean, e(ops.mul, [over(slope, n), columns[j]])])));
  if (!inside && random() < 0.7) mean = e(random() < 0.5 ? ops.add : ops.sub, [mean, over(mu, n)]);
  const residual = random() < 0.5 ? e(ops.sub, [y, mean]) : e(ops.sub, [mean, y]);
  const sigma = e(ops.exp, [logSigma]);
  const half = e(ops.mul, [
    e(ops.square, [e(ops.div, [residual, over(sigma, n)])]),
    e.literal(-0.5, "f64", [n]),
  ]);
  const terms = e(ops.sub, [half, e(ops.log, [over(sigma, n)])]);
  const graph = b.finish([e(ops.sum, [terms], { axes: [0] })]);
  return { graph, bound: graph.inputs.map((_, i) => i >= 4 + k) };
}

test("hierarchies lose all rows and keep value and gradient, whatever the groups", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const count = 1 + Math.floor(random() * 12);
    const n = 150 + Math.floor(random() * 9);
    const { graph, bound } = hierarchy(random, n, count);
    const free = bound.flatMap((fixed, i) => (fixed ? [] : [i]));
    const g = valueAndGrad(graph, free);
    const { fired, main, execute } = run(g, bound);
    expect(fired, `seed ${seed}`).toBeGreaterThan(1);
    expect(rowsLeft(main, n), `seed ${seed}`).toEqual([]);
    const inputs = randomInputs(g, random, false).map((x) => {
      // Groups without rows, and indices from the end and out of range, which gather puts into range.
      if (x instanceof Int32Array) return x.map(() => Math.floor(random() * random() * (count + 2)) - 1);
      return x;
    });
    expect(difference(interpret(g, inputs), execute(inputs), 1e-11), `seed ${seed}`).toBeNull();
  }
});

describe("what stays", () => {
  const model = (body: string, n = 200): Graph =>
    read(`graph f(a: f64[4], c: f64[5], x: f64[${n}], y: f64[${n}], g: i32[${n}], h: i32[${n}]) {
  u: f64[${n}] = gather a g {axis=0, batch=0}
  v: f64[${n}] = gather c h {axis=0, batch=0}
${body}
  q: f64[${n}] = square r
  s: f64[] = sum q {axes=[0]}
  return s
}`);
  const bound = [false, false, true, true, true, true];
  const fired = (g: Graph): number => run(valueAndGrad(g, [0, 1]), bound).fired;
  const one = "  r: f64[200] = sub y u";

  test("one grouping goes", () => expect(fired(model(one))).toBeGreaterThan(0));
  test("two that cross", () =>
    expect(fired(model("  m: f64[200] = add u v\n  r: f64[200] = sub y m"))).toBe(0));
  test("slopes by group", () =>
    expect(fired(model("  m: f64[200] = mul u x\n  r: f64[200] = sub y m"))).toBe(0));
  test("residuals that are weighted", () =>
    expect(fired(model("  d: f64[200] = sub y u\n  r: f64[200] = mul d x"))).toBe(0));
  test("groups of few rows", () => expect(fired(model("  r: f64[9] = sub y u", 9))).toBe(0));
});

describe("exactness", () => {
  const n = 300;
  const count = 7;
  const g = valueAndGrad(
    read(`graph f(a: f64[${count}], b: f64[], x: f64[${n}], y: f64[${n}], g: i32[${n}]) {
  u: f64[${n}] = gather a g {axis=0, batch=0}
  w: f64[${n}] = broadcast b {shape=[${n}], dims=[]}
  m: f64[${n}] = mul w x
  t: f64[${n}] = add u m
  r: f64[${n}] = sub y t
  q: f64[${n}] = square r
  s: f64[] = sum q {axes=[0]}
  return s
}`),
    [0, 1],
  );
  const { execute, fired } = run(g, [false, false, true, true, true]);
  const random = randomFrom(3);
  const normal = (): number => Array.from({ length: 12 }, random).reduce((s, u) => s + u, -6);
  const index = Int32Array.from({ length: n }, () => Math.floor(random() * count));
  const truth = Array.from({ length: count }, (_, j) => j - 3);
  const cases = [
    ["means of 1e6", 1e6, 0, 2, 0],
    ["a level of 1e6 that the groups carry", 0, 1e6, 2, 0],
    ["both, away from the fit", 1e6, 1e6, 2.5, 1e-3],
    ["where slope and groups cancel", 1e6, 0, 1, 1e6],
  ] as const;
  test.each(cases)("%s", (_name, mean, level, slope, shift) => {
    expect(fired).toBe(3);
    const x = Float64Array.from({ length: n }, () => mean + normal());
    const y = Float64Array.from(x, (v, i) => truth[index[i]] + level + 2 * v + normal());
    const a = Float64Array.from(truth, (t) => t + level + shift);
    const value = new Exact();
    const groups = truth.map(() => new Exact());
    const sizes = truth.map(() => 0);
    const along = new Exact();
    let size = 0;
    for (let i = 0; i < n; i++) {
      const r = new Exact();
      for (const part of [y[i], -a[index[i]]]) r.add(part);
      r.addProduct(-slope, x[i]);
      const high = r.value;
      r.add(-high);
      for (const part of [high, r.value]) {
        value.addProduct(high, part === high ? high : 2 * part);
        groups[index[i]].addProduct(-2, part);
        along.addProduct(-2, part, x[i]);
      }
      sizes[index[i]] += Math.abs(2 * high);
      size += Math.abs(2 * high * x[i]);
    }
    const [got, byGroup, bySlope] = execute([a, Float64Array.of(slope), x, y, index]);
    expect(Math.abs(got[0] / value.value - 1)).toBeLessThan(1e-11);
    groups.forEach((s, j) => expect(Math.abs(byGroup[j] - s.value) / sizes[j]).toBeLessThan(1e-11));
    expect(Math.abs(bySlope[0] - along.value) / size).toBeLessThan(1e-11);
  });
});

test("one operation finds all that is needed of the data, so that little is left to compile", () => {
  const { graph, bound } = hierarchy(randomFrom(7), 400, 12);
  const { prologue } = optimise(valueAndGrad(graph, [0, 1, 2, 3]), {
    bound: bound.slice(0, graph.inputs.length),
    verify: true,
  });
  const ofFactors = prologue!.equations.filter(
    ({ op }) => op === ops.groupedFactor || op === ops.designFactor,
  );
  expect(ofFactors.map(({ op }) => op.name)).toEqual(["groupedFactor"]);
  expect(prologue!.equations.length).toBeLessThan(20);
});
