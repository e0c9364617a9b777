// Which nests of loops become one.
import { expect, test } from "vitest";
import { parse } from "../ir/parse.js";
import * as ops from "../ops/index.js";
import { randomInputs, randomFrom } from "../../test/differential/random-data.js";
import { firstDifference, runBoth } from "../runtime/run-both.fixture.js";
import { schedule } from "./schedule.js";

const loops = (text: string): string[] => {
  const graph = parse(text, ops.opTable);
  const inputs = randomInputs(graph, randomFrom(3), false);
  const { wanted, got } = runBoth(graph, inputs);
  expect(firstDifference(wanted, got, 1e-12)).toBeNull();
  return schedule(graph)
    .toString()
    .split("\n")
    .filter((line) => line.includes("for "))
    .map((line) => line.trim().replace(/^for i\d+ in /, ""));
};

test("sums over all of a matrix, and what is stored beside them", () => {
  expect(
    loops(`graph f(x: f64[30,25], y: f64[30,25], b: f64[]) {
  B: f64[30,25] = broadcast b {shape=[30, 25], dims=[]}
  p: f64[30,25] = mul x B
  q: f64[30,25] = add p y
  s: f64[] = sum q {axes=[0, 1]}
  e: f64[30,25] = exp q
  return s, e
}`),
  ).toEqual(["0..750 {"]);
});

test("three axes", () => {
  expect(
    loops(`graph f(x: f64[7,9,11]) {
  e: f64[7,9,11] = exp x
  s: f64[] = sum e {axes=[0, 1, 2]}
  return s
}`),
  ).toEqual(["0..693 {"]);
});

test("not where an index is of one axis alone, or where rows have sums of their own", () => {
  expect(
    loops(`graph f(x: f64[30,25], y: f64[25]) {
  Y: f64[30,25] = broadcast y {shape=[30, 25], dims=[1]}
  q: f64[30,25] = mul x Y
  s: f64[] = sum q {axes=[0, 1]}
  return s
}`).length,
  ).toBe(2);
  expect(
    loops(`graph f(x: f64[300,45]) {
  e: f64[300,45] = exp x
  s: f64[300] = sum e {axes=[1]}
  return s
}`).length,
  ).toBe(2);
  expect(
    loops(`graph f(x: f64[30,25]) {
  t: f64[25,30] = transpose x {perm=[1, 0]}
  y: f64[25,30] = exp t
  return y
}`).length,
  ).toBe(2);
});
