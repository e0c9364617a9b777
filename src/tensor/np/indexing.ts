// Elements chosen by index: x.at(...), x.slice(...), take, takeAlongAxis, scatterAdd, diagonals.
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { broadcastShapes, cast, same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { add, multiply } from "./elementwise.js";
import { axisOf } from "./axes.js";
import { diagFlat } from "./band.js";
import { indexInto, maskedPlaces } from "./index-into.js";
import { sliceAxes, sliceAxis } from "./parts.js";
import { broadcastTo, moveaxis, ravel, reshape } from "./shape.js";

/**
 * x[i, j, ...] from axis 0 on, as NumPy's advanced indexing: index tensors broadcast together. A mask whose values are known (not
 * one that is computed from traced values) chooses where it is true.
 */
export function at(x: TensorLike, ...given: TensorLike[]): Tensor {
  const t = tensor(x, "at");
  const indices = maskedPlaces(t.shape, given);
  if (indices.length > t.ndim)
    throw new RangeError(
      `at: ${indices.length} indices for shape [${t.shape.join(",")}], which has ${t.ndim} axes.`,
    );
  if (indices.length === 0) return t;
  const numbers = indices.filter((i): i is number => typeof i === "number");
  if (numbers.length === indices.length) {
    const start = numbers.map((i, k) => indexInto(i, t.shape[k]!, "at").data()[0]!);
    const rest = t.shape.slice(indices.length);
    const part = sliceAxes(
      t,
      [...start, ...rest.map(() => 0)],
      [...start.map((i) => i + 1), ...rest],
      t.shape.map(() => 1),
      "at",
    );
    return reshape(part, rest);
  }
  const k = indices.length;
  const rest = t.shape.slice(k);
  const each = indices.map((i, axis) => indexInto(i, t.shape[axis]!, "at"));
  const shape = broadcastShapes("at", ...each.map((i) => i.shape));
  // One index into the leading axes flattened: i * d1 * d2 + j * d2 + k.
  const linear = each.slice(1).reduce((acc, i, axis) => add(multiply(acc, t.shape[axis + 1]!), i), each[0]!);
  const flat = k === 1 ? t : reshape(t, [t.shape.slice(0, k).reduce((n, d) => n * d, 1), ...rest]);
  return apply(ops.gather, [flat, broadcastTo(linear, shape)], { axis: 0, batch: 0, inRange: true }, "at");
}

/** Half-open ranges per axis, null for all; ends may be negative or absent, a third number is a step >= 1. */
export type Range =
  readonly [number] | readonly [number, number | null] | readonly [number, number | null, number] | null;

/** Part of each axis: `slice(x, [1, 3], null, [0, null, 2])` is `x[1:3, :, 0::2]`; ends are clamped, as in NumPy. */
export function slice(x: TensorLike, ...ranges: Range[]): Tensor {
  const t = tensor(x, "slice");
  if (ranges.length > t.ndim)
    throw new RangeError(
      `slice: ${ranges.length} ranges for shape [${t.shape.join(",")}], which has ${t.ndim} axes.`,
    );
  const resolved = t.shape.map((n, axis): [number, number, number] => {
    const range = ranges[axis] ?? null;
    if (range === null) return [0, n, 1];
    const [from, to = null, step = 1] = range as readonly [number, (number | null)?, number?];
    if (![from, to ?? 0, step].every(Number.isInteger) || step < 1)
      throw new RangeError(
        `slice: axis ${axis}: [${range.join(", ")}] must be whole numbers with a step >= 1; use np.flip to reverse.`,
      );
    const bound = (i: number): number => Math.min(n, Math.max(0, i < 0 ? i + n : i));
    const start = bound(from);
    return [start, Math.max(start, to === null ? n : bound(to)), step];
  });
  return sliceAxes(
    t,
    resolved.map((r) => r[0]),
    resolved.map((r) => r[1]),
    resolved.map((r) => r[2]),
    "slice",
  );
}

/** Elements at the indices along an axis; over the flattened array without one. */
export function take(x: TensorLike, indices: TensorLike, axis?: number | null): Tensor {
  const whole = tensor(x, "np.take");
  const flat = axis === undefined || axis === null;
  const t = flat ? ravel(whole) : whole;
  const k = flat ? 0 : axisOf(axis, t.ndim, "np.take");
  return apply(
    ops.gather,
    [t, indexInto(indices, t.shape[k]!, "np.take")],
    { axis: k, batch: 0, inRange: true },
    "np.take",
  );
}

/** Along the axis, the element that the index at the same place names; the other axes broadcast. */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis: number): Tensor {
  const t = tensor(x, "np.takeAlongAxis");
  const i = tensor(indices, "np.takeAlongAxis");
  const k = axisOf(axis, t.ndim, "np.takeAlongAxis");
  if (i.ndim !== t.ndim)
    throw new Error(
      `np.takeAlongAxis: indices of shape [${i.shape.join(",")}] must have as many axes as x, [${t.shape.join(",")}].`,
    );
  const last = t.ndim - 1;
  const [a, b] = [moveaxis(t, k, last), moveaxis(indexInto(i, t.shape[k]!, "np.takeAlongAxis"), k, last)];
  const batch = broadcastShapes("np.takeAlongAxis", a.shape.slice(0, last), b.shape.slice(0, last));
  const out = apply(
    ops.gather,
    [broadcastTo(a, [...batch, a.shape[last]!]), broadcastTo(b, [...batch, b.shape[last]!])],
    { axis: last, batch: last, inRange: true },
    "np.takeAlongAxis",
  );
  return moveaxis(out, last, k);
}

