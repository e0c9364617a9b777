// Symmetric matrices as L L': correlation and positive definite matrices through their Cholesky factors
// (Stan Reference Manual, "Correlation matrices", "Covariance matrices").
import { np, type Tensor } from "../tensor/index.js";
import { allTrailing, sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";
import { corrCholeskyBijector, logDiagonal } from "./corr-cholesky.js";
import { lowerCholeskyBijector } from "./lower-cholesky.js";
import { packedWeights, sideOf } from "./packing.js";

const gram = (factor: Tensor): Tensor => np.matmul(factor, np.swapaxes(factor, -1, -2));
const last = (shape: readonly number[]): number => shape[shape.length - 1];
const perRow = (n: number, weight: (i: number) => number): Tensor =>
  np.array(Float64Array.from({ length: n }, (_, i) => weight(i)));

/** d(L L')/dL below the diagonal is triangular with L_jj on row i > j: n - 1 - j times. */
export const corrMatrixBijector: Bijector = {
  ...corrCholeskyBijector,
  name: "corrMatrix",
  forward: (x) => gram(corrCholeskyBijector.forward(x)),
  inverse: (y) => corrCholeskyBijector.inverse(np.linalg.cholesky(y)),
  logAbsDetJacobian(x, y) {
    const n = sideOf(last(x.shape), false);
    const gramTerm = sumTrailing(logDiagonal(x).mul(perRow(n, (j) => n - 1 - j)), 1);
    return corrCholeskyBijector.logAbsDetJacobian(x, y).add(gramTerm);
  },
};

/** |d(L L')/dL| = 2^n prod_j L_jj^(n - j), j from 0; with the exponential of the diagonal one more power each. */
export const positiveDefiniteBijector: Bijector = {
  ...lowerCholeskyBijector,
  name: "positiveDefinite",
  forward: (x) => gram(lowerCholeskyBijector.forward(x)),
  inverse: (y) => lowerCholeskyBijector.inverse(np.linalg.cholesky(y)),
  logAbsDetJacobian(x) {
    const n = sideOf(last(x.shape), true);
    const weights = packedWeights(n, true, (i, j) => (i === j ? n - j + 1 : 0));
    return sumTrailing(x.mul(weights), 1).add(n * Math.LN2);
  },
};

const isSymmetric = (x: Tensor): Tensor => allTrailing(np.abs(x.sub(np.swapaxes(x, -1, -2))).lt(1e-6), 2);
// The factor of a matrix that is not positive definite is NaN, and NaN > 0 is false.
const isDefinite = (x: Tensor): Tensor => allTrailing(np.diagonal(np.linalg.cholesky(x), 0, -2, -1).gt(0), 1);

/** Symmetric positive definite matrices [..., n, n]. */
export const positiveDefinite: Constraint = {
  name: "positiveDefinite",
  eventDim: 2,
  isDiscrete: false,
  check: membership((x) => np.logicalAnd(isSymmetric(x), isDefinite(x))),
  bijector: () => positiveDefiniteBijector,
};

/** Correlation matrices [..., n, n]: positive definite with ones on the diagonal. */
export const corrMatrix: Constraint = {
  name: "corrMatrix",
  eventDim: 2,
  isDiscrete: false,
  check: membership((x) => {
    const unit = allTrailing(np.abs(np.diagonal(x, 0, -2, -1).sub(1)).lt(1e-6), 1);
    return np.logicalAnd(positiveDefinite.check(x), unit);
  }),
  bijector: () => corrMatrixBijector,
};
