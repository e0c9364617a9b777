// Linear algebra over the last two axes; leading axes are batches and broadcast.
import * as ops from "../../ops/index.js";
import { apply, applyAll } from "../../trace/apply.js";
import { checkOptions } from "../../trace/known-options.js";
import { broadcastShapes, same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import {
  absolute,
  add,
  astype,
  greater,
  log,
  multiply,
  reciprocal,
  sign as signOf,
  square,
  stopGradient,
  subtract,
  where,
} from "./elementwise.js";
import { eye } from "./creation.js";
import { factored, factors, squareMatrix } from "./factored.js";
import { diagonal } from "./indexing.js";
import { matmul } from "./products.js";
import { max, prod, sum } from "./reductions.js";
import { broadcastTo, expandDims, squeeze, swapaxes } from "./shape.js";

/** (A + A^T) / 2: a function of a symmetric matrix that is given both triangles has a symmetric gradient. */
const symmetrised = (a: Tensor): Tensor => multiply(add(a, swapaxes(a, -1, -2)), 0.5);

/**
 * The lower triangular L with L L^T = A, of the symmetric part of A (as JAX: gradients to A are symmetric); with
 * `symmetrize: false` only the lower triangle is read. NaN everywhere when A is not positive definite.
 */
export function cholesky(a: TensorLike, options: { readonly symmetrize?: boolean } = {}): Tensor {
  const name = "np.linalg.cholesky";
  const [t] = same("float", name, [a]);
  const m = squareMatrix(name, t!);
  if (options.symmetrize === false) return apply(ops.cholesky, [m], {}, name);
  return apply(ops.cholesky, [symmetrised(m)], { symmetric: true }, name);
}

/** Options of `solveTriangular`. */
export interface TriangularOptions {
  /** Which triangle of A is read. */
  readonly lower?: boolean;
  /** Solve with the transpose. */
  readonly trans?: boolean;
  /** Take the diagonal to be ones. */
  readonly unitDiagonal?: boolean;
}

/** x with A x = b for a triangular A [..., n, n]; b is [..., n, m], or a vector [n]. */
export function solveTriangular(a: TensorLike, b: TensorLike, options: TriangularOptions = {}): Tensor {
  const name = "np.linalg.solveTriangular";
  checkOptions(name, options, ["lower", "trans", "unitDiagonal"]);
  const { lower = true, trans = false, unitDiagonal = false } = options;
  return withColumns(name, a, b, (m, columns) =>
    apply(ops.triangularSolve, [m, columns], { lower, trans, unit: unitDiagonal }, name),
  );
}

/** Brings A [..., n, n] and b ([n] or [..., n, m]) to shared batch axes, solves, and drops the axis added to a vector. */
function withColumns(
  name: string,
  a: TensorLike,
  b: TensorLike,
  solve: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  const [m, r] = same("float", name, [a, b]) as [Tensor, Tensor];
  const n = squareMatrix(name, m).shape[m.ndim - 1]!;
  const vector = r.ndim === 1;
  const columns = vector ? expandDims(r, 1) : r;
  if (r.ndim === 0 || columns.shape[columns.ndim - 2] !== n)
    throw new Error(
      `${name}: A is [${m.shape.join(",")}] and b is [${r.shape.join(",")}]; b needs ${n} rows.`,
    );
  const batch = broadcastShapes(name, m.shape.slice(0, -2), columns.shape.slice(0, -2));
  const out = solve(
    broadcastTo(m, [...batch, n, n]),
    broadcastTo(columns, [...batch, ...columns.shape.slice(-2)]),
  );
  return vector ? squeeze(out, -1) : out;
}

/** x with A x = b, for A [..., n, n] and b [..., n, m], or a vector [n]. By triangular factors with exchanged rows. */
export const solve = (a: TensorLike, b: TensorLike): Tensor =>
  withColumns("np.linalg.solve", a, b, (m, columns) => factored("np.linalg.solve", m)(columns));

/** The inverse. To apply an inverse to something, `solve` is more accurate. */
export function inv(a: TensorLike): Tensor {
  const [t] = same("float", "np.linalg.inv", [a]);
  const n = squareMatrix("np.linalg.inv", t!).shape[t!.ndim - 1]!;
  return solve(t!, broadcastTo(eye(n, n, 0, { dtype: t!.dtype }), t!.shape));
}

/** [sign, log |det A|]: the determinant without overflow; sign 0 and -Infinity for a singular matrix. */
export function slogdet(a: TensorLike): [sign: Tensor, logAbs: Tensor] {
  const [lu, , sign] = factors("np.linalg.slogdet", a);
  const d = diagonal(lu, 0, -2, -1);
  return [multiply(sign, prod(signOf(d), -1)), sum(log(absolute(d)), -1)];
}

/** The determinant. */
export function det(a: TensorLike): Tensor {
  const [lu, , sign] = factors("np.linalg.det", a);
  return multiply(sign, prod(diagonal(lu, 0, -2, -1), -1));
}

function decompose(name: string, op: typeof ops.qr, a: TensorLike, symmetric: boolean): readonly Tensor[] {
  const [t] = same("float", name, [a]) as [Tensor];
  if (t.ndim < 2) throw new Error(`${name}: a matrix is needed, got shape [${t.shape.join(",")}].`);
  return applyAll(op, [symmetric ? squareMatrix(name, t) : t], {}, name);
}

/** [Q, R] with Q R = A, orthonormal columns in Q [..., m, k], R [..., k, n] upper triangular with a non-negative diagonal. */
export const qr = (a: TensorLike): [q: Tensor, r: Tensor] =>
  decompose("np.linalg.qr", ops.qr, a, false) as unknown as [Tensor, Tensor];

/** [values, vectors] of the symmetric part of a matrix (as JAX), values ascending, vectors in columns. */
export function eigh(a: TensorLike): [values: Tensor, vectors: Tensor] {
  const name = "np.linalg.eigh";
  const [t] = same("float", name, [a]) as [Tensor];
  return decompose(name, ops.eigh, symmetrised(squareMatrix(name, t)), true) as unknown as [Tensor, Tensor];
}

/** [U, s, Vt] with U diag(s) Vt = A, thin, singular values descending. */
export const svd = (a: TensorLike): [u: Tensor, s: Tensor, vt: Tensor] =>
  decompose("np.linalg.svd", ops.svd, a, false) as unknown as [Tensor, Tensor, Tensor];

/** The eigenvalues of a symmetric matrix, ascending. */
export const eigvalsh = (a: TensorLike): Tensor => eigh(a)[0];

/** The singular values, descending. */
export const svdvals = (a: TensorLike): Tensor => svd(a)[1];

/** x with L L^T x = b, from a Cholesky factor L. b is a vector [n] or [..., n, m]. */
export const choSolve = (l: TensorLike, b: TensorLike): Tensor =>
  solveTriangular(l, solveTriangular(l, b), { trans: true });

/** A multiplied by itself n times; for negative n its inverse. */
export function matrixPower(a: TensorLike, n: number): Tensor {
  const name = "np.linalg.matrixPower";
  const [t] = same("float", name, [a]) as [Tensor];
  if (!Number.isInteger(n)) throw new RangeError(`${name}: the exponent must be a whole number, got ${n}.`);
  let base = n < 0 ? inv(t) : squareMatrix(name, t);
  let out: Tensor | null = null;
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) out = out === null ? base : matmul(out, base);
    if (left > 1) base = matmul(base, base);
  }
  const side = t.shape[t.ndim - 1]!;
  return out ?? broadcastTo(eye(side, side, 0, { dtype: t.dtype }), t.shape);
}

