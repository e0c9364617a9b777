// Row of designFactor: what a least-squares problem needs to know of its data, found once per data set.
import type { Data } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { typeError } from "../define/check.js";
import { special } from "../define/special.js";

/** A column whose remainder is this much shorter than the column (squared) is taken for a combination of those before it. */
export const DEPENDENT = 1e-26;
/** Coefficients are fitted where they explain so many times the rest's variance; others are noise, and may be huge. */
export const SIGNIFICANT = 100;
/** And where they explain more than this part of the response (squared). */
export const NEGLIGIBLE = 1e-24;
/** Numbers below this are rounded to 24 bits, so that products of two are exact; others are not used. */
export const LARGEST_SHORT = 1e38;

/**
 * Householder's reflections of [x | y] give coefficients b; those of D = [x - 1 m' | y - x b] give the factor. With the
 * means m gone and y replaced by what b leaves over, sums of squares near the best fit come from short vectors, not from
 * differences of long ones. b and m need not be the best or the means, so they are rounded to 24 bits: x b is then formed
 * without error where it is large.
 */
export const designFactor = special({
  name: "designFactor",
  doc: "For x [n, k] and y [n, m], m <= 1: a triangle R with R'R = D'D for D = [x - 1 means' | y - x b], coefficients b [k], means [k], which column is of ones [k], and the reflections. Without a column of ones the means are 0.",
  lowering: "designFactor",
  infer([x, y]) {
    const shapes = x && y && [x.shape, y.shape];
    if (!shapes || x.dtype !== "f64" || y.dtype !== "f64" || shapes.some((s) => s.length !== 2))
      throw typeError("designFactor", x && y ? [x, y] : [], "it takes two f64 matrices", "reshape them");
    const [[n, k], [rows, m]] = shapes;
    if (n !== rows || n <= k + m || m > 1)
      throw typeError(
        "designFactor",
        [x, y],
        "it needs more rows than columns, and at most one response",
        "use the rows as they are",
      );
    return [
      { dtype: "f64", shape: [k + m, k + m] },
      { dtype: "f64", shape: [k] },
      { dtype: "f64", shape: [k] },
      { dtype: "f64", shape: [k] },
      { dtype: "f64", shape: [n + 2, k + m] },
    ];
  },
  evaluate([x, y], _params, { inputs, outputs }) {
    const [n, k] = inputs[0].shape;
    const [, m] = inputs[1].shape;
    const out = outputs.map(allocate) as Float64Array[];
    factor(x, y, { n, k, m }, out);
    return out;
  },
  jvp: refuse,
  vjp: refuse,
  vmap(_e, inputs) {
    throw typeError(
      "designFactor",
      inputs.map((v) => v.type),
      "passes make it after derivatives and batching",
      "transform the graph first",
    );
  },
});

function refuse(): never {
  throw new Error("designFactor: passes make it after derivatives are taken; differentiate the graph first.");
}

export interface Sizes {
  readonly n: number;
  readonly k: number;
  readonly m: number;
}

const short = (x: number): number => (Math.abs(x) < LARGEST_SHORT ? Math.fround(x) : 0);

/** The two rows below the matrix in `work` hold the scales of the reflections and running dot products; `kept` gets D. */
export function factor(
  x: Data,
  y: Data,
  { n, k, m }: Sizes,
  [r, b, means, unit, work]: readonly Float64Array[],
  kept?: Float64Array,
): void {
  const w = k + m;
  const [scales, dots] = [n * w, (n + 1) * w];
  /** Reflection j on the columns from `first`. */
  const apply = (j: number, first: number): void => {
    for (let c = first; c < w; c++) work[dots + c] = 0;
    for (let i = j; i < n; i++) {
      const v = work[i * w + j];
      for (let c = first; c < w; c++) work[dots + c] += v * work[i * w + c];
    }
    for (let c = first; c < w; c++) work[dots + c] *= work[scales + j];
    for (let i = j; i < n; i++) {
      const v = work[i * w + j];
      for (let c = first; c < w; c++) work[i * w + c] -= work[dots + c] * v;
    }
  };
  const reflect = (j: number): void => {
    let square = 0;
    for (let i = j; i < n; i++) square += work[i * w + j] * work[i * w + j];
    const norm = Math.sqrt(square);
    const head = work[j * w + j];
    const turned = head < 0 ? norm : -norm;
    r[j * w + j] = turned;
    work[j * w + j] = head - turned;
    const half = norm * (norm + Math.abs(head));
    work[scales + j] = half > 0 ? 1 / half : 0;
    apply(j, j + 1);
  };

  let ones = -1;
  for (let j = 0; j < k && ones < 0; j++) {
    let same = 0;
    while (same < n && x[same * k + j] === 1) same++;
    if (same === n) ones = j;
  }
  if (ones >= 0) {
    unit[ones] = 1;
    for (let j = 0; j < k; j++) {
      if (j === ones) continue;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x[i * k + j];
      means[j] = short(sum / n);
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) work[i * w + j] = x[i * k + j] - means[j];
    if (kept) for (let j = 0; j < k; j++) kept[i * w + j] = work[i * w + j];
    for (let c = 0; c < m; c++) work[i * w + k + c] = y[i * m + c];
  }
  for (let j = 0; j < k; j++) reflect(j);
  if (m > 0) {
    let [left, all] = [0, 0];
    for (let i = 0; i < n; i++) {
      const v = work[i * w + k];
      all += v * v;
      if (i >= k) left += v * v;
    }
    const least = Math.max((left / (n - k)) * SIGNIFICANT, all * NEGLIGIBLE);
    for (let j = k - 1; j >= 0; j--) {
      const pivot = r[j * w + j];
      let square = pivot * pivot;
      for (let i = 0; i < j; i++) square += work[i * w + j] * work[i * w + j];
      let rest = work[j * w + k];
      for (let l = j + 1; l < k; l++) rest -= work[j * w + l] * b[l];
      const sound = pivot * pivot > square * DEPENDENT && rest * rest > least;
      b[j] = sound ? short(rest / pivot) : 0;
    }
    // With means taken out, the coefficient of the ones is the level at the means; the others' part is taken off.
    let [level, low] = [0, 0];
    if (ones >= 0) {
      let shift = 0;
      for (let j = 0; j < k; j++) shift += means[j] * b[j];
      b[ones] -= shift;
      level = b[ones];
      for (let j = 0; j < k; j++) {
        const product = means[j] * b[j];
        const sum = level + product;
        const part = sum - level;
        low += level - (sum - part) + (product - part);
        level = sum;
      }
    }
    for (let i = 0; i < n; i++) {
      let rest = y[i] - level - low;
      for (let j = 0; j < k; j++) if (j !== ones) rest -= (x[i * k + j] - means[j]) * b[j];
      work[i * w + k] = rest;
      if (kept) kept[i * w + k] = rest;
    }
    for (let j = 0; j < k; j++) apply(j, k);
    reflect(k);
  }
  for (let i = 0; i < w; i++) for (let j = i + 1; j < w; j++) r[i * w + j] = work[i * w + j];
}
