// Control flow under the transforms: jvp against finite differences, vjp against jvp, vmap against a loop, gradients of gradients.
import { describe, expect, test } from "vitest";
import { Builder } from "../src/ir/builder.js";
import { interpret } from "../src/ir/interpret.js";
import type { Emit } from "../src/ir/op.js";
import type { Data, Graph, Type, Value } from "../src/ir/types.js";
import { verify } from "../src/ir/verify.js";
import {
  add,
  call,
  cond,
  convert,
  cos,
  emitInto,
  exp,
  gt,
  lt,
  mul,
  scan,
  sin,
  sub,
  sum,
  while_,
} from "../src/ops/index.js";
import { transforms } from "../src/transform/transforms.js";

const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });
const i32: Type = { dtype: "i32", shape: [] };

function graph(
  name: string,
  inputs: readonly Type[],
  body: (e: Emit, x: readonly Value[]) => readonly Value[],
): Graph {
  const builder = new Builder(name);
  const values = inputs.map((t) => builder.input(t));
  return builder.finish(body(emitInto(builder, transforms), values));
}

/** c' = sin(c) * w + x, y = c * x, with a step counter that is not a float. */
const rnnBody = graph("rnn", [f64(), i32, f64(), f64()], (e, [w, n, c, x]) => [
  e(add, [n, e.literal(1, "i32")]),
  e(add, [e(mul, [e(sin, [c]), w]), x]),
  e(mul, [c, x]),
  n,
]);
const rnn = (reverse: boolean) =>
  graph("rnn", [f64(), f64(), f64(4)], (e, [w, c, xs]) => {
    const params = { body: rnnBody, consts: 1, carries: 2, length: 4, reverse };
    const [n, last, ys] = e.all(scan, [w, e.literal(0, "i32"), c, xs], params);
    return [e(add, [last, e(convert, [n], { dtype: "f64" })]), ys];
  });

/** x doubled until it passes 10: the count of steps depends on x. */
const growth = (limit: number | null) =>
  graph("growth", [f64(), f64()], (e, [rate, x]) => {
    const test_ = graph("below", [f64(), f64()], (i, [, v]) => [i(lt, [v, i.literal(10, "f64")])]);
    const body = graph("grow", [f64(), f64()], (i, [r, v]) => [i(add, [i(mul, [v, r]), i(cos, [v])])]);
    return e.all(while_, [rate, x], { test: test_, body, consts: 1, limit });
  });

const branch = graph("branch", [f64(), f64()], (e, [a, b]) => {
  const then = graph("then", [f64(), f64()], (i, [x, y]) => [i(mul, [x, y]), i(exp, [x])]);
  const otherwise = graph("otherwise", [f64(), f64()], (i, [x, y]) => [i(sub, [x, y]), y]);
  return e.all(cond, [e(gt, [a, e.literal(1, "f64")]), a, b], { then, otherwise });
});

const shared = graph("shared", [f64(2), f64(2)], (e, [a, b]) => {
  const inner = graph("inner", [f64(2), f64(2)], (i, [x, y]) => [i(mul, [x, i(sin, [y])])]);
  const once = e(call, [a, b], { graph: inner });
  return [e(call, [once, a], { graph: inner })];
});

/** A scan inside a scan. */
const nested = graph("nested", [f64(), f64(3, 2)], (e, [c, xs]) => {
  const inner = graph("inner", [f64(), f64()], (i, [a, x]) => {
    const next = i(add, [i(sin, [a]), i(mul, [a, x])]);
    return [next, next];
  });
  const outer = graph("outer", [f64(), f64(2)], (i, [a, row]) => {
    const params = { body: inner, consts: 0, carries: 1, length: 2, reverse: false };
    const [last, ys] = i.all(scan, [a, row], params);
    return [last, i(sum, [ys], { axes: [0] })];
  });
  return e.all(scan, [c, xs], { body: outer, consts: 0, carries: 1, length: 3, reverse: true });
});

const cases: readonly { name: string; graph: Graph; inputs: readonly (readonly number[])[] }[] = [
  { name: "scan", graph: rnn(false), inputs: [[0.7], [0.3], [0.1, -0.4, 1.2, 0.5]] },
  { name: "scan in reverse", graph: rnn(true), inputs: [[-1.1], [0.3], [0.1, -0.4, 1.2, 0.5]] },
  { name: "nested scan", graph: nested, inputs: [[0.4], [0.1, 0.2, -0.3, 0.4, 0.5, -0.6]] },
  { name: "bounded while", graph: growth(12), inputs: [[1.7], [1.1]] },
  { name: "bounded while of no steps", graph: growth(12), inputs: [[1.7], [11]] },
  { name: "cond, first branch", graph: branch, inputs: [[1.5], [0.2]] },
  { name: "cond, second branch", graph: branch, inputs: [[0.5], [0.2]] },
  {
    name: "call",
    graph: shared,
    inputs: [
      [0.5, 1],
      [0.2, -2],
    ],
  },
];

const run = (g: Graph, inputs: readonly Data[]) => {
  verify(g);
  return interpret(g, inputs);
};
const data = (xs: readonly (readonly number[])[]): Float64Array[] => xs.map((x) => Float64Array.from(x));
/** Fixed, uneven directions of the lengths of the arrays. */
const directions = (xs: readonly Data[], seed: number) =>
  xs.map((x, i) => Float64Array.from(x, (_, j) => Math.sin(seed + 3 * i + 1.7 * j)));
