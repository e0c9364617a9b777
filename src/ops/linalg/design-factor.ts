// Row of designFactor: what a least-squares problem needs to know of its data, found once per data set.
import type { Data } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { typeError } from "../define/check.js";
import { special } from "../define/special.js";

/** A column whose remainder is this much shorter than the column (squared) is taken for a combination of those before it. */
export const DEPENDENT = 1e-26;

/**
 * Householder's reflections of [x | y] give the coefficients; those of [x | y - x coefficients] give the factor, so that
 * sums of squares near the best fit come from short vectors rather than from differences of long ones.
 */
export const designFactor = special({
  name: "designFactor",
  doc: "For x [n, k] and y [n, m]: the triangle R [k+m, k+m] with R'R = D'D of D = [x | y - x b], least-squares coefficients b [k, m], and the reflections [n+2, k+m].",
  lowering: "designFactor",
  infer([x, y]) {
    const shapes = x && y && [x.shape, y.shape];
    if (!shapes || x.dtype !== "f64" || y.dtype !== "f64" || shapes.some((s) => s.length !== 2))
      throw typeError("designFactor", x && y ? [x, y] : [], "it takes two f64 matrices", "reshape them");
    const [[n, k], [rows, m]] = shapes;
    if (n !== rows || n < k + m)
      throw typeError(
        "designFactor",
        [x, y],
        "there are fewer rows than columns, or unequal numbers",
        "use the rows as they are",
      );
    return [
      { dtype: "f64", shape: [k + m, k + m] },
      { dtype: "f64", shape: [k, m] },
      { dtype: "f64", shape: [n + 2, k + m] },
    ];
  },
  evaluate([x, y], _params, { inputs, outputs }) {
    const [n, k] = inputs[0].shape;
    const [, m] = inputs[1].shape;
    const [r, b, work] = outputs.map(allocate) as Float64Array[];
    factor(x, y, { n, k, m }, r, b, work);
    return [r, b, work];
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

interface Sizes {
  readonly n: number;
  readonly k: number;
  readonly m: number;
}

/** The two rows below the matrix in `work` hold the scales of the reflections and running dot products. */
function factor(
  x: Data,
  y: Data,
  { n, k, m }: Sizes,
  r: Float64Array,
  b: Float64Array,
  work: Float64Array,
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

  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) work[i * w + j] = x[i * k + j];
    for (let c = 0; c < m; c++) work[i * w + k + c] = y[i * m + c];
  }
  for (let j = 0; j < k; j++) reflect(j);
  for (let c = 0; c < m; c++)
    for (let j = k - 1; j >= 0; j--) {
      const pivot = r[j * w + j];
      let square = pivot * pivot;
      for (let i = 0; i < j; i++) square += work[i * w + j] * work[i * w + j];
      let rest = work[j * w + k + c];
      for (let l = j + 1; l < k; l++) rest -= work[j * w + l] * b[l * m + c];
      b[j * m + c] = pivot * pivot > DEPENDENT * square ? rest / pivot : 0;
    }
  for (let i = 0; i < n; i++)
    for (let c = 0; c < m; c++) {
      let rest = y[i * m + c];
      for (let j = 0; j < k; j++) rest -= x[i * k + j] * b[j * m + c];
      work[i * w + k + c] = rest;
    }
  for (let j = 0; j < k; j++) apply(j, k);
  for (let j = k; j < w; j++) reflect(j);
  for (let i = 0; i < w; i++) for (let j = i + 1; j < w; j++) r[i * w + j] = work[i * w + j];
}
