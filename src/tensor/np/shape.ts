// Movements: reshape, transpose, broadcast, join, split, flip, roll, pad. No arithmetic.
import {
  broadcast,
  concatenate as concatenateRow,
  flip as flipRow,
  pad as padRow,
  reshape as reshapeRow,
  transpose as transposeRow,
} from "../../ops/index.js";
import { sameShape, sizeOf } from "../../ir/types.js";
import { apply, stretchTo } from "../../trace/apply.js";
import { broadcastShapes, same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { axesOf, axisOf } from "./axes.js";
import { sliceAxis } from "./parts.js";

/** The same elements in another shape; one length may be -1. */
export function reshape(x: TensorLike, shape: number | readonly number[]): Tensor {
  const t = tensor(x, "np.reshape");
  const wanted = typeof shape === "number" ? [shape] : [...shape];
  const open = wanted.indexOf(-1);
  if (open >= 0) {
    const rest = wanted.reduce((n, d, i) => (i === open ? n : n * d), 1);
    wanted[open] = rest === 0 ? 0 : t.size / rest;
  }
  if (wanted.some((d) => !Number.isInteger(d) || d < 0) || sizeOf(wanted) !== t.size)
    throw new Error(
      `np.reshape: a tensor of shape [${t.shape.join(",")}] (${t.size} elements) cannot have shape [${[shape].flat().join(",")}].`,
    );
  return sameShape(t.shape, wanted) ? t : apply(reshapeRow, [t], { shape: wanted }, "np.reshape");
}

/** All elements in one axis, row-major. */
export const ravel = (x: TensorLike): Tensor => reshape(x, [-1]);

/** Axes reversed, or in the order given: output axis i is input axis axes[i]. */
export function transpose(x: TensorLike, axes?: readonly number[]): Tensor {
  const t = tensor(x, "np.transpose");
  const perm = axes
    ? axes.map((a) => axisOf(a, t.ndim, "np.transpose"))
    : t.shape.map((_, i) => t.ndim - 1 - i);
  if (perm.length !== t.ndim || new Set(perm).size !== t.ndim)
    throw new Error(
      `np.transpose: axes [${axes?.join(",")}] are not an order of the ${t.ndim} axes of shape [${t.shape.join(",")}].`,
    );
  return perm.every((a, i) => a === i) ? t : apply(transposeRow, [t], { perm }, "np.transpose");
}

/** Two axes exchanged. */
export function swapaxes(x: TensorLike, a: number, b: number): Tensor {
  const t = tensor(x, "np.swapaxes");
  const perm = t.shape.map((_, i) => i);
  const [i, j] = [axisOf(a, t.ndim, "np.swapaxes"), axisOf(b, t.ndim, "np.swapaxes")];
  perm[i] = j;
  perm[j] = i;
  return transpose(t, perm);
}

/** One axis (or several) moved to another place; the others keep their order. */
export function moveaxis(
  x: TensorLike,
  from: number | readonly number[],
  to: number | readonly number[],
): Tensor {
  const name = "np.moveaxis";
  const t = tensor(x, name);
  const places = (axes: number | readonly number[]): number[] =>
    [axes].flat().map((axis) => axisOf(axis as number, t.ndim, name));
  const [sources, targets] = [places(from), places(to)];
  if (
    sources.length !== targets.length ||
    new Set(sources).size !== sources.length ||
    new Set(targets).size !== targets.length
  )
    throw new Error(
      `${name}: axes [${sources.join(",")}] cannot move to [${targets.join(",")}]; give as many of each, without repeats.`,
    );
  const perm = t.shape.map((_, k) => k).filter((k) => !sources.includes(k));
  // In ascending order of the targets, each insertion lands at its final place.
  for (const [j, i] of targets.map((j, n) => [j, sources[n]!] as const).sort(([a], [b]) => a - b))
    perm.splice(j, 0, i);
  return transpose(t, perm);
}

/** New axes of length one at the places given, counted in the result. */
export function expandDims(x: TensorLike, axis: number | readonly number[]): Tensor {
  const t = tensor(x, "np.expandDims");
  const n = t.ndim + (typeof axis === "number" ? 1 : axis.length);
  const added = new Set(axesOf(axis, n, "np.expandDims"));
  let next = 0;
  return reshape(
    t,
    Array.from({ length: n }, (_, i) => (added.has(i) ? 1 : t.shape[next++]!)),
  );
}

/** Drops axes of length one: those given, or all. */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const t = tensor(x, "np.squeeze");
  const dropped = new Set(
    axis === undefined ? t.shape.flatMap((d, i) => (d === 1 ? [i] : [])) : axesOf(axis, t.ndim, "np.squeeze"),
  );
  for (const i of dropped)
    if (t.shape[i] !== 1)
      throw new Error(
        `np.squeeze: axis ${i} of shape [${t.shape.join(",")}] has length ${t.shape[i]}, not 1.`,
      );
  return reshape(
    t,
    t.shape.filter((_, i) => !dropped.has(i)),
  );
}

