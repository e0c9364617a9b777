// Order: sort, argsort, and the places of extremes.
import type { Op } from "../../ir/op.js";
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { checkOptions } from "../../trace/known-options.js";
import { tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { alongAxis } from "./along-axis.js";
import { axisOf } from "./axes.js";
import { astype } from "./elementwise.js";
import type { Reduce } from "./reductions.js";
import { expandDims, reshape } from "./shape.js";

/** The index of the greatest element along the axis, the first of equals; of the flattened array without one. */
export const argmax = place("np.argmax", ops.argmax);
/** The index of the least element along the axis, the first of equals; of the flattened array without one. */
export const argmin = place("np.argmin", ops.argmin);

function place(name: string, op: Op) {
  const along = alongAxis(name, op, "numeric");
  return (x: TensorLike, axis?: number | null, options: Reduce = {}): Tensor => {
    checkOptions(name, options, ["keepdims"]);
    const t = tensor(x, name);
    const out = along(t, axis);
    if (!options.keepdims) return out;
    const whole = axis === undefined || axis === null;
    return whole ? reshape(out, Array<number>(t.ndim).fill(1)) : expandDims(out, axisOf(axis, t.ndim, name));
  };
}

/** Ascending along the axis (the last by default, as NumPy). */
export const sort = (x: TensorLike, axis = -1): Tensor => sortBy("np.sort", ops.sort, x, axis);
/** The indices that sort ascending, ties in order. */
export const argsort = (x: TensorLike, axis = -1): Tensor => sortBy("np.argsort", ops.argsort, x, axis);
function sortBy(name: string, op: Op, x: TensorLike, axis: number): Tensor {
  const t = tensor(x, name);
  const k = axisOf(axis, t.ndim, name);
  if (t.dtype !== "bool") return apply(op, [t], { axis: k }, name);
  const sorted = apply(op, [astype(t, "i32")], { axis: k }, name);
  return op === ops.sort ? astype(sorted, "bool") : sorted;
}
