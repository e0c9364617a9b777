// Templates on graphs as text: what two traces become, and what a third must be.
import { describe, expect, test } from "vitest";
import { parse } from "../../ir/parse.js";
import { print } from "../../ir/print.js";
import type { Graph } from "../../ir/types.js";
import { opTable } from "../../ops/index.js";
import { checkShifted, shifted } from "./shift.js";
import { Template } from "./template.js";

const read = (text: string): Graph => parse(text, opTable);

/** The mean, with a shift that the function captured. */
const mean = (n: number): Graph =>
  read(`graph f(x: f64[${n}], shift: f64[${n}]) {
  a: f64[${n}] = add x shift
  s: f64[] = sum a {axes=[0]}
  count: f64[] = constant ${n}
  two: f64[] = constant 2
  m: f64[] = div s count
  r: f64[] = mul m two
  return r
}`);

describe("templates", () => {
  test("the text of an open graph is read back", () => {
    const text =
      "graph f(x: f64[n], y: f64[2n+1,3]) {\n  v0: f64[n-1] = slice x {start=[1], step=[1], stop=[n]}\n" +
      "  v1: f64[6n+3] = reshape y {shape=[6n+3]}\n  return v0, v1\n}\n";
    expect(print(read(text))).toBe(text);
  });

  test("lengths are open, numbers that differ are inputs, captures and equal literals stay", () => {
    const template = Template.of(mean(5), mean(8), 1);
    expect(print(template.graph)).toBe(`graph f(x: f64[n], shift: f64[n], v0: f64[]) {
  v1: f64[n] = add x shift
  v2: f64[] = sum v1 {axes=[0]}
  v3: f64[] = div v2 v0
  v4: f64[] = constant 2
  v5: f64[] = mul v3 v4
  return v5
}
`);
    const { length, contents } = template.fit(mean(12));
    expect(length).toBe(12);
    expect(contents).toEqual([
      { kind: "input", index: 0 },
      { kind: "input", index: 1 },
      { kind: "data", data: Float64Array.of(12) },
    ]);
  });

  test("numbers inside of loops become operands of the loops", () => {
    const loop = (n: number): Graph =>
      read(`graph f(x: f64[${n}], c: f64[]) {
  v: f64[] = scan c x {body=graph body(s: f64[], e: f64[]) {
    k: f64[] = constant ${n}
    q: f64[] = div e k
    t: f64[] = add s q
    return t
  }, carries=1, consts=0, length=${n}, reverse=false}
  return v
}`);
    expect(print(Template.of(loop(5), loop(8), 2).graph)).toContain("consts=1, length=n");
  });

  test("what does not fit is refused with the reason", () => {
    const template = Template.of(mean(5), mean(8), 1);
    const other = print(mean(9)).replace("constant 2", "constant 3");
    expect(() => template.fit(read(other))).toThrow("a literal differs from that of other lengths");
    const sub = print(mean(9)).replace("= add x", "= sub x");
    expect(() => template.fit(read(sub))).toThrow("sub differs from that of another length");
    expect(() => Template.of(mean(5), mean(5), 1)).toThrow("no argument has another length");
  });

  test("a number that a pass computed from the length is found by one more row", () => {
    const { graph } = Template.of(mean(5), mean(8), 1);
    const longer = shifted(graph);
    expect(() => checkShifted(graph, longer)).not.toThrow();
    const literal = (n: number): Graph =>
      read(`graph f(x: f64[2n]) {
  c: f64[] = constant ${n}
  return c
}`);
    expect(() => checkShifted(literal(0.5), shifted(literal(0.25)))).toThrow("was computed in advance");
    expect(() => checkShifted(graph, graph)).toThrow("has no form for every length");
  });
});
