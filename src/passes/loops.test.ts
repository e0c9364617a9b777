// Calls, choices and loops through the passes that restructure them: what is left of them, and that meaning is kept.
import { describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { interpret } from "../ir/interpret.js";
import { parse } from "../ir/parse.js";
import { print } from "../ir/print.js";
import type { Equation, Graph } from "../ir/types.js";
import { verify } from "../ir/verify.js";
import * as ops from "../ops/index.js";
import { valueAndGrad } from "../transform/transforms.js";
import { inlineCalls } from "./inline-calls.js";
import { joinScans } from "./join-scans.js";
import { liftData } from "./lift-data.js";
import { optimise } from "./optimise.js";
import { slimLoops } from "./slim-loops.js";

const read = (text: string): Graph => parse(text, ops.opTable);
const body = (eq: Equation): Graph => eq.params.body as Graph;
const scans = (g: Graph): Equation[] => g.equations.filter((eq) => eq.op === ops.scan);
const count = (g: Graph, op: object): number => g.equations.filter((eq) => eq.op === op).length;

/** Runs a pass on a text and checks that the result is well formed and means the same. */
function pass(run: (g: Graph, fire: (rule: string) => void) => Graph, text: string) {
  const before = read(text);
  verify(before);
  const fired: string[] = [];
  const after = run(before, (rule) => fired.push(rule));
  verify(after, "after the pass");
  for (const seed of [1, 2, 3]) {
    const inputs = randomInputs(before, randomFrom(seed), false);
    expect(difference(interpret(before, inputs), interpret(after, inputs))).toBeNull();
  }
  return { after, fired };
}

const walk = (
  name: string,
  out: string,
) => `${name}: f64[], ${name}s: f64[5] = scan ${out} {body=graph step(a: f64[], x: f64[]) {
    t: f64[] = tanh a
    n: f64[] = add t x
    return n, t
  }, consts=0, carries=1, length=5, reverse=false}`;

describe("joining", () => {
  test("two scans that do not wait for each other become one, and what stands between keeps its order", () => {
    const { after, fired } = pass(
      joinScans,
      `graph f(a: f64[], b: f64[], xs: f64[5]) {
  ${walk("p", "a xs")}
  u: f64[] = exp p
  w: f64[] = square b
  ${walk("q", "w xs")}
  r: f64[] = mul u q
  return r, ps, qs
}`,
    );
    expect(fired).toEqual(["join-scans"]);
    expect(scans(after).length).toBe(1);
    expect(body(scans(after)[0]).inputs.length).toBe(4);
  });

  test("a scan that waits for another, or runs the other way, stays", () => {
    const text = (first: string, direction: string) => `graph f(a: f64[], b: f64[], xs: f64[5]) {
  ${walk("p", "a xs")}
  u: f64[] = exp p
  ${walk("q", `${first} xs`).replace("reverse=false", `reverse=${direction}`)}
  return q, ps
}`;
    expect(scans(pass(joinScans, text("u", "false")).after).length).toBe(2);
    expect(scans(pass(joinScans, text("b", "true")).after).length).toBe(2);
    expect(scans(pass(joinScans, text("b", "false")).after).length).toBe(1);
  });
});

describe("slimming", () => {
  test("carries that stay equal, equal operands and equal results are one", () => {
    const { after, fired } = pass(
      slimLoops,
      `graph f(a: f64[], c: f64[], xs: f64[5]) {
  p: f64[], q: f64[], r: f64[], us: f64[5], vs: f64[5] = scan c c a a a xs xs {body=graph step(c: f64[], d: f64[], a: f64[], b: f64[], e: f64[], x: f64[], y: f64[]) {
    t: f64[] = mul a c
    s: f64[] = mul b d
    n: f64[] = add t x
    m: f64[] = add s y
    k: f64[] = sub e x
    return n, m, k, t, s
  }, consts=2, carries=3, length=5, reverse=true}
  return p, q, r, us, vs
}`,
    );
    const [loop] = scans(after);
    expect(new Set(fired)).toEqual(
      new Set(["loop-equal-operands", "loop-equal-carries", "loop-equal-results"]),
    );
    expect([loop.inputs.length, loop.outputs.length, body(loop).equations.length]).toEqual([4, 3, 3]);
    expect(after.outputs[0]).toBe(after.outputs[1]);
    expect(after.outputs[3]).toBe(after.outputs[4]);
    expect(after.outputs[2]).not.toBe(after.outputs[0]);
  });

  test("what nothing needs goes: results, carries that only feed themselves, and their operands", () => {
    const { after } = pass(
      slimLoops,
      `graph f(a: f64[], b: f64[], c: f64[], xs: f64[5], zs: f64[5]) {
  p: f64[], q: f64[], us: f64[5] = scan c a b xs zs {body=graph step(c: f64[], a: f64[], b: f64[], x: f64[], z: f64[]) {
    n: f64[] = add a x
    m: f64[] = mul b c
    k: f64[] = add m z
    return n, k, m
  }, consts=1, carries=2, length=5, reverse=false}
  return p
}`,
    );
    const [loop] = scans(after);
    expect([loop.inputs.length, loop.outputs.length, body(loop).equations.length]).toEqual([2, 1, 1]);
  });

  test("a carry that never changes and what depends on constants alone leave the loop", () => {
    const { after, fired } = pass(
      slimLoops,
      `graph f(a: f64[], b: f64[2], xs: f64[5,2]) {
  p: f64[], q: f64[2] = scan a b xs {body=graph step(a: f64[], b: f64[2], x: f64[2]) {
    e: f64[] = exp a
    w: f64[2] = broadcast e {shape=[2], dims=[]}
    s: f64[2] = mul b w
    n: f64[2] = add s x
    return a, n
  }, consts=0, carries=2, length=5, reverse=false}
  return p, q
}`,
    );
    expect(new Set(fired)).toEqual(new Set(["loop-steady-carry", "loop-hoist"]));
    expect(count(after, ops.exp)).toBe(1);
    expect(count(body(scans(after)[0]), ops.exp)).toBe(0);
  });

  test("filled and repeated elements are written in the body or become constants", () => {
    const { after } = pass(
      slimLoops,
      `graph f(a: f64[], b: f64[2]) {
  z: f64[5] = constant 0.5
  w: f64[5,2] = broadcast b {shape=[5, 2], dims=[1]}
  p: f64[], us: f64[5,2] = scan a z w {body=graph step(a: f64[], z: f64[], w: f64[2]) {
    n: f64[] = mul a z
    return n, w
  }, consts=0, carries=1, length=5, reverse=false}
  return p, us
}`,
    );
    expect(scans(after)[0].inputs.length).toBe(2);
  });

  test("while loops: the test's carries stay, unneeded ones go, constants leave", () => {
    const { after } = pass(
      slimLoops,
      `graph f(a: f64[], b: f64[]) {
  zero: i32[] = constant 0
  n: i32[], y: f64[], w: f64[] = while a a zero b b {test=graph test(u: f64[], t: f64[], i: i32[], v: f64[], w: f64[]) {
    three: i32[] = constant 3
    t2: bool[] = lt i three
    return t2
  }, body=graph body(u: f64[], t: f64[], i: i32[], v: f64[], w: f64[]) {
    one: i32[] = constant 1
    j: i32[] = add i one
    e: f64[] = exp u
    x: f64[] = mul e v
    z: f64[] = sub w t
    return j, x, z
  }, consts=2, limit=5}
  return y
}`,
    );
    const [loop] = after.equations.filter((eq) => eq.op === ops.while_);
    expect(loop.outputs.length).toBe(2);
    expect(count(body(loop), ops.exp)).toBe(0);
    expect(count(after, ops.exp)).toBe(1);
  });
});

describe("lifting data", () => {
  const text = (dear: boolean) => `graph f(a: f64[], w: f64[20], xs: i32[5]) {
  at: f64[5] = convert xs {dtype="f64"}
  p: f64[], ps: f64[5] = scan w a xs at {body=graph step(w: f64[20], c: f64[], x: i32[], y: f64[]) {
    e: f64[] = gather w x {axis=0, batch=0}
    l: f64[] = ${dear ? "log" : "neg"} y
    m: f64[] = add e l
    ${dear ? "k: f64[] = mul m c" : "k: f64[] = mul l c"}
    return k, c
  }, consts=1, carries=1, length=5, reverse=false}
  return p, ps
}`;
  const lifted = (bound: readonly boolean[], dear = true) =>
    pass((g, fire) => liftData(g, bound, fire), text(dear));

  test("what steps compute from data alone becomes a table, which the prologue makes once", () => {
    const { after, fired } = lifted([false, true, true]);
    expect(fired).toEqual(["loop-lift-data"]);
    const [table, loop] = scans(after);
    expect(body(table).equations.map((eq) => eq.op.name)).toEqual(["gather", "log", "add"]);
    expect(body(loop).equations.map((eq) => eq.op.name)).toEqual(["mul"]);
    const { prologue, main } = optimise(read(text(true)), { bound: [false, true, true], verify: true });
    expect(scans(prologue!).length).toBe(1);
    expect(scans(main).map((eq) => body(eq).equations.length)).toEqual([1]);
  });

  test("nothing moves that is cheap, or depends on what is not bound", () => {
    for (const { fired } of [lifted([false, true, true], false), lifted([true, false, false])])
      expect(fired).toEqual([]);
  });
});

describe("calls and choices", () => {
  test("calls are written out, nested ones too, and a choice with a literal test is decided", () => {
    const { after, fired } = pass(
      inlineCalls,
      `graph f(a: f64[], b: f64[]) {
  yes: bool[] = constant 1
  z: f64[] = call a b {graph=graph g(u: f64[], v: f64[]) {
    e: f64[] = call u {graph=graph h(u: f64[]) {
      x: f64[] = exp u
      return x
    }}
    w: f64[] = mul e v
    return w
  }}
  c: f64[] = cond yes z {then=graph then(u: f64[]) {
    s: f64[] = sin u
    return s
  }, otherwise=graph otherwise(u: f64[]) {
    return u
  }}
  return c
}`,
    );
    expect(fired).toEqual(["inline-call", "inline-call", "decide-cond"]);
    expect(after.equations.map((eq) => eq.op.name)).toEqual(["constant", "exp", "mul", "sin"]);
  });
});

describe("gradients", () => {
  const forward = read(`graph walk(init: f64[2], trans: f64[2,2], emit: f64[9,2]) {
  last: f64[2] = scan trans init emit {body=graph step(t: f64[2,2], g: f64[2], e: f64[2]) {
    w: f64[2,2] = broadcast g {shape=[2, 2], dims=[0]}
    s: f64[2,2] = add w t
    x: f64[2,2] = tanh s
    m: f64[2] = sum x {axes=[0]}
    l: f64[2] = exp m
    n: f64[2] = add l e
    return n
  }, consts=1, carries=1, length=9, reverse=false}
  y: f64[] = sum last {axes=[0]}
  return y
}`);

  test("a recurrence and its gradient are two loops, and nothing dear is computed twice", () => {
    const g = valueAndGrad(forward, [0, 1, 2]);
    const { main } = optimise(g, { verify: true });
    expect(scans(main).length).toBe(2);
    const [ahead, back] = scans(main).map(body);
    expect([count(ahead, ops.exp), count(back, ops.exp)]).toEqual([1, 0]);
    expect([count(ahead, ops.tanh), count(back, ops.tanh)]).toEqual([1, 0]);
    const inputs = randomInputs(g, randomFrom(8), false);
    expect(difference(interpret(g, inputs), interpret(main, inputs), 1e-12)).toBeNull();
  });

  test("of a table that a step reads one element of, the element is kept for the way back", () => {
    const g = valueAndGrad(
      read(`graph walk(table: f64[50], places: i32[9]) {
  last: f64[50] = scan table places {body=graph step(t: f64[50], i: i32[]) {
    x: f64[] = gather t i {axis=0, batch=0}
    y: f64[] = square x
    n: f64[50] = setAt t i y {axis=0, batch=0}
    return n
  }, consts=0, carries=1, length=9, reverse=false}
  s: f64[] = sum last {axes=[0]}
  return s
}`),
      [0],
    );
    const { main } = optimise(g, { verify: true });
    const saved = scans(main)[0]
      .outputs.slice(1)
      .map((v) => v.type.shape);
    expect(saved).toEqual([[9]]);
    const inputs = randomInputs(g, randomFrom(8), false);
    inputs[1] = Int32Array.from([1, 5, 5, 2, 0, 49, 1, 1, 7]);
    expect(difference(interpret(g, inputs), interpret(main, inputs), 1e-12)).toBeNull();
  });

  test("the text of a slimmed loop reads back", () => {
    const { main } = optimise(valueAndGrad(forward, [0, 1]), { verify: true });
    expect(print(read(print(main)))).toBe(print(main));
  });
});
