// Row of svd: the thin singular value decomposition.
import type { Data, Value } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import { shiftedVmap, special } from "../define/special.js";
import { asColumns, asRows, diagonalOf, eachMatrix, gaps, onDiagonal, stackOf } from "./matrices.js";

export const svd = special({
  name: "svd",
  doc: "U [..., m, k], descending singular values s [..., k] and Vt [..., k, n] with U diag(s) Vt = x, k = min(m, n); each row of Vt has its entry of largest size positive. Between equal singular values the vectors' derivative is taken as 0.",
  lowering: "svd",
  infer(inputs) {
    const { batch, rows, columns } = stackOf("svd", inputs);
    const { dtype } = inputs[0];
    const k = Math.min(rows, columns);
    return [
      { dtype, shape: [...batch, rows, k] },
      { dtype, shape: [...batch, k] },
      { dtype, shape: [...batch, k, columns] },
    ];
  },
  evaluate([x], _params, { inputs: [type], outputs }) {
    const [rows, columns] = type.shape.slice(-2);
    const out = outputs.map(allocate);
    eachMatrix(x, type, out, (a, [u, s, vt]) => decompose(a, u, s, vt, rows, columns));
    return out;
  },
  jvp(e, at, [t]) {
    if (t === null) return [null, null, null];
    const m = new Calculus(e);
    const { u, s, v, f, inverse } = parts(m, at.outputs);
    const k = s.type.shape[s.type.shape.length - 1];
    const [left, right] = [m.matmul(t, v), m.matmul(m.swap(t), u)];
    const p = m.matmul(m.swap(u), left);
    const pt = m.swap(p);
    const rowScaled = (x: Value) => m.mul(x, asRows(m, s, k));
    const columnScaled = (x: Value) => m.mul(x, asColumns(m, s, k));
    const turnU = m.mul(f, m.add(rowScaled(p), columnScaled(pt)));
    const turnV = m.mul(f, m.add(columnScaled(p), rowScaled(pt)));
    const outside = (q: Value, x: Value) =>
      m.mul(m.sub(x, m.matmul(q, m.matmul(m.swap(q), x))), asRows(m, inverse, rowsOf(q)));
    const dv = m.add(m.matmul(v, turnV), outside(v, right));
    return [m.add(m.matmul(u, turnU), outside(u, left)), diagonalOf(m, p), m.swap(dv)];
  },
  // Townsend, "Differentiating the singular value decomposition", 2016.
  vjp(e, at, [ctU, ctS, ctVt]) {
    if (ctU === null && ctS === null && ctVt === null) return [null];
    const m = new Calculus(e);
    const { u, s, v, f, inverse } = parts(m, at.outputs);
    const k = s.type.shape[s.type.shape.length - 1];
    const skew = (q: Value, ct: Value) => {
      const inner = m.matmul(m.swap(q), ct);
      return m.mul(f, m.sub(inner, m.swap(inner)));
    };
    const outside = (q: Value, ct: Value) =>
      m.mul(m.sub(ct, m.matmul(q, m.matmul(m.swap(q), ct))), asRows(m, inverse, rowsOf(q)));
    const ctV = ctVt === null ? null : m.swap(ctVt);
    const core = m.total([
      ctU && m.mul(skew(u, ctU), asRows(m, s, k)),
      ctV && m.mul(asColumns(m, s, k), skew(v, ctV)),
      ctS && onDiagonal(m, asColumns(m, ctS, k), 0),
    ]) as Value;
    const vt = m.swap(v);
    return [
      m.total([
        m.matmul(m.matmul(u, core), vt),
        ctU && m.matmul(outside(u, ctU), vt),
        ctV && m.matmul(u, m.swap(outside(v, ctV))),
      ]),
    ];
  },
  vmap: shiftedVmap(() => svd),
});

const rowsOf = (q: Value): number => q.type.shape[q.type.shape.length - 2];

function parts(m: Calculus, [u, s, vt]: readonly Value[]) {
  return { u, s, v: m.swap(vt), f: gaps(m, m.apply("square", s)), inverse: m.inverse(s) };
}

export const SWEEPS = 60;
/** Columns whose cosine is below this are orthogonal. */
export const ORTHOGONAL = 1e-16;
/** Singular values below this fraction of the largest count as 0: their left vectors are filled in. */
export const NOTHING = 1e-300;
export const MARGIN = 1 + 1e-9;

