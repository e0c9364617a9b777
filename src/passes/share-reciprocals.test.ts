// One division per divisor: quotients, and choices of a divisor and a number, through the reciprocal that is there anyway.
import { expect, test } from "vitest";
import { interpret } from "../ir/interpret.js";
import { parse } from "../ir/parse.js";
import { print } from "../ir/print.js";
import * as ops from "../ops/index.js";
import { shareReciprocals } from "./share-reciprocals.js";

test("a quotient and a guarded reciprocal use the reciprocal, wherever it stands", () => {
  const graph = parse(
    `graph f(d: f64[3], x: f64[3]) {
  q: f64[3] = div x d
  z: f64[3] = constant 0
  t: bool[3] = eq d z
  i: f64[3] = constant inf
  w: f64[3] = where t i d
  g: f64[3] = reciprocal w
  r: f64[3] = reciprocal d
  return q, g, r
}`,
    ops.opTable,
  );
  const fired: string[] = [];
  const shared = shareReciprocals(graph, (rule) => fired.push(rule));
  expect(fired).toEqual(["share-reciprocal", "share-reciprocal"]);
  expect(print(shared).match(/reciprocal|div/g)).toEqual(["reciprocal"]);
  const inputs = [Float64Array.of(4, 0, -0.5), Float64Array.of(3, 1, 2)];
  expect(interpret(shared, inputs)).toEqual(interpret(graph, inputs));
});

test("without the plain reciprocal nothing is divided twice, and all stays", () => {
  const graph = parse(
    `graph f(d: f64[], x: f64[]) {
  q: f64[] = div x d
  return q
}`,
    ops.opTable,
  );
  expect(shareReciprocals(graph, () => expect.unreachable())).toBe(graph);
});
