// Arrays whose sums along each of the last n axes are zero, from one element less per axis, by an isometry:
// a vector of length m - 1 is written on an orthonormal basis of the plane "sum = 0" (the Householder form), so volume is kept.
import { np, type Tensor } from "../tensor/index.js";
import { allTrailing } from "./axes.js";
import { membership, type Constraint } from "./constraint.js";

/** One more element along the axis, such that the sum is zero and lengths are kept. */
function extend(x: Tensor, axis: number): Tensor {
  const m = x.shape[axis] + 1;
  const total = np.sum(x, axis, { keepdims: true });
  const shift = total.div(Math.sqrt(m) + m);
  return np.concatenate([x.sub(shift), total.div(-Math.sqrt(m))], axis);
}

/** The inverse of extend. */
function shrink(y: Tensor, axis: number): Tensor {
  const m = y.shape[axis];
  const cut = (from: number, to: number): Tensor =>
    y.slice(...y.shape.map((_, i): [number, number] | null => (i === axis ? [from, to] : null)));
  // The last element is -total / sqrt(m), which gives the total and so the shift back.
  const total = cut(m - 1, m).mul(-Math.sqrt(m));
  return cut(0, m - 1).add(total.div(Math.sqrt(m) + m));
}

const axesOf = (x: Tensor, n: number): number[] =>
  Array.from({ length: n }, (_, i) => x.shape.length - n + i);

/** Arrays with zero sums along their last n axes. */
export function zeroSum(n: number): Constraint {
  const grow = (shape: readonly number[], by: number): readonly number[] =>
    shape.map((d, i) => (i >= shape.length - n ? d + by : d));
  return {
    name: `zeroSum(${n})`,
    eventDim: n,
    isDiscrete: false,
    check: membership((x) => {
      const sums = axesOf(x, n).map((a) => allTrailing(np.abs(np.sum(x, a, { keepdims: true })).lt(1e-6), n));
      return sums.reduce((a, b) => np.logicalAnd(a, b));
    }),
    bijector: () => ({
      name: `zeroSum(${n})`,
      domainDim: n,
      codomainDim: n,
      forward: (x) => axesOf(x, n).reduce(extend, x),
      inverse: (y) => axesOf(y, n).reduce(shrink, y),
      logAbsDetJacobian: (x) => np.zeros(x.shape.slice(0, x.shape.length - n)),
      forwardShape: (shape) => grow(shape, 1),
      inverseShape: (shape) => grow(shape, -1),
    }),
  };
}
