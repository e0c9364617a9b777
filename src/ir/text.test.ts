// The text form: print and parse are inverses, errors name their place, and the verifier catches ill-formed graphs.
import { describe, expect, test } from "vitest";
import { Builder } from "./builder.js";
import { graphKey, sameGraph } from "./equal.js";
import type { Op, Special } from "./op.js";
import { parse } from "./parse.js";
import { print } from "./print.js";
import type { DType, Graph, Shape, Type } from "./types.js";
import { sameType, showType } from "./types.js";
import { verify } from "./verify.js";

const row = (name: string, lowering: string, infer: Op["infer"]): Special => ({
  kind: "special",
  name,
  doc: name,
  lowering,
  infer,
  evaluate: () => [],
  jvp: () => [],
  vjp: () => [],
  vmap: () => ({ outputs: [], batched: [] }),
});
const constant = row("constant", "constant", (_, p) => [{ dtype: p.type as DType, shape: p.shape as Shape }]);
const plus = row("plus", "plus", ([a, b]) => {
  if (!sameType(a!, b!)) throw new Error(`plus: ${showType(a!)} and ${showType(b!)} differ.`);
  return [a!];
});
const pair = row("pair", "pair", (inputs) => inputs);
const opTable = new Map([constant, plus, pair].map((op) => [op.name, op]));
const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });

const literal = (b: Builder, data: number | Float64Array | Float32Array, type: Type) =>
  b.emit(constant, [], { type: type.dtype, shape: type.shape, data })[0]!;

function sample(): Graph {
  const inner = new Builder("body");
  const a = inner.input(f64(), "a");
  const body = inner.finish(inner.emit(plus, [a, a]));
  const b = new Builder("model");
  const x = b.input(f64(2), "x");
  const y = b.input(f64(2), "x");
  b.origin = "site mu";
  const c = literal(b, new Float64Array([0.1, -0]), f64(2));
  const [p, q] = b.emit(pair, [b.emit(plus, [x, c])[0]!, y], {
    body,
    deep: { list: [1, null, 'a"b', true], "odd name": -0 },
    axes: [0, 1],
  });
  b.origin = " two\nlines";
  return b.finish([...b.emit(plus, [p!, q!]), p!, x]);
}

