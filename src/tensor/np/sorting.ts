// Order: sort, argsort, and the places of extremes.
import type { Op } from "../../ir/op.js";
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { alongAxis } from "./along-axis.js";
import { axisOf } from "./axes.js";

/** The index of the greatest element along the axis, the first of equals; of the flattened array without one. */
export const argmax = alongAxis("np.argmax", ops.argmax, "numeric");
/** The index of the least element along the axis, the first of equals; of the flattened array without one. */
export const argmin = alongAxis("np.argmin", ops.argmin, "numeric");

/** Ascending along the axis (the last by default, as NumPy). */
export const sort = (x: TensorLike, axis = -1): Tensor => sortBy("np.sort", ops.sort, x, axis);
/** The indices that sort ascending, ties in order. */
export const argsort = (x: TensorLike, axis = -1): Tensor => sortBy("np.argsort", ops.argsort, x, axis);
function sortBy(name: string, op: Op, x: TensorLike, axis: number): Tensor {
  const t = tensor(x, name);
  return apply(op, [t], { axis: axisOf(axis, t.ndim, name) }, name);
}
