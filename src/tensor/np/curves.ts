// Functions of sampled curves: differences, the place of a value in a sorted array, linear interpolation.
import { same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import {
  add,
  clip,
  divide,
  equal,
  isfinite,
  isnan,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  multiply,
  notEqual,
  subtract,
  where,
} from "./elementwise.js";
import { take } from "./indexing.js";
import { axisOf } from "./axes.js";
import { sliceAxis } from "./parts.js";

/** The differences between neighbours along an axis (the last by default), taken n times; of booleans, where they differ. */
export function diff(x: TensorLike, n = 1, axis = -1): Tensor {
  const given = tensor(x, "np.diff");
  if (!Number.isInteger(n) || n < 0)
    throw new RangeError(`np.diff: n must be a whole number >= 0, got ${n}.`);
  if (given.ndim === 0) throw new Error("np.diff: an array with at least one axis is needed, got a scalar.");
  const k = axisOf(axis, given.ndim, "np.diff");
  const minus = given.dtype === "bool" ? notEqual : subtract;
  let t = given;
  for (let i = 0; i < n; i++) {
    const length = t.shape[k]!;
    t = minus(sliceAxis(t, k, Math.min(1, length), length), sliceAxis(t, k, 0, Math.max(0, length - 1)));
  }
  return t;
}

/**
 * How many elements of the ascending vector `sorted` come before each value (side "left", the default) or before it and its
 * equals ("right"): i32 of the values' shape. NaN comes last, as it does in np.sort. Steps: log2 of the length, in all modes.
 */
export function searchsorted(
  sorted: TensorLike,
  values: TensorLike,
  options: "left" | "right" | { readonly side?: "left" | "right" } = {},
): Tensor {
  const name = "np.searchsorted";
  const { side = "left" } = typeof options === "string" ? { side: options } : options;
  if (side !== "left" && side !== "right")
    throw new RangeError(`${name}: side must be "left" or "right", got "${String(side)}".`);
  const [a, v] = same("numeric", name, [sorted, values]) as [Tensor, Tensor];
  if (a.ndim !== 1) throw new Error(`${name}: a sorted vector is needed, got shape [${a.shape.join(",")}].`);
  const n = a.shape[0]!;
  const before = (x: Tensor): Tensor =>
    side === "left"
      ? logicalOr(less(x, v), logicalAnd(isnan(v), logicalNot(isnan(x))))
      : logicalOr(lessEqual(x, v), isnan(v));
  // Binary search without branches: the steps are powers of two, and each is taken where it stays before the value.
  let count = filled(0, "i32", v.shape);
  for (let step = 2 ** Math.floor(Math.log2(Math.max(1, n))); step >= 1; step /= 2) {
    if (n === 0) break;
    const next = add(count, step);
    const inside = lessEqual(next, n);
    const ahead = before(take(a, subtract(where(inside, next, n), 1)));
    count = where(logicalAnd(inside, ahead), next, count);
  }
  return count;
}

/**
 * The curve through the points (xp, fp), xp ascending, at each x: linear between neighbours, `left` below the first point and
 * `right` above the last (their own values unless told). Gradients flow to x, xp and fp.
 */
export function interp(
  x: TensorLike,
  xp: TensorLike,
  fp: TensorLike,
  options: { readonly left?: TensorLike; readonly right?: TensorLike } = {},
): Tensor {
  const name = "np.interp";
  const [t, xs, ys] = same("float", name, [x, xp, fp]) as [Tensor, Tensor, Tensor];
  if (xs.ndim !== 1 || ys.ndim !== 1 || xs.size !== ys.size || xs.size === 0)
    throw new Error(
      `${name}: xp and fp must be vectors of one length >= 1, got shapes [${xs.shape.join(",")}] and [${ys.shape.join(",")}].`,
    );
  const n = xs.size;
  const upper = clip(searchsorted(xs, t, { side: "right" }), Math.min(1, n - 1), n - 1);
  const lower = clip(subtract(upper, 1), 0, n - 1);
  const [x0, x1, y0, y1] = [take(xs, lower), take(xs, upper), take(ys, lower), take(ys, upper)];
  const width = subtract(x1, x0);
  const slope = divide(subtract(y1, y0), where(equal(width, 0), 1, width));
  const inner = add(y0, multiply(slope, subtract(t, x0)));
  const [first, last] = [take(xs, 0), take(xs, n - 1)];
  const { left = take(ys, 0), right = take(ys, n - 1) } = options;
  // The last value as it is; its slope is that of the last piece.
  const steady = where(isfinite(slope), slope, 0);
  const held = where(equal(t, last), add(take(ys, n - 1), multiply(steady, subtract(t, last))), inner);
  return where(less(t, first), left, where(less(last, t), right, held));
}
