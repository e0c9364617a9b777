// Linear algebra over the last two axes; leading axes are batches and broadcast.
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { broadcastShapes, same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { sqrt, square } from "./elementwise.js";
import { sum, type Axis, type Reduce } from "./reductions.js";
import { broadcastTo, expandDims, squeeze } from "./shape.js";

function squareMatrix(name: string, x: Tensor): Tensor {
  const [n, m] = x.shape.slice(-2);
  if (x.ndim < 2 || n !== m)
    throw new Error(`${name}: a square matrix is needed, got shape [${x.shape.join(",")}].`);
  return x;
}

/** The lower triangular L with L L^T = A. Reads the lower triangle; NaN everywhere when A is not positive definite. */
export function cholesky(a: TensorLike): Tensor {
  const [t] = same("float", "np.linalg.cholesky", [a]);
  return apply(ops.cholesky, [squareMatrix("np.linalg.cholesky", t!)], {}, "np.linalg.cholesky");
}

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

/** The Euclidean norm over the axes. */
export const norm = (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor =>
  sqrt(sum(square(x), axis, options));
