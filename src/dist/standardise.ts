// Location-scale arithmetic. The reciprocal is taken of the scale, not of each element: with a scalar scale it leaves the loop.
import { np, numbers, type Tensor } from "../tensor/index.js";

/** (x - loc) / scale. */
export const standardise = (x: Tensor, loc: Tensor, scale: Tensor): Tensor => x.sub(loc).mul(over(1, scale));

/** number / tensor. */
export const over = (a: number, b: Tensor): Tensor => np.divide(a, b);

/** a - tensor. */
export const minus = (a: number, b: Tensor): Tensor => np.subtract(a, b);

/** x log p with 0 log 0 = 0; log p is computed on p alone and the zero's gradient stays zero. */
export const timesLog = (x: Tensor, logP: Tensor): Tensor => np.where(x.eq(0), 0, x.mul(logP));

/** log Beta(a, b). */
export const logBeta = np.special.betaln;

/** value where the condition holds (a moment that exists), else `otherwise`. */
export const existsWhere = (condition: Tensor, value: Tensor, otherwise = NaN): Tensor =>
  np.where(condition, value, otherwise);

/** log sqrt(2 pi). */
export const LOG_SQRT_2PI = 0.5 * numbers.log(2 * Math.PI);
