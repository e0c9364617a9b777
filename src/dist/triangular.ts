// Matrices acting on vectors in the last axis, batch axes broadcast: products and lower-triangular solves.
import { broadcastShapes, np, type Tensor } from "../tensor/index.js";
import { stretch } from "./shapes.js";

/** A v for vectors v in the last axis. One matrix for all of them is one matrix product. */
export function applyMatrix(a: Tensor, v: Tensor): Tensor {
  if (a.ndim === 2 && v.ndim === 1) return np.matmul(a, v);
  if (a.ndim === 2) return np.matmul(v, np.transpose(a));
  const { matrices, columns, shape } = paired(a, v);
  return np.matmul(matrices, columns).reshape(shape);
}

/** The x with L x = v, L lower triangular. One L for many vectors is one solve with many right sides. */
export function solveLower(l: Tensor, v: Tensor): Tensor {
  if (l.ndim === 2) {
    const d = l.shape[0]!;
    const sides = np.transpose(v.reshape([-1, d]));
    return np.transpose(np.linalg.solveTriangular(l, sides)).reshape([...v.shape]);
  }
  const { matrices, columns, shape } = paired(l, v);
  return np.linalg.solveTriangular(matrices, columns).reshape(shape);
}

function paired(a: Tensor, v: Tensor): { matrices: Tensor; columns: Tensor; shape: number[] } {
  const d = v.shape[v.ndim - 1]!;
  const batch = broadcastShapes("a matrix and a vector", a.shape.slice(0, -2), v.shape.slice(0, -1));
  return {
    matrices: stretch(a, [...batch, ...a.shape.slice(-2)]),
    columns: stretch(v, [...batch, d]).reshape([...batch, d, 1]),
    shape: [...batch, a.shape[a.ndim - 2]!],
  };
}
