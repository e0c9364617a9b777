// Derivatives against finite differences, batching against a loop, and each transform of each other, through the interpreter.
import { describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import { parse } from "../ir/parse.js";
import type { Data, Graph } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { verify } from "../ir/verify.js";
import { add, concatenate, emitInto, mul, opTable, reshape, slice } from "../ops/index.js";
import { jvp, valueAndGrad, vjp, vmap } from "./transforms.js";

const read = (text: string): Graph => parse(text, opTable);
const yes = (g: Graph): boolean[] => g.inputs.map(() => true);

// A little of everything: movement, gather, product, reduction, choice, one output used twice, and one that is not.
const model = read(`graph model(a: f64[4], b: f64[], m: f64[3,4]) {
  i: i32[5] = constant i32[0, 3, 3, 1, 2]
  g: f64[5] = gather a i {axis=0, batch=0}
  w: f64[5] = broadcast b {shape=[5], dims=[]}
  d: f64[5] = div g w
  q: f64[5] = square d
  s: f64[] = sum q {axes=[0]}
  c: f64[4,1] = reshape a {shape=[4, 1]}
  p: f64[3,1] = matmul m c
  r: f64[3] = reshape p {shape=[3]}
  zero: f64[3] = constant 0
  pos: bool[3] = gt r zero
  t: f64[3] = sqrt r
  u: f64[3] = where pos t r
  h: f64[2] = slice u {start=[0], stop=[3], step=[2]}
  k: f64[] = prod h {axes=[0]}
  y: f64[] = add s k
  x: f64[] = mul y b
  return x, u
}`);

const scalarOf = (g: Graph, inputs: readonly Data[]): number => interpret(g, inputs)[0][0];
const floats = (x: Data): Float64Array => Float64Array.from(x);

/** Central differences of the first output in one input. */
function slope(g: Graph, inputs: readonly Data[], which: number): Float64Array {
  const h = 1e-5;
  return Float64Array.from(inputs[which], (_, i) => {
    const at = (by: number): number => {
      const moved = floats(inputs[which]);
      moved[i] += by;
      return scalarOf(
        g,
        inputs.map((x, k) => (k === which ? moved : x)),
      );
    };
    return (at(h) - at(-h)) / (2 * h);
  });
}

/** Positive, so that square roots and divisors are tame. */
function tame(g: Graph, seed: number): Data[] {
  return randomInputs(g, randomFrom(seed), false).map((x) =>
    x instanceof Float64Array ? x.map((v) => 0.5 + Math.abs(v)) : x,
  );
}

describe("vjp and valueAndGrad", () => {
  test("the gradient matches finite differences, the value and other outputs are kept", () => {
    const g = valueAndGrad(model, [2, 0]);
    verify(g);
    const inputs = tame(model, 1);
    const [value, dm, da, aux] = interpret(g, inputs);
    const [expected, u] = interpret(model, inputs);
    expect(difference([value, aux], [expected, u])).toBeNull();
    expect(difference([dm, da], [slope(model, inputs, 2), slope(model, inputs, 0)], 1e-7)).toBeNull();
  });

  test("the gradient of a gradient matches finite differences of the gradient", () => {
    const first = valueAndGrad(model, [1]);
    const gradient: Graph = { ...first, outputs: [first.outputs[1]] };
    const second = valueAndGrad(gradient, [0, 1]);
    verify(second);
    const inputs = tame(model, 2);
    const [, da, db] = interpret(second, inputs);
    expect(difference([da, db], [slope(gradient, inputs, 0), slope(gradient, inputs, 1)], 1e-6)).toBeNull();
  });

  test("an input that the value does not depend on has a zero gradient", () => {
    const g = valueAndGrad(read("graph f(x: f64[], z: f64[2]) {\n  y: f64[] = sin x\n  return y\n}"), [1]);
    expect(interpret(g, [new Float64Array([1]), new Float64Array(2)])[1]).toEqual(new Float64Array(2));
  });

  test("a cotangent that came through where stays zero where the arm not taken is not finite", () => {
    const g = read(`graph f(x: f64[2]) {
  zero: f64[2] = constant 0
  pos: bool[2] = gt x zero
  r: f64[2] = sqrt x
  l: f64[2] = log r
  y: f64[2] = where pos l zero
  s: f64[] = sum y {axes=[0]}
  return s
}`);
    const [, dx] = interpret(valueAndGrad(g, [0]), [new Float64Array([4, 0])]);
    expect([...dx]).toEqual([0.125, 0]);
  });

  test("the cotangents of many slices are concatenated, not padded and added", () => {
    const b = new Builder("slices");
    const e = emitInto(b);
    const x = b.input({ dtype: "f64", shape: [40] });
    let total = e.literal(0, "f64");
    // Every second element, two of them twice.
    for (const i of [...Array(20).keys(), 3, 3]) {
      const s = e(slice, [x], { start: [2 * i], stop: [2 * i + 1], step: [1] });
      const v = e(reshape, [s], { shape: [] });
      total = e(add, [total, e(mul, [v, v])]);
    }
    const g = b.finish([total]);
    const grad = valueAndGrad(g, [0]);
    const inputs = tame(g, 3);
    expect(difference([interpret(grad, inputs)[1]], [slope(g, inputs, 0)], 1e-6)).toBeNull();
    const joined = grad.equations.filter((eq) => eq.op === concatenate);
    expect(joined.length).toBe(1);
    const sums = grad.equations.filter((eq) => eq.op === add && sizeOf(eq.outputs[0].type.shape) === 40);
    expect(sums.length).toBe(2);
  });

  test("errors say what is wrong and what to do", () => {
    const g = read("graph f(x: f64[2], n: i32[]) {\n  y: f64[2] = sin x\n  return y\n}");
    expect(() => valueAndGrad(g, [0])).toThrow("must be a float scalar, got f64[2]; reduce it first");
    expect(() => vjp(g, [true])).toThrow("graph f has 2 inputs, got 1 flags; give one per input.");
    expect(() => vjp(g, [true, true])).toThrow("vjp: input 1 (n) of graph f is i32; only f64 and f32");
    expect(() => valueAndGrad(model, [7])).toThrow("there is no input 7");
    expect(() => vmap(g, [true, false], -1, true)).toThrow("non-negative integer, got -1");
  });
});

describe("jvp", () => {
  test("agrees with vjp: <ct, J t> = <J' ct, t>", () => {
    const forward = jvp(model, yes(model));
    const backward = vjp(model, yes(model));
    verify(forward);
    verify(backward);
    const inputs = tame(model, 4);
    const tangents = tame(model, 5);
    const cts = [new Float64Array([0.7]), new Float64Array([1, -2, 3])];
    const dot = (a: readonly Data[], b: readonly Data[]): number =>
      a.reduce((s, x, k) => s + floats(x).reduce((t, v, i) => t + v * b[k][i], 0), 0);
    const outward = interpret(forward, [...inputs, ...tangents]).slice(2);
    const inward = interpret(backward, [...inputs, ...cts]);
    expect(dot(cts, outward)).toBeCloseTo(dot(inward, tangents), 10);
  });

  test("of a gradient is a Hessian-vector product", () => {
    const first = valueAndGrad(model, [0]);
    const gradient: Graph = { ...first, outputs: [first.outputs[1]] };
    const product = jvp(gradient, [true, false, false]);
    verify(product);
    const inputs = tame(model, 6);
    const v = new Float64Array([1, -1, 0.5, 2]);
    const h = 1e-5;
    const at = (by: number): Data =>
      interpret(gradient, [floats(inputs[0]).map((x, i) => x + by * v[i]), inputs[1], inputs[2]])[0];
    const [up, down] = [at(h), at(-h)];
    const expected = Float64Array.from(up, (x, i) => (x - down[i]) / (2 * h));
    expect(difference([interpret(product, [...inputs, v])[1]], [expected], 1e-6)).toBeNull();
  });
});

describe("vmap", () => {
  test.each([
    ["the model", model],
    ["its gradient", valueAndGrad(model, [0, 1, 2])],
    ["the gradient of its gradient", valueAndGrad(valueAndGrad(model, [1]), [0])],
    ["its jvp", jvp(model, yes(model))],
  ])("of %s is a loop over the new axis", (_, g) => {
    const size = 3;
    const flags = g.inputs.map((_, i) => i % 2 === 0);
    const { graph, batched } = vmap(g, flags, size, true);
    verify(graph);
    expect(batched.every(Boolean)).toBe(true);
    const runs = Array.from({ length: size }, (_, k) => tame(g, 10 + k));
    const args = g.inputs.map((v, i) => {
      if (!flags[i]) return runs[0][i];
      const all = new Float64Array(size * sizeOf(v.type.shape));
      runs.forEach((r, k) => all.set(r[i] as Float64Array, k * sizeOf(v.type.shape)));
      return all;
    });
    const result = interpret(graph, args);
    runs.forEach((r, k) => {
      const single = interpret(
        g,
        r.map((x, i) => (flags[i] ? x : runs[0][i])),
      );
      single.forEach((x, j) => {
        const part = result[j].slice(k * x.length, (k + 1) * x.length);
        expect(difference([x], [part], 1e-12)).toBeNull();
      });
    });
  });

  test("says which outputs carry the axis when not all must", () => {
    const g = read(
      "graph f(x: f64[], z: f64[]) {\n  y: f64[] = sin x\n  w: f64[] = cos z\n  return y, w, z\n}",
    );
    const { graph, batched } = vmap(g, [true, false], 2, false);
    expect(batched).toEqual([true, false, false]);
    expect(graph.outputs.map((v) => v.type.shape)).toEqual([[2], [], []]);
  });
});
