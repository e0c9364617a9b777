// Row of qr: orthonormal columns and an upper triangle with a non-negative diagonal.
import type { Data, Value } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import { typeError } from "../define/check.js";
import { shiftedVmap, special } from "../define/special.js";
import { eachMatrix, mirrored, solveTriangle, stackOf } from "./matrices.js";

export const qr = special({
  name: "qr",
  doc: "Q [..., m, k] and R [..., k, n] with Q R = x and k = min(m, n); R's diagonal is not negative. Derivatives need m >= n and full rank.",
  lowering: "qr",
  infer(inputs) {
    const { batch, rows, columns } = stackOf("qr", inputs);
    const { dtype } = inputs[0];
    const k = Math.min(rows, columns);
    return [
      { dtype, shape: [...batch, rows, k] },
      { dtype, shape: [...batch, k, columns] },
    ];
  },
  evaluate([x], _params, { inputs: [type], outputs }) {
    const [rows, columns] = type.shape.slice(-2);
    const out = outputs.map(allocate);
    eachMatrix(x, type, out, (a, [q, r]) => householder(a, q, r, rows, columns));
    return out;
  },
  // C = Q' dA R^-1 splits into a skew part M that turns Q and an upper part that changes R.
  jvp(e, at, [t]) {
    if (t === null) return [null, null];
    checkTall(at.inputs[0]);
    const m = new Calculus(e);
    const [q, r] = at.outputs;
    const scaled = overR(m, t, r);
    const c = m.matmul(m.swap(q), scaled);
    const below = m.triangle(c, true, true);
    const turn = m.sub(below, m.swap(below));
    const dq = m.add(m.matmul(q, turn), m.sub(scaled, m.matmul(q, c)));
    return [dq, m.matmul(m.sub(c, turn), r)];
  },
  // Walter, Lehmann and Lamour, "On evaluating higher-order derivatives of the QR decomposition", 2012.
  vjp(e, at, [ctQ, ctR]) {
    if (ctQ === null && ctR === null) return [null];
    checkTall(at.inputs[0]);
    const m = new Calculus(e);
    const [q, r] = at.outputs;
    const onR = ctR === null ? null : m.matmul(r, m.swap(m.triangle(ctR, false)));
    const onQ = ctQ === null ? null : m.neg(m.matmul(m.swap(ctQ), q));
    const core = mirrored(m, m.total([onR, onQ]) as Value);
    const whole = m.total([ctQ, m.matmul(q, core)]) as Value;
    // whole R^-T
    return [m.swap(solveTriangle(m, r, m.swap(whole), { lower: false, trans: false }))];
  },
  vmap: shiftedVmap(() => qr),
});

/** x R^-1. */
const overR = (m: Calculus, x: Value, r: Value): Value =>
  m.swap(solveTriangle(m, r, m.swap(x), { lower: false, trans: true }));

function checkTall(x: Value): void {
  const [rows, columns] = x.type.shape.slice(-2);
  if (rows < columns)
    throw typeError(
      "qr",
      [x.type],
      "its derivative is defined for no more columns than rows",
      "factor the leading square block, or the transpose",
    );
}

/**
 * Householder reflections in f64, applied to the identity backwards for Q; rows are negated where R's diagonal is negative.
 * Sums run down the rows, one for every column at a time.
 */
function householder(x: Data, q: Data, r: Data, rows: number, columns: number): void {
  const k = Math.min(rows, columns);
  const a = Float64Array.from(x);
  const vs = new Float64Array(k * rows);
  for (let j = 0; j < k; j++) {
    const v = vs.subarray(j * rows, (j + 1) * rows);
    let top = 0;
    for (let i = j; i < rows; i++) top = Math.max(top, Math.abs((v[i] = a[i * columns + j])));
    // Scaled by the largest, so that squares neither overflow nor vanish.
    let sum = 0;
    if (top > 0) for (let i = j; i < rows; i++) sum += (v[i] / top) * (v[i] / top);
    const norm = top * Math.sqrt(sum);
    v[j] = v[j] < 0 ? v[j] - norm : v[j] + norm;
    reflect(v, a, j, rows, columns);
  }
  const whole = new Float64Array(rows * k);
  for (let j = 0; j < k; j++) whole[j * k + j] = 1;
  for (let j = k - 1; j >= 0; j--) reflect(vs.subarray(j * rows, (j + 1) * rows), whole, j, rows, k);
  for (let i = 0; i < k; i++) {
    const sign = a[i * columns + i] < 0 ? -1 : 1;
    for (let j = i; j < columns; j++) r[i * columns + j] = sign * a[i * columns + j];
    for (let p = 0; p < rows; p++) q[p * k + i] = sign * whole[p * k + i];
  }
}

/** a - 2 v (v' a) / (v' v) on the rows from `from`. */
function reflect(v: Float64Array, a: Float64Array, from: number, rows: number, columns: number): void {
  let square = 0;
  for (let i = from; i < rows; i++) square += v[i] * v[i];
  if (square === 0) return;
  const along = new Float64Array(columns);
  for (let i = from; i < rows; i++) for (let j = 0; j < columns; j++) along[j] += v[i] * a[i * columns + j];
  for (let j = 0; j < columns; j++) along[j] = (2 * along[j]) / square;
  for (let i = from; i < rows; i++) for (let j = 0; j < columns; j++) a[i * columns + j] -= v[i] * along[j];
}
