// Row of eigh: eigenvalues and eigenvectors of symmetric matrices.
import type { Data, Value } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import { shiftedVmap, special } from "../define/special.js";
import {
  checkSquare,
  diagonalOf,
  eachMatrix,
  foldedOnLower,
  gaps,
  mirrored,
  onDiagonal,
  stackOf,
  asColumns,
} from "./matrices.js";

export const eigh = special({
  name: "eigh",
  doc: "Ascending eigenvalues and the eigenvectors as columns, reading the lower triangle; each vector's entry of largest size is positive. Between equal eigenvalues the vectors' derivative is taken as 0.",
  lowering: "eigh",
  infer(inputs) {
    const { batch, rows } = stackOf("eigh", inputs);
    checkSquare("eigh", inputs);
    return [{ dtype: inputs[0].dtype, shape: [...batch, rows] }, inputs[0]];
  },
  evaluate([x], _params, { inputs: [type], outputs }) {
    const n = type.shape[type.shape.length - 1];
    const out = outputs.map(allocate);
    eachMatrix(x, type, out, (a, [w, v]) => jacobi(a, w, v, n));
    return out;
  },
  jvp(e, at, [t]) {
    if (t === null) return [null, null];
    const m = new Calculus(e);
    const [w, v] = at.outputs;
    const inner = m.matmul(m.swap(v), m.matmul(mirrored(m, t), v));
    return [diagonalOf(m, inner), m.matmul(v, m.mul(gaps(m, w), inner))];
  },
  vjp(e, at, [ctW, ctV]) {
    if (ctW === null && ctV === null) return [null];
    const m = new Calculus(e);
    const [w, v] = at.outputs;
    const n = w.type.shape[w.type.shape.length - 1];
    const turning = ctV === null ? null : m.mul(gaps(m, w), m.matmul(m.swap(v), ctV));
    const stretching = ctW === null ? null : onDiagonal(m, asColumns(m, ctW, n), 0);
    const core = m.total([turning, stretching]) as Value;
    return [foldedOnLower(m, m.matmul(v, m.matmul(core, m.swap(v))))];
  },
  vmap: shiftedVmap(() => eigh),
});

export const SWEEPS = 60;
/** Off-diagonal squares below this fraction of the whole are rounding. */
export const SMALL = 1e-34;
/** A margin keeps the choice of the sign stable where two entries are of one size. */
export const MARGIN = 1 + 1e-9;

/** Cyclic Jacobi rotations in f64 (Golub and Van Loan, Matrix Computations, 8.5), then sorting. Row i of u is vector i. */
function jacobi(x: Data, w: Data, v: Data, n: number): void {
  const a = new Float64Array(n * n);
  const u = new Float64Array(n * n);
  let norm = 0;
  for (let i = 0; i < n; i++) {
    u[i * n + i] = 1;
    for (let j = 0; j < n; j++) {
      const entry = x[i >= j ? i * n + j : j * n + i];
      a[i * n + j] = entry;
      norm += entry * entry;
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q] * a[p * n + q];
    if (!(off > norm * SMALL)) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, u, n, p, q);
  }
  for (let i = 0; i < n; i++) {
    // The place of value i: behind all that are smaller, and behind equals that come before it.
    let to = 0;
    for (let j = 0; j < n; j++) {
      const [mine, other] = [a[i * n + i], a[j * n + j]];
      if (other < mine || (!(mine < other) && j < i)) to++;
    }
    w[to] = a[i * n + i];
    let largest = 0;
    for (let k = 0; k < n; k++) {
      const entry = u[i * n + k];
      if (Math.abs(entry) > Math.abs(largest) * MARGIN) largest = entry;
    }
    for (let k = 0; k < n; k++) v[k * n + to] = largest < 0 ? -u[i * n + k] : u[i * n + k];
  }
}

function rotate(a: Float64Array, u: Float64Array, n: number, p: number, q: number): void {
  const [app, apq, aqq] = [a[p * n + p], a[p * n + q], a[q * n + q]];
  if (apq === 0) return;
  const theta = (aqq - app) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const m of [a, u])
    for (let k = 0; k < n; k++) {
      const [x, y] = [m[p * n + k], m[q * n + k]];
      m[p * n + k] = c * x - s * y;
      m[q * n + k] = s * x + c * y;
    }
  const move = t * apq;
  a[p * n + p] = app - move;
  a[q * n + q] = aqq + move;
  a[p * n + q] = a[q * n + p] = 0;
  // The columns are the rows, by symmetry.
  for (let k = 0; k < n; k++) {
    a[k * n + p] = a[p * n + k];
    a[k * n + q] = a[q * n + k];
  }
}