const shift = (xs: readonly Data[], ts: readonly Data[], h: number) =>
  xs.map((x, i) => Float64Array.from(x, (v, j) => v + h * ts[i][j]));
const dots = (a: readonly Data[], b: readonly Data[]): number => {
  let total = 0;
  for (const [i, x] of a.entries()) for (let j = 0; j < x.length; j++) total += x[j] * b[i][j];
  return total;
};

function slopes(g: Graph, x: readonly Data[], t: readonly Data[]): Data[] {
  const h = 1e-5;
  const [up, down] = [run(g, shift(x, t, h)), run(g, shift(x, t, -h))];
  return up.map((u, i) => Float64Array.from(u, (v, j) => (v - down[i][j]) / (2 * h)));
}

function near(got: readonly Data[], wanted: readonly Data[], tolerance: number): void {
  expect(got.map((x) => x.length)).toEqual(wanted.map((x) => x.length));
  got.forEach((x, i) =>
    x.forEach((v, j) => expect(Math.abs(v - wanted[i][j])).toBeLessThan(tolerance * (1 + Math.abs(v)))),
  );
}

describe.each(cases)("$name", ({ graph: g, inputs }) => {
  const x = data(inputs);
  const on = g.inputs.map(() => true);
  const t = directions(x, 1);

  test("jvp agrees with finite differences", () => {
    const forward = run(transforms.jvp(g, on), [...x, ...t]);
    near(forward.slice(g.outputs.length), slopes(g, x, t), 1e-7);
  });

  test("vjp agrees with jvp, for all and for each input alone", () => {
    const tangents = run(transforms.jvp(g, on), [...x, ...t]).slice(g.outputs.length);
    const cts = directions(tangents, 2);
    const back = run(transforms.vjp(g, on), [...x, ...cts]);
    expect(Math.abs(dots(back, t) - dots(cts, tangents))).toBeLessThan(1e-12);
    on.forEach((_, i) => {
      const alone = run(
        transforms.vjp(
          g,
          on.map((__, j) => i === j),
        ),
        [...x, ...cts],
      );
      near(alone, [back[i]], 1e-14);
    });
  });

  test("the gradient has a gradient", () => {
    const cts = directions(run(g, x), 2);
    const back = transforms.vjp(g, on);
    const all = [...x, ...cts];
    const ts = directions(all, 5);
    const forward = run(
      transforms.jvp(
        back,
        back.inputs.map(() => true),
      ),
      [...all, ...ts],
    ).slice(back.outputs.length);
    near(forward, slopes(back, all, ts), 1e-6);
    const second = directions(forward, 7);
    const backward = run(
      transforms.vjp(
        back,
        back.inputs.map(() => true),
      ),
      [...all, ...second],
    );
    expect(Math.abs(dots(backward, ts) - dots(second, forward))).toBeLessThan(1e-10);
  });

  test("vmap agrees with a loop", () => {
    const size = 3;
    for (let marks = 1; marks < 2 ** g.inputs.length; marks++) {
      const batched = g.inputs.map((_, i) => ((marks >> i) & 1) === 1);
      const each = Array.from({ length: size }, (_, s) =>
        x.map((v, i) => (batched[i] ? Float64Array.from(v, (w) => w * (1 + 0.4 * s)) : v)),
      );
      const wide = x.map((v, i) => (batched[i] ? Float64Array.from(each.flatMap((d) => [...d[i]])) : v));
      const mapped = transforms.vmap(g, batched, size, true);
      const results = run(mapped.graph, wide);
      each.forEach((d, s) =>
        run(g, d).forEach((wanted, o) => {
          const n = wanted.length;
          near([results[o].slice(s * n, (s + 1) * n)], [wanted], 1e-14);
        }),
      );
    }
  });
});

test("an unbounded while has forward derivatives, and says what to do for reverse ones", () => {
  const g = growth(null);
  const x = data([[1.7], [1.1]]);
  const t = directions(x, 1);
  near(run(transforms.jvp(g, [true, true]), [...x, ...t]).slice(1), slopes(g, x, t), 1e-7);
  expect(() => transforms.vjp(g, [true, true])).toThrow(
    /while: reverse-mode derivatives need a bound on the number of steps.*give a limit.*forward mode \(jvp;.*forwardModeDifferentiation/,
  );
});

test("a scan of no steps gives its start, and empty results", () => {
  const g = graph("empty", [f64(), f64(), f64(0)], (e, [w, c, xs]) => {
    const params = { body: rnnBody, consts: 1, carries: 2, length: 0, reverse: false };
    return e.all(scan, [w, e.literal(5, "i32"), c, xs], params);
  });
  const [n, last, ys] = run(g, data([[1], [2], []]));
  expect([n[0], last[0], ys.length]).toEqual([5, 2, 0]);
});

test("types of bodies are checked with both sides named", () => {
  expect(() =>
    graph("bad", [f64(2)], (e, [x]) =>
      e.all(scan, [x], {
        body: graph("b", [f64(2)], (i, [c]) => [i(sum, [c], { axes: [0] })]),
        consts: 0,
        carries: 1,
        length: 2,
        reverse: false,
      }),
    ),
  ).toThrow(
    "scan: the body's new carries are (f64[]) where (f64[2]) are needed; convert or broadcast them first.",
  );
});
