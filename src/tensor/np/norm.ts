// Norms of vectors and matrices, in NumPy's order of arguments: x, ord, axis, { keepdims }.
import * as ops from "../../ops/index.js";
import { applyAll } from "../../trace/apply.js";
import { checkOptions } from "../../trace/known-options.js";
import { same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { axesOf } from "./axes.js";
import { absolute, astype, notEqual, power, sqrt, square } from "./elementwise.js";
import { max, min, sum, type Axis, type Reduce } from "./reductions.js";
import { expandDims, moveaxis } from "./shape.js";

/** Which norm: a power for vectors; 1, 2, their negatives, infinity, "fro" or "nuc" for matrices. */
export type Order = number | "fro" | "nuc" | null;

/**
 * The norm over one axis (of vectors), two (of matrices), or, without an axis, of all elements. Without `ord` the square root of the
 * sum of squares; `ord` p is the p-norm of vectors, and for matrices 1 and Infinity are the greatest column and row sums, 2 the greatest
 * singular value, "nuc" their sum. The gradient at a zero vector is 0. Throws on other orders, naming what there is.
 */
export function norm(x: TensorLike, ord?: Order, axis?: Axis, options: Reduce = {}): Tensor {
  const name = "np.linalg.norm";
  checkOptions(name, options, ["keepdims"]);
  const [t] = same("float", name, [x]) as [Tensor];
  if (ord === undefined || ord === null) return sqrt(sum(square(t), axis, options));
  const axes =
    typeof axis === "number" || Array.isArray(axis) ? [axis].flat() : t.shape.map((_, i) => i - t.ndim);
  const places = axesOf(axes, t.ndim, name);
  if (places.length === 1 && typeof ord === "number") return ofVectors(t, ord, places[0]!, options);
  if (places.length !== 2)
    throw new Error(
      `${name}: ord ${String(ord)} over ${places.length} axes of shape [${t.shape.join(",")}]; give one axis for vectors or two for matrices.`,
    );
  // The first axis named holds the rows.
  const m = moveaxis(t, axes, [-2, -1]);
  const out = ofMatrices(m, ord, name);
  return options.keepdims ? expandDims(out, places) : out;
}

function ofVectors(t: Tensor, ord: number, axis: number, options: Reduce): Tensor {
  if (ord === 2) return sqrt(sum(square(t), axis, options));
  const a = absolute(t);
  if (ord === Infinity) return max(a, axis, options);
  if (ord === -Infinity) return min(a, axis, options);
  if (ord === 0) return sum(astype(notEqual(t, 0), t.dtype), axis, options);
  return ord === 1 ? sum(a, axis, options) : power(sum(power(a, ord), axis, options), 1 / ord);
}

function ofMatrices(m: Tensor, ord: Order, name: string): Tensor {
  if (ord === "fro") return sqrt(sum(square(m), [-2, -1]));
  if (ord === "nuc" || ord === 2 || ord === -2) {
    const s = applyAll(ops.svd, [m], {}, name)[1]!;
    return ord === "nuc" ? sum(s, -1) : ord === 2 ? max(s, -1) : min(s, -1);
  }
  if (ord !== 1 && ord !== -1 && ord !== Infinity && ord !== -Infinity)
    throw new RangeError(
      `${name}: ord ${String(ord)} is not one of a matrix; there are 1, -1, 2, -2, Infinity, -Infinity, "fro" and "nuc".`,
    );
  const sums = sum(absolute(m), Math.abs(ord!) === 1 ? -2 : -1);
  return ord! > 0 ? max(sums, -1) : min(sums, -1);
}