/** x stretched to the shape: axes of length one are repeated, missing leading ones added; throws where that does not fit. */
export function broadcastTo(x: TensorLike, shape: number | readonly number[]): Tensor {
  const t = tensor(x, "np.broadcastTo");
  const to = typeof shape === "number" ? [shape] : shape;
  if (!sameShape(broadcastShapes("np.broadcastTo", t.shape, to), to))
    throw new Error(`np.broadcastTo: shape [${t.shape.join(",")}] does not broadcast to [${to.join(",")}].`);
  return stretchTo(t, to, "np.broadcastTo");
}

/** All arrays stretched to the shape that they broadcast to. */
export function broadcastArrays(...xs: readonly TensorLike[]): Tensor[] {
  const ts = xs.map((x) => tensor(x, "np.broadcastArrays"));
  const shape = broadcastShapes("np.broadcastArrays", ...ts.map((t) => t.shape));
  return ts.map((t) => stretchTo(t, shape, "np.broadcastArrays"));
}

function needList(name: string, xs: unknown): void {
  if (!Array.isArray(xs))
    throw new TypeError(`${name}: the arrays are given as a list, as in ${name}([a, b]).`);
  if (xs.length === 0) throw new Error(`${name}: at least one array is needed.`);
}

/** Joins along an axis that exists, where the other lengths must agree; with axis null everything, flattened. */
export function concatenate(xs: readonly TensorLike[], axis: number | null = 0): Tensor {
  needList("np.concatenate", xs);
  if (axis === null) return concatenate(xs.map(ravel));
  const ts = same("any", "np.concatenate", xs);
  const first = ts[0]!;
  if (first.ndim === 0) throw new Error("np.concatenate: scalars have no axis to join along; use np.stack.");
  const k = axisOf(axis, first.ndim, "np.concatenate");
  for (const t of ts)
    if (t.ndim !== first.ndim || t.shape.some((d, i) => i !== k && d !== first.shape[i]))
      throw new Error(
        `np.concatenate: shapes ${ts.map((s) => `[${s.shape.join(",")}]`).join(", ")} must agree on every axis but ${k}.`,
      );
  return ts.length === 1 ? first : apply(concatenateRow, ts, { axis: k }, "np.concatenate");
}

/** Joins along a new axis; all shapes must be equal. */
export function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  needList("np.stack", xs);
  const ts = same("any", "np.stack", xs);
  for (const t of ts)
    if (!sameShape(t.shape, ts[0]!.shape))
      throw new Error(
        `np.stack: shapes ${ts.map((s) => `[${s.shape.join(",")}]`).join(", ")} must all be equal.`,
      );
  const k = axisOf(axis, ts[0]!.ndim + 1, "np.stack");
  return concatenate(
    ts.map((t) => expandDims(t, k)),
    k,
  );
}

/** Joins along axis 1, vectors along axis 0; scalars count as vectors of one. */
export function hstack(xs: readonly TensorLike[]): Tensor {
  const ts = xs.map((x) => atLeast1d(x, "np.hstack"));
  return concatenate(ts, (ts[0]?.ndim ?? 1) === 1 ? 0 : 1);
}

/** Joins along axis 0; vectors and scalars become rows first. */
export const vstack = (xs: readonly TensorLike[]): Tensor =>
  concatenate(
    xs.map((x) => {
      const t = atLeast1d(x, "np.vstack");
      return t.ndim === 1 ? expandDims(t, 0) : t;
    }),
    0,
  );

/** Vectors become the columns of a matrix; matrices are joined as they are. */
export const columnStack = (xs: readonly TensorLike[]): Tensor =>
  concatenate(
    xs.map((x) => {
      const t = atLeast1d(x, "np.columnStack");
      return t.ndim === 1 ? expandDims(t, 1) : t;
    }),
    1,
  );

function atLeast1d(x: TensorLike, name: string): Tensor {
  const t = tensor(x, name);
  return t.ndim === 0 ? expandDims(t, 0) : t;
}

