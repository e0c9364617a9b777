// Order of numbers: against a sort with a comparison function, where upper halves tie and where they do not.
import { expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { argsort } from "./argsort.js";

const random = randomFrom(11);
const n = 2000;
const cases: Record<string, () => number> = {
  "draws of both signs": () => random() - 0.5,
  "whole numbers with ties": () => Math.floor(8 * random()) - 4,
  "upper halves alike, lower ones not": () => 1 + random() * 2 ** -21,
  "few upper halves, long runs of each": () => (random() < 0.5 ? 1 : -2) * (1 + random() * 2 ** -24),
  "a pair in a thousand alike above": () =>
    1 + Math.floor(random() * n * 1000) * 2 ** -41 + random() * 2 ** -50,
  "a few exact ties": () => Math.floor(random() * n * 100),
  zeros: () => [0, -0, 5e-324, -5e-324][Math.floor(4 * random())],
  infinities: () => [Infinity, -Infinity, 1][Math.floor(3 * random())],
};

/** -0 before 0. */
const below = (a: number, b: number): number => (Object.is(a, b) ? 0 : a - b || (Object.is(a, -0) ? -1 : 1));

test.each(Object.keys(cases))("%s", (name) => {
  const values = Float64Array.from({ length: n }, cases[name]);
  const expected = Array.from(values.keys()).sort((i, j) => below(values[i], values[j]) || i - j);
  expect(Array.from(argsort(values))).toEqual(expected);
});

test("nothing and one number", () => {
  expect(argsort(new Float64Array(0))).toEqual(new Uint32Array(0));
  expect(argsort(Float64Array.of(3))).toEqual(Uint32Array.of(0));
});
