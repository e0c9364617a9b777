// Transforms of loops, choices and calls: against finite differences and a loop, and through the passes.
import { describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { interpret } from "../ir/interpret.js";
import { parse } from "../ir/parse.js";
import { print } from "../ir/print.js";
import type { Data, Graph } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { verify } from "../ir/verify.js";
import { opTable } from "../ops/index.js";
import { optimise } from "../passes/optimise.js";
import { jvp, valueAndGrad, vmap } from "./transforms.js";

const step = `graph body(a: f64[], c: f64[], x: f64[]) {
    one: f64[] = constant 1
    p: f64[] = mul a c
    p1: f64[] = mul p one
    q: f64[] = add p1 x
    n: f64[] = tanh q
    m: f64[] = mul n x
    return n, m
  }`;
const graphs: Readonly<Record<string, string>> = {
  scan: `graph f(a: f64[], c: f64[], xs: f64[4]) {
  e: f64[], ys: f64[4] = scan a c xs {body=${step}, consts=1, carries=1, length=4, reverse=false}
  s: f64[] = sum ys {axes=[0]}
  y: f64[] = mul s e
  return y
}`,
  cond: `graph f(a: f64[], c: f64[], xs: f64[4]) {
  t: bool[] = gt a c
  y: f64[] = cond t a xs {then=graph then(u: f64[], v: f64[4]) {
    w: f64[4] = square v
    s: f64[] = sum w {axes=[0]}
    r: f64[] = mul s u
    return r
  }, otherwise=graph otherwise(u: f64[], v: f64[4]) {
    w: f64[4] = sin v
    s: f64[] = sum w {axes=[0]}
    r: f64[] = add s u
    return r
  }}
  return y
}`,
  call: `graph f(a: f64[], c: f64[], xs: f64[4]) {
  z: f64[] = call a c {graph=graph g(u: f64[], v: f64[]) {
    e: f64[] = exp u
    w: f64[] = mul e v
    return w
  }}
  s: f64[] = sum xs {axes=[0]}
  y: f64[] = mul z s
  return y
}`,
  while: `graph f(a: f64[], c: f64[], xs: f64[4]) {
  s: f64[] = sum xs {axes=[0]}
  zero: i32[] = constant 0
  n: i32[], y: f64[] = while a zero s {test=graph test(u: f64[], i: i32[], v: f64[]) {
    three: i32[] = constant 3
    t: bool[] = lt i three
    return t
  }, body=graph body(u: f64[], i: i32[], v: f64[]) {
    one: i32[] = constant 1
    j: i32[] = add i one
    w: f64[] = mul u v
    z: f64[] = sin w
    return j, z
  }, consts=1, limit=5}
  return y
}`,
};

const inputsFor = (g: Graph, seed: number): Data[] => randomInputs(g, randomFrom(seed), false);

/** Central differences of the first output, all inputs one after the other. */
function slopes(g: Graph, inputs: readonly Data[]): Data[] {
  const h = 1e-6;
  return inputs.map((x, k) =>
    Float64Array.from(x, (_, i) => {
      const at = (by: number): number => {
        const moved = inputs.map((y) => Float64Array.from(y));
        moved[k][i] += by;
        return interpret(g, moved)[0][0];
      };
      return (at(h) - at(-h)) / (2 * h);
    }),
  );
}

describe.each(Object.entries(graphs))("%s", (_, text) => {
  const g = parse(text, opTable);

  test("verifies, and reads back as printed", () => {
    verify(g);
    expect(print(parse(print(g), opTable))).toBe(print(g));
  });

  test("gradient, jvp and gradient of gradient match finite differences", () => {
    for (const seed of [1, 2, 3]) {
      const inputs = inputsFor(g, seed);
      const grad = valueAndGrad(g, [0, 1, 2]);
      verify(grad);
      const gradients = interpret(grad, inputs).slice(1);
      expect(difference(gradients, slopes(g, inputs), 1e-7)).toBeNull();

      const forward = jvp(g, [true, true, true]);
      verify(forward);
      const tangents = inputsFor(g, seed + 10);
      const expected = gradients.reduce(
        (s, d, k) => s + Float64Array.from(d).reduce((t, v, i) => t + v * tangents[k][i], 0),
        0,
      );
      expect(interpret(forward, [...inputs, ...tangents])[1][0]).toBeCloseTo(expected, 9);

      const first: Graph = { ...grad, outputs: [grad.outputs[1]] };
      const second = valueAndGrad(first, [0, 1, 2]);
      verify(second);
      expect(difference(interpret(second, inputs).slice(1), slopes(first, inputs), 1e-6)).toBeNull();
    }
  });

  test("vmap of the gradient is a loop over the new axis", () => {
    const grad = valueAndGrad(g, [0, 2]);
    const { graph } = vmap(grad, [true, false, true], 3, true);
    verify(graph);
    const runs = [4, 5, 6].map((seed) => inputsFor(g, seed));
    const args = g.inputs.map((v, i) => {
      if (i === 1) return runs[0][1];
      const all = new Float64Array(3 * sizeOf(v.type.shape));
      runs.forEach((r, k) => all.set(r[i], k * sizeOf(v.type.shape)));
      return all;
    });
    const result = interpret(graph, args);
    runs.forEach((r, k) => {
      interpret(grad, [r[0], runs[0][1], r[2]]).forEach((x, j) => {
        const part = result[j].slice(k * x.length, (k + 1) * x.length);
        expect(difference([x], [part], 1e-12)).toBeNull();
      });
    });
  });

  test("the passes keep its meaning, and that of its gradient, with data bound or not", () => {
    for (const h of [g, valueAndGrad(g, [0, 1])]) {
      for (const bound of [undefined, [false, false, true], [false, true, true]]) {
        const { prologue, main, reads } = optimise(h, { verify: true, ...(bound && { bound }) });
        const inputs = inputsFor(h, 7);
        const data = inputs.filter((_, i) => bound?.[i]);
        const derived = prologue ? interpret(prologue, data) : [];
        const free = inputs.filter((_, i) => !bound?.[i]);
        const args = bound ? [...free, ...derived, ...reads.map((i) => inputs[i])] : inputs;
        expect(difference(interpret(h, inputs), interpret(main, args), 1e-12)).toBeNull();
      }
    }
  });
});

test("rules reach into sub-graphs", () => {
  const { main } = optimise(parse(graphs.scan, opTable), { verify: true });
  expect(print(main)).not.toContain("constant 1");
});
