// The factor of a least-squares problem's data in groups: what it promises, compiled code against the reference to the bit.
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { groupedFactor } from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

const graphOf = (n: number, k: number, m: number, count: number) => {
  const b = new Builder("factor");
  const x = b.input({ dtype: "f64", shape: [n, k] }, "x");
  const y = b.input({ dtype: "f64", shape: [n, m] }, "y");
  const index = b.input({ dtype: "i32", shape: [n] }, "index");
  // What comes behind is memory to work in.
  return b.finish(b.emit(groupedFactor, [x, y, index], { count }).slice(0, 7));
};

describe.each([
  [9, 2, 1, 0, 3],
  [30, 3, 1, 2, 7],
  [30, 2, 0, 1, 4],
  [12, 1, 1, -1, 1],
])("%i rows, %i columns, %i responses, ones at %i, %i groups", (n, k, m, ones, count) => {
  const random = randomFrom(5);
  const x = Float64Array.from({ length: n * k }, (_, i) =>
    i % k === ones ? 1 : 100 * (i % k) + 10 + random(),
  );
  const y = Float64Array.from({ length: n * m }, () => 3 * random() + 50);
  // The last group has no rows; indices outside go to the nearest.
  const index = Int32Array.from({ length: n }, (_, i) => (i === 0 ? -2 : i % Math.max(count - 1, 1)));
  const { given, got } = runBoth(graphOf(n, k, m, count), [x, y, index]);
  const [r, b, means, , groupMeans, counts, rest] = given;
  const w = k + m;
  const groupOf = (i: number): number => Math.max(index[i], 0);

  test("compiled code gives the same bits", () => {
    expect(firstDifference(given, got)).toBeNull();
  });

  test("rows are their group's mean row and what is left, which sums to nothing within each group", () => {
    for (let c = 0; c < w; c++) {
      const sums = new Float64Array(count);
      for (let i = 0; i < n; i++) {
        const xs = Array.from({ length: k }, (_, j) => x[i * k + j]);
        const d = c < k ? xs[c] - means[c] : xs.reduce((s, v, j) => s - v * b[j], y[i]);
        expect(Math.abs(groupMeans[c * count + groupOf(i)] + rest[i * w + c] - d)).toBeLessThan(1e-11);
        sums[groupOf(i)] += rest[i * w + c];
      }
      sums.forEach((s) => expect(Math.abs(s)).toBeLessThan(1e-11));
    }
    const expected = new Float64Array(count);
    for (let i = 0; i < n; i++) expected[groupOf(i)]++;
    expect(counts).toEqual(expected);
  });

  test("the triangle is a factor of what is left", () => {
    for (let p = 0; p < w; p++)
      for (let q = 0; q < w; q++) {
        let [gram, product, size] = [0, 0, 0];
        for (let i = 0; i < n; i++) {
          gram += rest[i * w + p] * rest[i * w + q];
          size += Math.abs(rest[i * w + p] * rest[i * w + q]);
        }
        for (let i = 0; i < w; i++) product += r[i * w + p] * r[i * w + q];
        expect(Math.abs(gram - product)).toBeLessThan(1e-12 * (1 + size));
      }
  });
});

test("too few rows, groups of other rows and none are refused", () => {
  expect(() => graphOf(3, 2, 1, 2)).toThrow(
    "groupedFactor(f64[3,2], f64[3,1], i32[3]): it needs more rows than columns",
  );
  expect(() => graphOf(9, 2, 1, 0)).toThrow("a group for each");
});