/** x with updates added at the indices along an axis; repeated indices accumulate. Updates broadcast to the shape of take's result. */
export function scatterAdd(x: TensorLike, indices: TensorLike, updates: TensorLike, axis = 0): Tensor {
  const [t, u] = same("numeric", "np.scatterAdd", [x, updates]) as [Tensor, Tensor];
  const k = axisOf(axis, t.ndim, "np.scatterAdd");
  const i = indexInto(indices, t.shape[k]!, "np.scatterAdd");
  const shape = [...t.shape.slice(0, k), ...i.shape, ...t.shape.slice(k + 1)];
  return apply(
    ops.scatterAdd,
    [t, i, broadcastTo(u, shape)],
    { axis: k, batch: 0, inRange: true },
    "np.scatterAdd",
  );
}

/**
 * x with its slice at an index along an axis (the first) replaced by the value, which broadcasts to that slice's shape and takes
 * x's dtype. x itself stays as it was; where nothing else reads it any more, compiled loops write into its memory instead of copying it.
 */
export function setAt(x: TensorLike, index: TensorLike, value: TensorLike, axis = 0): Tensor {
  const t = tensor(x, "np.setAt");
  if (t.ndim === 0) throw new Error("np.setAt: x is a scalar; it must have an axis to index.");
  const k = axisOf(axis, t.ndim, "np.setAt");
  const i = indexInto(index, t.shape[k]!, "np.setAt");
  if (i.ndim > 0)
    throw new Error(
      `np.setAt: one index is needed, got shape [${i.shape.join(",")}]; set slices one by one.`,
    );
  const slice = broadcastTo(cast(tensor(value), t.dtype), [...t.shape.slice(0, k), ...t.shape.slice(k + 1)]);
  return apply(ops.setAt, [t, i, slice], { axis: k, batch: 0, inRange: true }, "np.setAt");
}

/** The diagonal of the axes axis1 and axis2 (the first two, as in NumPy), k above the main one; it becomes the last axis. */
export function diagonal(x: TensorLike, k = 0, axis1 = 0, axis2 = 1): Tensor {
  const name = "np.diagonal";
  const given = tensor(x, name);
  if (given.ndim < 2) throw new Error(`${name}: a matrix is needed, got shape [${given.shape.join(",")}].`);
  if (!Number.isInteger(k)) throw new RangeError(`${name}: k must be a whole number, got ${String(k)}.`);
  const [i, j] = [axisOf(axis1, given.ndim, name), axisOf(axis2, given.ndim, name)];
  if (i === j) throw new RangeError(`${name}: axis1 and axis2 are both ${i}.`);
  const t = moveaxis(given, [i, j], [-2, -1]);
  const [n, m] = [t.shape[t.ndim - 2]!, t.shape[t.ndim - 1]!];
  const length = Math.max(0, Math.min(n - Math.max(0, -k), m - Math.max(0, k)));
  const first = Math.max(0, -k) * m + Math.max(0, k);
  const rows = reshape(t, [...t.shape.slice(0, -2), n * m]);
  if (length === 0) return sliceAxis(rows, rows.ndim - 1, 0, 0);
  // Every (m + 1)-th element of the flattened matrix: a strided slice, which needs no gather.
  const stop = first + (length - 1) * (m + 1) + 1;
  const lead = rows.shape.slice(0, -1);
  return sliceAxes(
    rows,
    [...lead.map(() => 0), first],
    [...lead, stop],
    [...lead.map(() => 1), m + 1],
    "np.diagonal",
  );
}

/** A vector as a diagonal of a matrix, or the diagonal of a matrix; k above the main one. */
export function diag(x: TensorLike, k = 0): Tensor {
  const t = tensor(x, "np.diag");
  if (t.ndim === 0) throw new Error("np.diag: a vector or a matrix is needed, got a scalar.");
  if (!Number.isInteger(k)) throw new RangeError(`np.diag: k must be a whole number, got ${String(k)}.`);
  return t.ndim === 1 ? diagFlat(t, k) : diagonal(t, k);
}

/** The sum of the diagonal of the axes axis1 and axis2 (the first two, as in NumPy), k above the main one. */
export function trace(x: TensorLike, k = 0, axis1 = 0, axis2 = 1): Tensor {
  const d = diagonal(x, k, axis1, axis2);
  return apply(ops.sum, [d], { axes: [d.ndim - 1] }, "np.trace");
}