/** Equal parts (a count), or parts that end at the given places. */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const t = tensor(x, "np.split");
  const k = axisOf(axis, t.ndim, "np.split");
  const n = t.shape[k]!;
  if (typeof parts === "number" && n % parts !== 0)
    throw new Error(`np.split: an axis of length ${n} does not divide into ${parts} equal parts.`);
  const ends =
    typeof parts === "number"
      ? Array.from({ length: parts }, (_, i) => ((i + 1) * n) / parts)
      : [...parts, n];
  return ends.map((end, i) => sliceAxis(t, k, i === 0 ? 0 : ends[i - 1]!, end));
}

/** The order of elements reversed along the axes (all without one). */
export function flip(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const t = tensor(x, "np.flip");
  const axes = axesOf(axis, t.ndim, "np.flip");
  return axes.length === 0 ? t : apply(flipRow, [t], { axes }, "np.flip");
}

/** Elements moved along, those that leave come in at the other end; without an axis, over the flattened array. */
export function roll(
  x: TensorLike,
  shift: number | readonly number[],
  axis?: number | readonly number[] | null,
): Tensor {
  const t = tensor(x, "np.roll");
  if (typeof shift !== "number" || (axis !== undefined && axis !== null && typeof axis !== "number")) {
    const axes = [axis ?? []].flat();
    const shifts = typeof shift === "number" ? axes.map(() => shift) : shift;
    if (shifts.length !== axes.length)
      throw new Error(`np.roll: ${shifts.length} shifts for ${axes.length} axes; give one for each.`);
    return axes.reduce((rolled, k, i) => roll(rolled, shifts[i]!, k), t);
  }
  if (!Number.isInteger(shift))
    throw new RangeError(`np.roll: the shift must be a whole number, got ${shift}.`);
  if (axis === undefined || axis === null) return reshape(roll(ravel(t), shift, 0), t.shape);
  const k = axisOf(axis, t.ndim, "np.roll");
  const n = t.shape[k]!;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  return by === 0 ? t : concatenate([sliceAxis(t, k, n - by, n), sliceAxis(t, k, 0, n - by)], k);
}

/** Adds `low` and `high` elements of `value` at the ends of each axis: one count or pair for all axes, or a pair per axis. */
export function pad(
  x: TensorLike,
  widths: number | readonly [number, number] | readonly (readonly [number, number])[],
  value = 0,
): Tensor {
  if (typeof widths === "number") return pad(x, [widths, widths], value);
  const t = tensor(x, "np.pad");
  const per = (typeof widths[0] === "number" ? t.shape.map(() => widths) : widths) as readonly (readonly [
    number,
    number,
  ])[];
  if (per.length !== t.ndim || per.flat().some((w) => !Number.isInteger(w) || w < 0))
    throw new Error(
      `np.pad: widths must be one pair [low, high] of counts >= 0 per axis of shape [${t.shape.join(",")}].`,
    );
  return apply(padRow, [t], { low: per.map((w) => w[0]), high: per.map((w) => w[1]), fill: value }, "np.pad");
}

/** The array repeated as a whole, `reps` times along each axis. */
export function tile(x: TensorLike, reps: number | readonly number[]): Tensor {
  const times = typeof reps === "number" ? [reps] : [...reps];
  let t = tensor(x, "np.tile");
  while (t.ndim < times.length) t = expandDims(t, 0);
  while (times.length < t.ndim) times.unshift(1);
  const shape = t.shape;
  const wide = apply(
    broadcast,
    [t],
    { shape: shape.flatMap((d, i) => [times[i]!, d]), dims: shape.map((_, i) => 2 * i + 1) },
    "np.tile",
  );
  return reshape(
    wide,
    shape.map((d, i) => d * times[i]!),
  );
}

/** Each element repeated n times along an axis (over the flattened array without one). */
export function repeat(x: TensorLike, n: number, axis?: number): Tensor {
  const t = axis === undefined ? ravel(x) : tensor(x, "np.repeat");
  const k = axisOf(axis ?? 0, t.ndim, "np.repeat");
  const shape = [...t.shape.slice(0, k + 1), n, ...t.shape.slice(k + 1)];
  const wide = apply(
    broadcast,
    [t],
    { shape, dims: t.shape.map((_, i) => (i <= k ? i : i + 1)) },
    "np.repeat",
  );
  return reshape(
    wide,
    t.shape.map((d, i) => (i === k ? d * n : d)),
  );
}
