// Work on trailing axes: a range of the last axis, a suffix sum along it, and the fold of several axes with "and" or "+".
import { np, type Tensor } from "../tensor/index.js";

/** x[..., from:to]; `to` counts from the start. */
export function lastRange(x: Tensor, from: number, to: number): Tensor {
  return x.slice(...x.shape.slice(0, -1).map(() => null), [from, to]);
}

/** Sums of the elements from each position to the end of the last axis. */
export const suffixSums = (x: Tensor): Tensor => np.flip(np.cumsum(np.flip(x, -1), -1), -1);

/** Sums of the elements before each position of the last axis: the first is 0. */
export const exclusiveSums = (x: Tensor): Tensor => np.cumsum(x, -1).sub(x);

/** The sum over the last n axes. */
export function sumTrailing(x: Tensor, n: number): Tensor {
  return n === 0 ? x : np.sum(x, trailing(x, n));
}

/** Whether all of the last n axes hold. */
export function allTrailing(x: Tensor, n: number): Tensor {
  return n === 0 ? x : np.all(x, trailing(x, n));
}

const trailing = (x: Tensor, n: number): number[] => {
  const rank = x.shape.length;
  return Array.from({ length: n }, (_, i) => rank - n + i);
};