/** The pseudo-inverse, by singular values; those below rcond times the largest count as 0 (rounding, by default). */
export function pinv(a: TensorLike, rcond?: number): Tensor {
  const [u, s, vt] = svd(a);
  const [m, n] = [u.shape[u.ndim - 2]!, vt.shape[vt.ndim - 1]!];
  const least = multiply(max(s, -1, { keepdims: true }), rcond ?? Math.max(m, n) * 2 ** (s.dtype === "f64" ? -52 : -23)); // prettier-ignore
  const counts = greater(s, least);
  const inverse = where(counts, reciprocal(where(counts, s, 1)), 0);
  const v = multiply(swapaxes(vt, -1, -2), expandDims(inverse, -2));
  return matmul(v, swapaxes(u, -1, -2));
}

/**
 * [x, residuals, rank, s] as in NumPy: the x that makes |A x - b| least, of least size itself, for b a vector [m] or [m, k]; the squared
 * residuals per column (none where A is not of full column rank by its shape); the rank and the singular values of A.
 */
export function lstsq(
  a: TensorLike,
  b: TensorLike,
  rcond?: number,
): [x: Tensor, residuals: Tensor, rank: Tensor, s: Tensor] {
  const [m, r] = same("float", "np.linalg.lstsq", [a, b]) as [Tensor, Tensor];
  const x = matmul(pinv(m, rcond), r);
  const [rows, columns] = [m.shape[m.ndim - 2]!, m.shape[m.ndim - 1]!];
  const squares = sum(square(subtract(matmul(m, x), r)), 0);
  const residuals =
    rows > columns ? (r.ndim === 1 ? expandDims(squares, 0) : squares) : filled(0, m.dtype, [0]);
  return [x, residuals, matrixRank(m), svdvals(m)];
}

/** How many singular values are above rounding. */
export function matrixRank(a: TensorLike): Tensor {
  const [u, s, vt] = svd(stopGradient(a));
  const [m, n] = [u.shape[u.ndim - 2]!, vt.shape[vt.ndim - 1]!];
  const least = multiply(
    max(s, -1, { keepdims: true }),
    Math.max(m, n) * 2 ** (s.dtype === "f64" ? -52 : -23),
  );
  return sum(astype(greater(s, least), "i32"), -1);
}

export { norm } from "./norm.js";
