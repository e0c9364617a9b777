// The factor of a least-squares problem's data: what it promises, compiled code against the reference to the bit.
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { designFactor } from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

const graphOf = (n: number, k: number, m: number) => {
  const b = new Builder("factor");
  const x = b.input({ dtype: "f64", shape: [n, k] }, "x");
  const y = b.input({ dtype: "f64", shape: [n, m] }, "y");
  return b.finish(b.emit(designFactor, [x, y]));
};

/** Columns of random numbers; where `ones` says, of ones. */
function columns(n: number, k: number, ones: number, seed: number): Float64Array {
  const random = randomFrom(seed);
  return Float64Array.from({ length: n * k }, (_, i) => (i % k === ones ? 1 : 100 * (i % k) + random()));
}

describe.each([
  [2, 1, 0, -1],
  [9, 3, 1, 0],
  [9, 3, 1, 2],
  [30, 5, 1, -1],
  [30, 5, 0, 1],
  [6, 4, 1, 0],
])("%i rows, %i columns, %i responses, ones at %i", (n, k, m, ones) => {
  const x = columns(n, k, ones, 5);
  const y = columns(n, m, -1, 6).map((v) => 3 * v + 50);
  const { given, got } = runBoth(graphOf(n, k, m), [x, y]);
  const [r, b, means, unit] = given;

  test("compiled code gives the same bits", () => {
    expect(firstDifference(given, got)).toBeNull();
  });

  test("the triangle is a factor of the centred columns and what the coefficients leave over", () => {
    const w = k + m;
    const d = (i: number, j: number): number => {
      if (j < k) return x[i * k + j] - means[j];
      return Array.from({ length: k }, (_, l) => x[i * k + l] * b[l]).reduce((s, p) => s - p, y[i]);
    };
    for (let p = 0; p < w; p++)
      for (let q = 0; q < w; q++) {
        let [gram, product, size] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          gram += d(i, p) * d(i, q);
          size += Math.abs(d(i, p) * d(i, q));
        }
        for (let i = 0; i < w; i++) product += r[i * w + p] * r[i * w + q];
        expect(Math.abs(gram - product)).toBeLessThan(1e-12 * (1 + size));
        if (q < p) expect(r[p * w + q]).toBe(0);
      }
  });

  test("means are taken out beside a column of ones only, and are short", () => {
    expect(Array.from(unit)).toEqual(Array.from({ length: k }, (_, j) => Number(j === ones)));
    means.forEach((v, j) => {
      expect(Math.fround(v)).toBe(v);
      expect(v === 0).toBe(ones < 0 || j === ones);
    });
  });
});

test("repeated columns, zeros and non-numbers give the same bits too", () => {
  const x = Float64Array.from({ length: 40 }, (_, i) => [1, Math.floor(i / 4), Math.floor(i / 4), 0][i % 4]);
  const y = Float64Array.from({ length: 10 }, (_, i) => 2 + 3 * i);
  for (const data of [y, y.map((v, i) => (i === 3 ? NaN : v)), y.map((v) => v * 1e200)]) {
    const { given, got } = runBoth(graphOf(10, 4, 1), [x, data]);
    expect(firstDifference(given, got)).toBeNull();
  }
});

test("too few rows and derivatives are refused", () => {
  expect(() => graphOf(3, 3, 1)).toThrow("more rows than columns");
});
