// Folds over axes: sums, extremes, logical folds, moments, log-sum-exp, softmax, cumulative folds, sorting.
import type { Op } from "../../ir/op.js";
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { checkOptions } from "../../trace/known-options.js";
import { same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import {
  add,
  divide,
  exp,
  isfinite,
  log,
  negative,
  sqrt,
  square,
  stopGradient,
  subtract,
  where,
} from "./elementwise.js";
import { alongAxis } from "./along-axis.js";
import { axesOf } from "./axes.js";
import { truth } from "./rows.js";
import { reshape } from "./shape.js";

/** One axis, several, or all (null); negative ones count from the last. */
export type Axis = number | readonly number[] | null;
/** Options of reductions over axes. */
export interface Reduce {
  /** Keep reduced axes with length one. */
  readonly keepdims?: boolean;
}

function reduce(name: string, op: Op, t: Tensor, axis: Axis | undefined, options: Reduce): Tensor {
  checkOptions(name, options, ["keepdims"]);
  const axes = axesOf(axis, t.ndim, name);
  const out = axes.length === 0 ? t : apply(op, [t], { axes }, name);
  return options.keepdims
    ? reshape(
        out,
        t.shape.map((d, i) => (axes.includes(i) ? 1 : d)),
      )
    : out;
}

const numeric = (name: string, x: TensorLike): Tensor => same("numeric", name, [x])[0]!;

/** The sum over the axes (all without one); 0 of no elements. */
export const sum = (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor =>
  reduce("np.sum", ops.sum, numeric("np.sum", x), axis, options);
/** The product over the axes (all without one); 1 of no elements. */
export const prod = (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor =>
  reduce("np.prod", ops.prod, numeric("np.prod", x), axis, options);

function extreme(name: string, op: Op) {
  return (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor => {
    const t = numeric(name, x);
    if (axesOf(axis, t.ndim, name).some((k) => t.shape[k] === 0))
      throw new Error(`${name}: no elements to choose from on an axis of shape [${t.shape.join(",")}].`);
    return reduce(name, op, t, axis, options);
  };
}
/** The greatest element over the axes; NaN if any is. Throws for no elements. */
export const max = extreme("np.max", ops.max_);
/** The least element over the axes; NaN if any is. Throws for no elements. */
export const min = extreme("np.min", ops.min_);

/** Whether all elements over the axes are nonzero. */
export const all = (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor =>
  reduce("np.all", ops.all, truth(x, "np.all"), axis, options);
/** Whether any element over the axes is nonzero. */
export const any = (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor =>
  reduce("np.any", ops.any, truth(x, "np.any"), axis, options);

const count = (t: Tensor, axis: Axis | undefined, name: string): number =>
  axesOf(axis, t.ndim, name).reduce((n, k) => n * t.shape[k]!, 1);

/** The mean over the axes (all without one). */
export function mean(x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor {
  const [t] = same("float", "np.mean", [x]);
  return divide(sum(t!, axis, options), count(t!, axis, "np.mean"));
}

/** The variance; divides by n - ddof. What rounding of the mean left in the deviations is taken out of them. */
function var_(x: TensorLike, axis?: Axis, { ddof = 0, ...options }: Reduce & { ddof?: number } = {}): Tensor {
  const [t] = same("float", "np.var", [x]);
  const rough = subtract(t!, mean(t!, axis, { keepdims: true }));
  const centred = subtract(rough, mean(rough, axis, { keepdims: true }));
  return divide(sum(square(centred), axis, options), count(t!, axis, "np.var") - ddof);
}
export { var_ as var };

/** The standard deviation; divides by n - ddof. */
export const std = (x: TensorLike, axis?: Axis, options: Reduce & { ddof?: number } = {}): Tensor =>
  sqrt(var_(x, axis, options));

/** The greatest element, a constant; 0 where it is infinite. */
function finiteTop(t: Tensor, axis: Axis | undefined): Tensor {
  const top = stopGradient(max(t, axis, { keepdims: true }));
  return where(isfinite(top), top, 0);
}

/** log(sum(exp(x))) without overflow; -Infinity where every element is. */
export function logsumexp(x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor {
  const [t] = same("float", "np.logsumexp", [x]);
  // Of no terms: the sum is 0, its logarithm -Infinity, and there is no greatest term to take out.
  if (t!.size === 0) return log(sum(t!, axis, options));
  const shift = finiteTop(t!, axis);
  const total = log(sum(exp(subtract(t!, shift)), axis, options));
  return add(total, reshape(shift, total.shape));
}

/** exp(x) normalised to sum 1 along the axis. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const [t] = same("float", "np.softmax", [x]);
  const e = exp(subtract(t!, stopGradient(max(t!, axis, { keepdims: true }))));
  return divide(e, sum(e, axis, { keepdims: true }));
}

/** x minus its logsumexp along the axis: the log of `softmax`, without underflow. */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  const [t] = same("float", "np.logSoftmax", [x]);
  // Not x less logsumexp(x): what is left of large numbers would be rounded as they are.
  const shifted = subtract(t!, finiteTop(t!, axis));
  return subtract(shifted, log(sum(exp(shifted), axis, { keepdims: true })));
}

const forwards = { reverse: false };
/** The sum so far; without an axis over the flattened array. */
export const cumsum = alongAxis("np.cumsum", ops.cumsum, "numeric", forwards);
/** The product so far; without an axis over the flattened array. */
export const cumprod = alongAxis("np.cumprod", ops.cumprod, "numeric", forwards);
/** The greatest element so far; without an axis over the flattened array. */
export const cummax = alongAxis("np.cummax", ops.cummax, "numeric", forwards);
/** The least element so far; without an axis over the flattened array. */
export const cummin = (x: TensorLike, axis?: number | null): Tensor => negative(cummax(negative(x), axis));
/** log of the sum of exp(x) so far, without overflow; without an axis over the flattened array. */
export const logcumsumexp = alongAxis("np.logcumsumexp", ops.cumlogsumexp, "float", forwards);
