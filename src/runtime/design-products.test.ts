// Products with the triangle of a least-squares problem: what they compute, compiled code against the reference to the bit.
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { designForm, designGradient, triangleBound } from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

const even = (n: number): number => n + (n % 2);

/** A triangle of k columns and maybe an offset's, as passes lay it out; unit says which column is of ones. */
function layout(k: number, offset: boolean, seed: number) {
  const random = randomFrom(seed);
  const n = offset ? k + 1 : k;
  const w = even(n);
  const triangle = (i: number, j: number): number => (i <= j && j < n ? factor[i * n + j] : 0);
  const factor = Float64Array.from({ length: n * n }, () => random() - 0.5);
  const vector = (length: number, make: (i: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, i) => make(i));
  const matrix = (rows: number, make: (i: number, j: number) => number): Float64Array =>
    vector(rows * w, (at) => make(Math.floor(at / w), at % w));
  const unit = k > 1 ? 1 : 0;
  const means = vector(k, (j) => (j === unit ? 0 : Math.fround(1e6 * random())));
  return {
    n,
    w,
    unit,
    means,
    rows: matrix(n, triangle),
    columns: matrix(k, (j, i) => triangle(i, j)),
    start: vector(w, (i) => (offset ? triangle(i, k) : 0)),
    ones: vector(w, (i) => triangle(i, unit)),
    best: vector(even(k), (j) => (j < k ? Math.fround(random()) : 0)),
    carriers: vector(even(k), (j) => (j === unit ? 1 : j < k ? means[j] : 0)),
    others: vector(even(k), (j) => (j === unit || j >= k ? 0 : 1)),
    c: vector(k, () => 3 * random() - 1),
  };
}
type Layout = ReturnType<typeof layout>;

/** The form, its square and its sums with columns. */
function forms(l: Layout, minus: boolean, careful: boolean) {
  const b = new Builder("form");
  const { columns, start, ones, best, carriers, others, c, w, means } = l;
  const k = c.length;
  const plain = columns.map((x, at) => {
    const [j, i] = [Math.floor(at / w), at % w];
    return x * others[j] + ones[i] * carriers[j];
  });
  const given = [start, ones, best, carriers, others, c];
  const matrix = b.input({ dtype: "f64", shape: [k, w] });
  const vectors = given.map((v) => b.input({ dtype: "f64", shape: [v.length] }));
  const flag = b.input({ dtype: "f64", shape: [] });
  const [form] = b.emit(designForm, [matrix, ...vectors, flag], { minus });
  const [folded, mean] = [b.input({ dtype: "f64", shape: [k, w] }), b.input({ dtype: "f64", shape: [k] })];
  const inputs = [folded, matrix, ...vectors.slice(0, 5), mean, flag, vectors[5]];
  const [square, sums] = b.emit(designGradient, inputs, { minus });
  return runBoth(b.finish([form, square, sums]), [
    columns,
    ...given,
    Float64Array.of(careful ? 1 : 0),
    plain,
    means,
  ]);
}

describe.each([1, 2, 3, 4, 7, 8, 15])("%i columns", (k) => {
  test.each([
    [false, false, true],
    [false, true, true],
    [true, false, true],
    [true, true, true],
    [true, false, false],
    [true, true, false],
  ])("offset %s, minus %s, careful %s", (offset, minus, careful) => {
    const l = layout(k, offset, 3 + k);
    const { given, got } = forms(l, minus, careful);
    expect(firstDifference(given, got)).toBeNull();
    const [form, square, sums] = given;
    const { n, w, unit, means, rows, best, carriers, others, c } = l;
    const moved = Array.from(c, (v, j) => best[j] + (minus ? -v : v));
    const level = moved.reduce((s, m, j) => s + m * carriers[j], 0);
    const at = (i: number): number => {
      let total = l.start[i] + l.ones[i] * level;
      for (let j = 0; j < k; j++) total += rows[i * w + j] * moved[j] * others[j];
      return total;
    };
    for (let i = 0; i < n; i++) expect(Math.abs(form[i] - at(i))).toBeLessThan(1e-8);
    expect(square[0] / Array.from(form).reduce((s, x) => s + x * x, 0)).toBeCloseTo(1, 13);
    for (let j = 0; j < k; j++) {
      const column = (at: number): number =>
        Array.from({ length: n }, (_, i) => i).reduce((s, i) => s + rows[i * w + at] * form[i], 0);
      const wanted = column(j) + means[j] * column(unit);
      expect(Math.abs(sums[j] - wanted)).toBeLessThan(1e-9 * (1 + Math.abs(wanted)));
    }
  });
});

test("the level keeps what cancels", () => {
  const l = layout(3, true, 1);
  const k = 3;
  // 2^20 (1 + 2^-50) - 2^20 and a little: rounded products would lose all of it.
  l.best.fill(0);
  l.c.set([1 + 2 ** -50, -(2 ** 20), 2 ** -40]);
  l.carriers.set([2 ** 20, 1, 0]);
  l.others.fill(0);
  l.start.fill(0);
  l.ones.fill(1);
  const [form] = forms(l, false, true).got;
  expect(Array.from(form).slice(0, k)).toEqual([2 ** -30, 2 ** -30, 2 ** -30]);
});

test("coefficients are bounded by the triangle", () => {
  const b = new Builder("bound");
  const [r, means] = [b.input({ dtype: "f64", shape: [3, 3] }), b.input({ dtype: "f64", shape: [2] })];
  const [bound] = b.emit(triangleBound, [r, means]);
  const graph = b.finish([bound]);
  const triangle = Float64Array.of(2, -3, 9, 0, 0.5, 9, 0, 0, 9);
  const { given, got } = runBoth(graph, [triangle, new Float64Array(2)]);
  expect(firstDifference(given, got)).toBeNull();
  // x_1 = 2 r_1; 2 x_0 = r_0 + 3 x_1.
  expect(Array.from(got[0])).toEqual([3.5, 2]);
  triangle[4] = 0;
  expect(runBoth(graph, [triangle, new Float64Array(2)]).got[0][1]).toBe(Infinity);
});

test("shapes that do not belong together are named", () => {
  const b = new Builder("form");
  const v = b.input({ dtype: "f64", shape: [3] });
  expect(() => b.emit(designGradient, [v, v, v, v])).toThrow(
    "designGradient(f64[3], f64[3], f64[3], f64[3]): shapes do not belong together; use what designFactor makes, padded.",
  );
  expect(() => b.emit(designForm, [v])).toThrow("designForm(f64[3]): shapes do not belong together");
});
