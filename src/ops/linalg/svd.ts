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

const SWEEPS = 60;

/** One-sided Jacobi rotations on the columns of the taller side (Hestenes 1958; Golub and Van Loan, 8.6). */
function decompose(x: Data, u: Data, s: Data, vt: Data, rows: number, columns: number): void {
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  // Columns of the tall matrix, each contiguous, and the rotations gathered so far.
  const a = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: m }, (__, i) => (tall ? x[i * columns + j] : x[j * columns + i])),
  );
  const w = Array.from({ length: n }, (_, j) => Float64Array.from({ length: n }, (__, i) => Number(i === j)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) turned = orthogonalise(a, w, p, q) || turned;
    if (!turned) break;
  }
  const sizes = a.map((column) => Math.sqrt(dot(column, column)));
  const order = sizes.map((_, j) => j).sort((i, j) => sizes[j] - sizes[i]);
  const left: Float64Array[] = [];
  for (const j of order)
    left.push(sizes[j] > sizes[order[0]] * 1e-300 ? a[j].map((v) => v / sizes[j]) : complement(left, m));
  order.forEach((j, to) => {
    s[to] = sizes[j];
    const [ofU, ofV] = tall ? [left[to], w[j]] : [w[j], left[to]];
    const sign = largest(ofV) < 0 ? -1 : 1;
    ofU.forEach((v, i) => (u[i * n + to] = sign * v));
    ofV.forEach((v, i) => (vt[to * columns + i] = sign * v));
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

/** The entry of largest size; a margin keeps the choice stable where two are of one size. */
function largest(x: Float64Array): number {
  let best = 0;
  for (const v of x) if (Math.abs(v) > Math.abs(best) * (1 + 1e-9)) best = v;
  return best;
}

function orthogonalise(
  a: readonly Float64Array[],
  w: readonly Float64Array[],
  p: number,
  q: number,
): boolean {
  const [alpha, beta, gamma] = [dot(a[p], a[p]), dot(a[q], a[q]), dot(a[p], a[q])];
  if (!(Math.abs(gamma) > 1e-16 * Math.sqrt(alpha * beta))) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  for (const side of [a, w])
    for (let i = 0; i < side[p].length; i++) {
      const [x, y] = [side[p][i], side[q][i]];
      side[p][i] = c * (x - t * y);
      side[q][i] = c * (t * x + y);
    }
  return true;
}

/** A unit vector orthogonal to those given: the first axis that is not in their span, made orthogonal twice. */
function complement(basis: readonly Float64Array[], m: number): Float64Array {
  for (let axis = 0; axis < m; axis++) {
    const v = new Float64Array(m);
    v[axis] = 1;
    for (const b of [...basis, ...basis]) {
      const along = dot(b, v);
      for (let i = 0; i < m; i++) v[i] -= along * b[i];
    }
    const size = Math.sqrt(dot(v, v));
    if (size > 0.5 / Math.sqrt(m)) return v.map((x) => x / size);
  }
  // NaN in the matrix: there is no such vector.
  return new Float64Array(m).fill(NaN);
}
