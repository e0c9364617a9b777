// Lower-triangular matrices with a positive diagonal: row by row, the diagonal through exp
// (Stan Reference Manual, "Cholesky factors of covariance matrices").
import { np } from "../tensor/index.js";
import { allTrailing, sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";
import { countOf, pack, packedWeights, sideOf, unpack } from "./packing.js";

const last = (shape: readonly number[]): number => shape[shape.length - 1];
const isDiagonal = (i: number, j: number): number => (i === j ? 1 : 0);

/** Row by row below the diagonal as it is, the diagonal through exp: vectors to Cholesky factors. */
export const lowerCholeskyBijector: Bijector = {
  name: "lowerCholesky",
  domainDim: 1,
  codomainDim: 2,
  forward(x) {
    const onDiagonal = packedWeights(sideOf(last(x.shape), true), true, isDiagonal).gt(0);
    return unpack(np.where(onDiagonal, np.exp(x), x), true);
  },
  inverse(y) {
    const packed = pack(y, true);
    const onDiagonal = packedWeights(last(y.shape), true, isDiagonal).gt(0);
    // The other elements may be negative: log sees a 1 in their place.
    return np.where(onDiagonal, np.log(np.where(onDiagonal, packed, 1)), packed);
  },
  logAbsDetJacobian: (x) =>
    sumTrailing(x.mul(packedWeights(sideOf(last(x.shape), true), true, isDiagonal)), 1),
  forwardShape(shape) {
    const n = sideOf(last(shape), true);
    return [...shape.slice(0, -1), n, n];
  },
  inverseShape: (shape) => [...shape.slice(0, -2), countOf(last(shape), true)],
};

/** Lower triangular matrices [..., n, n] with a positive diagonal. */
export const lowerCholesky: Constraint = {
  name: "lowerCholesky",
  eventDim: 2,
  isDiscrete: false,
  check: membership((x) =>
    np.logicalAnd(allTrailing(np.triu(x, 1).eq(0), 2), allTrailing(np.diagonal(x, 0, -2, -1).gt(0), 1)),
  ),
  bijector: () => lowerCholeskyBijector,
};
