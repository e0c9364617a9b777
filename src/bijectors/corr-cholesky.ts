// Cholesky factors of correlation matrices from partial correlations tanh(x), row by row below the diagonal
// (Lewandowski, Kurowicka, Joe 2009; Stan Reference Manual, "Cholesky factors of correlation matrices").
import { np, type Tensor } from "../tensor/index.js";
import { allTrailing, exclusiveSums, lastRange, suffixSums, sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";
import { countOf, pack, packedWeights, sideOf, unpack } from "./packing.js";

/** log(1 - tanh(x)^2) without cancellation: 2 (log 2 - x - softplus(-2x)). */
const logSech2 = (x: Tensor): Tensor =>
  np
    .array(Math.LN2)
    .sub(x)
    .sub(np.special.softplus(x.mul(-2)))
    .mul(2);

/** Row i: L_ij = tanh(x_ij) sqrt(prod_{k<j} (1 - tanh(x_ik)^2)), L_ii the square root of what is left of one. */
export const corrCholeskyBijector: Bijector = {
  name: "corrCholesky",
  domainDim: 1,
  codomainDim: 2,
  forward(x) {
    const n = sideOf(x.shape[x.shape.length - 1], false);
    const left = np.exp(exclusiveSums(unpack(logSech2(x), false)).mul(0.5));
    return unpack(np.tanh(x), false).add(np.eye(n)).mul(left);
  },
  // tanh(x) = r, with r / sqrt(1 - r^2) = L_ij / (norm of the rest of the row), hence an inverse sinh.
  inverse(y) {
    const n = y.shape[y.shape.length - 1];
    const rest = suffixSums(y.mul(y));
    const after = np.concatenate([lastRange(rest, 1, n), np.ones([...y.shape.slice(0, -1), 1])], -1);
    return np.arcsinh(pack(y, false).div(np.sqrt(pack(after, false))));
  },
  // Each log(1 - r_ik^2) stands once for tanh and with weight 1/2 for every later element j < i of its row.
  logAbsDetJacobian(x) {
    const n = sideOf(x.shape[x.shape.length - 1], false);
    return sumTrailing(logSech2(x).mul(packedWeights(n, false, (i, k) => 1 + (i - 1 - k) / 2)), 1);
  },
  forwardShape(shape) {
    const n = sideOf(shape[shape.length - 1], false);
    return [...shape.slice(0, -1), n, n];
  },
  inverseShape: (shape) => [...shape.slice(0, -2), countOf(shape[shape.length - 1], false)],
};

/** log of the diagonal of the factor, from the packed x: half the sum of its row (exact where the diagonal underflows). */
export function logDiagonal(x: Tensor): Tensor {
  return sumTrailing(unpack(logSech2(x), false), 1).mul(0.5);
}

/** Lower-triangular matrices with a positive diagonal and rows of length one (to 1e-6 in the check). */
export const corrCholesky: Constraint = {
  name: "corrCholesky",
  eventDim: 2,
  isDiscrete: false,
  check: membership((x) => {
    const lower = allTrailing(np.triu(x, 1).eq(0), 2);
    const positive = allTrailing(np.diagonal(x, 0, -2, -1).gt(0), 1);
    const unit = allTrailing(np.abs(np.sum(x.mul(x), -1).sub(1)).lt(1e-6), 1);
    return np.logicalAnd(np.logicalAnd(lower, positive), unit);
  }),
  bijector: () => corrCholeskyBijector,
};