/**
 * One-sided Jacobi rotations in f64 on the columns of the taller side (Hestenes 1958; Golub and Van Loan, 8.6). Both the
 * columns (a, n of length m) and the rotations gathered (w, n of length n) are kept as rows; left vectors go to `left`.
 */
function decompose(x: Data, u: Data, s: Data, vt: Data, rows: number, columns: number): void {
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  const a = new Float64Array(n * m);
  const w = new Float64Array(n * n);
  const left = new Float64Array(n * m);
  const sizes = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    w[j * n + j] = 1;
    for (let i = 0; i < m; i++) a[j * m + i] = tall ? x[i * columns + j] : x[j * columns + i];
  }
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) turned = orthogonalise(a, w, m, n, p, q) || turned;
  }
  let greatest = 0;
  for (let j = 0; j < n; j++) {
    sizes[j] = Math.sqrt(dot(a, j * m, a, j * m, m));
    if (sizes[j] > greatest) greatest = sizes[j];
  }
  for (let to = 0; to < n; to++) {
    const from = placed(sizes, n, to);
    if (sizes[from] > greatest * NOTHING)
      for (let i = 0; i < m; i++) left[to * m + i] = a[from * m + i] / sizes[from];
    else complement(left, to, m);
    s[to] = sizes[from];
    const [ofU, atU, ofV, atV] = tall ? [left, to * m, w, from * n] : [w, from * n, left, to * m];
    const flip = largest(ofV, atV, columns) < 0;
    for (let i = 0; i < rows; i++) u[i * n + to] = flip ? -ofU[atU + i] : ofU[atU + i];
    for (let i = 0; i < columns; i++) vt[to * columns + i] = flip ? -ofV[atV + i] : ofV[atV + i];
  }
}

/** Which value comes at the place `to` in descending order; equals keep their order. */
function placed(sizes: Float64Array, n: number, to: number): number {
  let found = 0;
  for (let i = 0; i < n; i++) {
    let before = 0;
    for (let j = 0; j < n; j++) if (sizes[j] > sizes[i] || (!(sizes[i] > sizes[j]) && j < i)) before++;
    if (before === to) found = i;
  }
  return found;
}

function dot(a: Float64Array, p: number, b: Float64Array, q: number, m: number): number {
  let total = 0;
  for (let i = 0; i < m; i++) total += a[p + i] * b[q + i];
  return total;
}

/** The entry of largest size; a margin keeps the choice stable where two are of one size. */
function largest(x: Float64Array, from: number, count: number): number {
  let best = 0;
  for (let i = from; i < from + count; i++) if (Math.abs(x[i]) > Math.abs(best) * MARGIN) best = x[i];
  return best;
}

function orthogonalise(
  a: Float64Array,
  w: Float64Array,
  m: number,
  n: number,
  p: number,
  q: number,
): boolean {
  const alpha = dot(a, p * m, a, p * m, m);
  const beta = dot(a, q * m, a, q * m, m);
  const gamma = dot(a, p * m, a, q * m, m);
  if (!(Math.abs(gamma) > ORTHOGONAL * Math.sqrt(alpha * beta))) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(zeta * zeta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turn(a, p * m, q * m, m, c, s);
  turn(w, p * n, q * n, n, c, s);
  return true;
}

function turn(a: Float64Array, p: number, q: number, count: number, c: number, s: number): void {
  for (let i = 0; i < count; i++) {
    const [x, y] = [a[p + i], a[q + i]];
    a[p + i] = c * x - s * y;
    a[q + i] = s * x + c * y;
  }
}

/** Row `to`: a unit vector orthogonal to the rows before, made from the first axis not in their span, twice orthogonal. */
function complement(left: Float64Array, to: number, m: number): void {
  const at = to * m;
  for (let axis = 0; axis < m; axis++) {
    for (let i = 0; i < m; i++) left[at + i] = i === axis ? 1 : 0;
    for (let again = 0; again < 2; again++)
      for (let b = 0; b < to; b++) {
        const along = dot(left, b * m, left, at, m);
        for (let i = 0; i < m; i++) left[at + i] -= along * left[b * m + i];
      }
    const size = Math.sqrt(dot(left, at, left, at, m));
    if (size > 0.5 / Math.sqrt(m)) {
      for (let i = 0; i < m; i++) left[at + i] /= size;
      return;
    }
  }
  // NaN in the matrix: there is no such vector.
  left.fill(NaN, at, at + m);
}