describe("print and parse", () => {
  test("a graph prints one equation a line, typed, and reads back", () => {
    const text = print(sample());
    expect(text).toBe(
      [
        `graph model(v0: f64[2], v1: f64[2]) {`,
        `  v2: f64[2] = constant f64[0.1, -0]  # site mu`,
        `  v3: f64[2] = plus v0 v2  # site mu`,
        `  v4: f64[2], v5: f64[2] = pair v3 v1 {axes=[0, 1], body=graph body(a: f64[]) {`,
        `    v0: f64[] = plus a a`,
        `    return v0`,
        `  }, deep={list=[1, null, "a\\"b", true], "odd name"=-0}}  # site mu`,
        `  v6: f64[2] = plus v4 v5  # " two\\nlines"`,
        `  return v6, v4, v0`,
        `}`,
        ``,
      ].join("\n"),
    );
    const back = parse(text, opTable);
    expect(print(back)).toBe(text);
    expect(sameGraph(back, sample())).toBe(true);
    expect(graphKey(back)).toBe(graphKey(sample()));
  });

  test.each([0.1, -0, 0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 1e21, -3])(
    "the scalar %d is exact",
    (x) => {
      const b = new Builder();
      const g = b.finish([literal(b, x, f64())]);
      const data = parse(print(g), opTable).equations[0]!.params.data as number;
      expect(Object.is(data, x)).toBe(true);
      expect(sameGraph(parse(print(g), opTable), g)).toBe(true);
    },
  );

  test("array contents are exact: short decimals for singles, bytes for long arrays", () => {
    const b = new Builder();
    const short = literal(b, new Float32Array([0.1, 1 / 3, 1e-45, NaN]), { dtype: "f32", shape: [4] });
    const long = literal(
      b,
      Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i) / 3),
      f64(50_000),
    );
    const g = b.finish([short, long]);
    expect(print(g)).toContain("constant f32[0.1, 0.33333334, 1e-45, NaN]");
    expect(sameGraph(parse(print(g), opTable), g)).toBe(true);
  });

  test("graphs that differ in one number, sign of zero or operand are not the same", () => {
    const make = (x: number, swap: boolean) => {
      const b = new Builder();
      const [u, v] = [b.input(f64()), b.input(f64())];
      const c = literal(b, x, f64());
      return b.finish([b.emit(plus, swap ? [v, c] : [u, c])[0]!]);
    };
    expect(sameGraph(make(0, false), make(0, false))).toBe(true);
    for (const other of [make(-0, false), make(1, false), make(0, true)]) {
      expect(sameGraph(make(0, false), other)).toBe(false);
      expect(graphKey(make(0, false))).not.toBe(graphKey(other));
    }
  });

  test.each([
    [
      "graph main(x: f64[]) {\n  y: f64[] = minus x x\n  return y\n}",
      "line 2, column 14: there is no operation minus",
    ],
    [
      "graph main(x: f64[]) {\n  y: f64[] = plus x z\n  return y\n}",
      "line 2, column 21: z is used before it is defined",
    ],
    [
      "graph main(x: f64[]) {\n  y: f64[] = plus x y\n  return y\n}",
      "line 2, column 21: y is used before it is defined",
    ],
    ["graph main(x: f64[]) {\n  x: f64[] = plus x x\n  return x\n}", "line 2, column 3: x is defined twice"],
    ["graph main(x: f16[]) {\n  return x\n}", "line 1, column 15: expected a dtype"],
    ["graph main(x: f64[-1]) {\n  return x\n}", "line 1, column 19: expected the length of an axis"],
    ["graph main(x: f64[]) {\n  y: f64[] = constant ~\n}", 'line 2, column 23: no token begins with "~"'],
    ['graph main() {\n  y: f64[1] = constant f64"abc"\n  return y\n}', "line 2, column 27: bad base64"],
    ["graph main() {\n  return\n} x", 'line 3, column 3: expected the end of the text, found "x"'],
  ])("bad text %#: the error says where", (text, message) => {
    expect(() => parse(text, opTable)).toThrow(message);
  });
});

describe("verify", () => {
  test("accepts a well-formed graph", () => {
    verify(sample());
  });

  test("names the equation whose type is wrong", () => {
    const text = "graph main(x: f64[2]) {\n  y: f64[3] = plus x x  # site mu\n  return y\n}";
    expect(() => verify(parse(text, opTable), "fold")).toThrow(
      /^fold: graph main: output 0 is typed f64\[3\], the row infers f64\[2\]\.\n {2}in: v0: f64\[3\] = plus x x/,
    );
  });

  test("refuses operands that the row refuses, open sub-graphs, double definitions and undefined outputs", () => {
    const bad = parse("graph main(x: f64[2], y: f64[]) {\n  z: f64[2] = plus x y\n  return z\n}", opTable);
    expect(() => verify(bad)).toThrow("the row refuses its operands: plus: f64[2] and f64[] differ.");
    const g = sample();
    const [first, second] = g.equations;
    expect(() => verify({ ...g, equations: [second!] })).toThrow("operand 1 (f64[2]) is not defined before");
    expect(() => verify({ ...g, equations: [first!, first!] })).toThrow("output 0 is defined twice");
    expect(() => verify({ ...g, equations: [] })).toThrow("graph output 0 (f64[2]) is not defined");
    const open: Graph = { kind: "graph", name: "open", inputs: [], equations: [], outputs: [g.inputs[0]!] };
    const holder = { ...third(g), params: { body: open } };
    expect(() => verify({ ...g, equations: [first!, second!, holder], outputs: [] })).toThrow(
      "sub-graph body is not well formed: verify: graph open: graph output 0 (f64[2]) is not defined.",
    );
  });
});

const third = (g: Graph) => g.equations[2]!;
