// Increasing vectors by cumulative exponentials (Stan Reference Manual, "Ordered vector", "Positive ordered vector").
import { np, type Shape, type Tensor } from "../tensor/index.js";
import { allTrailing, lastRange, sumTrailing } from "./axes.js";
import { membership, type Bijector, type Constraint } from "./constraint.js";

const same = (shape: Shape): Shape => shape;
const length = (x: Tensor): number => x.shape[x.shape.length - 1];

/** Differences between neighbours along the last axis. */
const gaps = (y: Tensor): Tensor => lastRange(y, 1, length(y)).sub(lastRange(y, 0, length(y) - 1));

/** The first element, then f of the others. */
const headAnd = (x: Tensor, tail: Tensor): Tensor => np.concatenate([lastRange(x, 0, 1), tail], -1);

/** y_1 = x_1, y_k = y_{k-1} + exp(x_k). */
export const ordered: Bijector = {
  name: "ordered",
  domainDim: 1,
  codomainDim: 1,
  forward: (x) => np.cumsum(headAnd(x, np.exp(lastRange(x, 1, length(x)))), -1),
  inverse: (y) => headAnd(y, np.log(gaps(y))),
  logAbsDetJacobian: (x) => sumTrailing(lastRange(x, 1, length(x)), 1),
  forwardShape: same,
  inverseShape: same,
};

/** y_1 = exp(x_1), y_k = y_{k-1} + exp(x_k). */
export const positiveOrdered: Bijector = {
  name: "positiveOrdered",
  domainDim: 1,
  codomainDim: 1,
  forward: (x) => np.cumsum(np.exp(x), -1),
  inverse: (y) => np.log(headAnd(y, gaps(y))),
  logAbsDetJacobian: (x) => sumTrailing(x, 1),
  forwardShape: same,
  inverseShape: same,
};

/** Vectors whose elements ascend strictly. */
export const orderedVector: Constraint = {
  name: "orderedVector",
  eventDim: 1,
  isDiscrete: false,
  check: membership((x) => allTrailing(gaps(x).gt(0), 1)),
  bijector: () => ordered,
};

/** Vectors of positive elements that ascend strictly. */
export const positiveOrderedVector: Constraint = {
  name: "positiveOrderedVector",
  eventDim: 1,
  isDiscrete: false,
  check: membership((x) => np.logicalAnd(allTrailing(x.gt(0), 1), allTrailing(gaps(x).gt(0), 1))),
  bijector: () => positiveOrdered,
};
