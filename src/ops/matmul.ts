// Row of matmul: products of stacks of matrices.
import type { Data, Type } from "../ir/types.js";
import { allocate, isFloat, sameShape, sizeOf } from "../ir/types.js";
import { Calculus } from "./define/calculus.js";
import { liftAll } from "./define/batching.js";
import { checkCount, checkKind, checkSameDtype, typeError } from "./define/check.js";
import { special } from "./define/special.js";

export const matmul = special({
  name: "matmul",
  doc: "The matrix product over the last two axes: [...B, M, K] by [...B, K, N] gives [...B, M, N].",
  lowering: "matmul",
  infer(inputs): readonly Type[] {
    checkCount("matmul", inputs, 2);
    checkKind("matmul", inputs, 0, "numeric");
    checkSameDtype("matmul", inputs);
    const [x, y] = inputs;
    const n = x.shape.length;
    if (n < 2 || y.shape.length !== n)
      throw typeError(
        "matmul",
        inputs,
        "both must have the same 2 or more axes",
        "reshape or broadcast them first",
      );
    if (!sameShape(x.shape.slice(0, n - 2), y.shape.slice(0, n - 2)))
      throw typeError("matmul", inputs, "leading axes differ", "broadcast them to one batch shape first");
    if (x.shape[n - 1] !== y.shape[n - 2])
      throw typeError(
        "matmul",
        inputs,
        `${x.shape[n - 1]} columns meet ${y.shape[n - 2]} rows`,
        "the first one's last axis must equal the second one's last but one",
      );
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, n - 1), y.shape[n - 1]] }];
  },
  evaluate([x, y], _params, { inputs: [a], outputs: [type] }) {
    const rank = type.shape.length;
    const [rows, columns] = type.shape.slice(rank - 2);
    const inner = a.shape[rank - 1];
    return [product(x, y, allocate(type), sizeOf(type.shape.slice(0, rank - 2)), rows, inner, columns)];
  },
  jvp(e, at, [tx, ty]) {
    const [x, y] = at.inputs;
    const left = tx === null ? null : e(matmul, [tx, y]);
    const right = ty === null ? null : e(matmul, [x, ty]);
    return [new Calculus(e).total([left, right])];
  },
  vjp(e, at, [ct], _guarded, [onX, onY] = [true, true]) {
    const [x, y] = at.inputs;
    if (ct === null || !isFloat(ct.type.dtype)) return [null, null];
    const m = new Calculus(e);
    return [onX ? m.matmul(ct, m.swap(y)) : null, onY ? m.matmul(m.swap(x), ct) : null];
  },
  vmap(e, inputs, batched, params, size) {
    const [x, y] = inputs;
    const [onX, onY] = batched;
    if (!onX && !onY) return { outputs: e.all(matmul, inputs, params), batched: [false] };
    const m = new Calculus(e);
    // One matrix stays the same for the whole batch: the other one's batch joins its free axis, so there is one product.
    if (!onY && y.type.shape.length === 2) {
      const [, rows, inner] = x.type.shape;
      const out = m.matmul(m.reshape(x, [size * rows, inner]), y);
      return { outputs: [m.reshape(out, [size, rows, y.type.shape[1]])], batched: [true] };
    }
    if (!onX && x.type.shape.length === 2) {
      const [, inner, columns] = y.type.shape;
      const out = m.matmul(x, m.reshape(m.transpose(y, [1, 0, 2]), [inner, size * columns]));
      const split = m.reshape(out, [x.type.shape[0], size, columns]);
      return { outputs: [m.transpose(split, [1, 0, 2])], batched: [true] };
    }
    return { outputs: [e(matmul, liftAll(e, inputs, batched, size))], batched: [true] };
  },
});

/** Sums over the inner axis in order; f32 rounds after each multiplication and addition, integers wrap. */
function product(
  x: Data,
  y: Data,
  out: Data,
  batches: number,
  rows: number,
  inner: number,
  columns: number,
): Data {
  for (let b = 0; b < batches; b++) {
    const matrix = y.subarray(b * inner * columns, (b + 1) * inner * columns);
    for (let i = b * rows; i < (b + 1) * rows; i++) {
      const row = x.subarray(i * inner, (i + 1) * inner);
      const sums = out.subarray(i * columns, (i + 1) * columns);
      if (sums instanceof Float64Array) addRows(row, matrix, sums);
      else if (sums instanceof Float32Array)
        row.forEach((a, k) => {
          for (let j = 0; j < columns; j++) sums[j] += Math.fround(a * matrix[k * columns + j]);
        });
      else
        row.forEach((a, k) => {
          for (let j = 0; j < columns; j++) sums[j] += Math.imul(a, matrix[k * columns + j]);
        });
    }
  }
  return out;
}

/** sums[j] += row[0] y[0, j] + row[1] y[1, j] + ...: four rows of y at a time, so that sums are read and written less often. */
function addRows(row: Data, y: Data, sums: Float64Array): void {
  const columns = sums.length;
  let k = 0;
  for (; k + 3 < row.length; k += 4) {
    const [a, b, c, d] = [row[k], row[k + 1], row[k + 2], row[k + 3]];
    let at = k * columns;
    for (let j = 0; j < columns; j++, at++)
      sums[j] = sums[j] + a * y[at] + b * y[at + columns] + c * y[at + 2 * columns] + d * y[at + 3 * columns];
  }
  for (; k < row.length; k++) for (let j = 0; j < columns; j++) sums[j] += row[k] * y[k * columns + j];
}
