// x[i] where x is a tensor or i differs between lanes: a slice where the index runs along an axis, a gather otherwise.
import type { Tensor } from "../tensor/tensor.js";
import type { Arrays } from "./host.js";
import { full, numbersOf, spread, tensorOf } from "./lanes.js";
import { Affine, axesOf, Lane, sortAxes, type Axis } from "./values.js";

/** Says that an index is out of range, with the number and the length. */
export class OutOfRange extends Error {}

const outOfRange = (index: number, n: number): never => {
  throw new OutOfRange(
    `index ${index} is out of range: the axis has ${n} element${n === 1 ? "" : "s"}, 0 to ${n - 1}. ` +
      "Start or stop the loop earlier, or guard the element with an if",
  );
};

/** `lenient`: some lanes are switched off, so that an index may be out of range there; it is brought into range. */
export function readElement(np: Arrays, container: unknown, index: unknown, lenient: boolean): unknown {
  const x = tensorOf(np, container);
  const [tensor, own] = x instanceof Lane ? [x.tensor, x.axes] : [x, []];
  const shape = x.shape;
  if (shape.length === 0) throw new OutOfRange("a number has no elements: it has shape []");
  const n = shape[0]!;
  const lead = own.map(() => null);
  if (typeof index === "number") {
    if (!Number.isInteger(index) || index < 0 || index >= n) {
      if (!lenient) outOfRange(index, n);
      if (n === 0) return outOfRange(index, n);
    }
    const i = Math.min(Math.max(Math.trunc(index), 0), n - 1);
    const before = choices.get(x as Lane);
    if (before) return chosen(np, before.from, [...before.indices, np.array(i, { dtype: "i32" })]);
    const part = np.slice(tensor, ...lead, [i, i + 1]);
    return wrap(np.reshape(part, [...own.map((a) => a.size), ...shape.slice(1)]), own);
  }
  if (index instanceof Affine) {
    const [low, high] = reach(np, index, n);
    const steps = [...index.terms.keys()].some((a) => a.kind === "step");
    const inside = low >= 0 && high < n;
    if (!inside && !lenient) outOfRange(low < 0 ? low : high, n);
    const entry = [...index.terms][0]!;
    if (inside && !steps && index.terms.size === 1 && entry[1] > 0 && !own.includes(entry[0]))
      return alongAxis(np, tensor, own, entry[0], entry[1], index.offset);
  }
  return gather(np, x, index, n, lenient);
}

/** The least and the greatest index; where they leave an axis of length n, those of this very step if it is known. */
export function reach(np: Arrays, index: Affine, n: number): [number, number] {
  const [low, high] = index.range();
  if ((low >= 0 && high < n) || ![...index.terms.keys()].some((a) => a.kind === "step")) return [low, high];
  const now = numbersOf(np, index);
  const t = now instanceof Lane ? now.tensor : now;
  if (t.link) return [low, high];
  const data = [...t.data()].map(Number);
  return [Math.min(...data), Math.max(...data)];
}

const wrap = (t: Tensor, axes: readonly Axis[]): Tensor | Lane => (axes.length === 0 ? t : new Lane(t, axes));

/** x[k * p + c]: the element axis becomes the lane axis. */
function alongAxis(
  np: Arrays,
  tensor: Tensor,
  own: readonly Axis[],
  axis: Axis,
  k: number,
  offset: number,
): Lane {
  const lead = own.map(() => null);
  const stop = offset + k * (axis.size - 1) + 1;
  const n = tensor.shape[own.length]!;
  const part = offset === 0 && stop === n && k === 1 ? tensor : np.slice(tensor, ...lead, [offset, stop, k]);
  const axes = sortAxes([...own, axis]);
  const from = own.length;
  const to = axes.indexOf(axis);
  if (from === to) return new Lane(part, axes);
  const order = part.shape.map((_, i) => i).filter((i) => i !== from);
  order.splice(to, 0, from);
  return new Lane(np.transpose(part, order), axes);
}

/** What a value was chosen from: one index per leading axis. A further index chooses from there, and no rows are made on the way. */
const choices = new WeakMap<Lane, { readonly from: Tensor; readonly indices: readonly (Tensor | Lane)[] }>();

function chosen(np: Arrays, from: Tensor, indices: readonly (Tensor | Lane)[]): Tensor | Lane {
  const axes = sortAxes(indices.flatMap(axesOf));
  const picked = wrap(np.at(from, ...indices.map((i) => spread(np, i, axes))), axes);
  if (picked instanceof Lane) choices.set(picked, { from, indices });
  return picked;
}

/** Elements chosen one by one. */
function gather(np: Arrays, x: Tensor | Lane, index: unknown, n: number, lenient: boolean): Tensor | Lane {
  if (n === 0) return outOfRange(NaN, n);
  const raw = index instanceof Affine ? numbersOf(np, index) : tensorOf(np, index);
  const bad = lenient ? null : firstOutside(raw, n);
  if (bad !== null) outOfRange(bad, n);
  const i = clamped(np, raw, n);
  const own = x instanceof Lane ? x.axes : [];
  const axes = sortAxes([...own, ...axesOf(i)]);
  const tensor = x instanceof Lane ? x.tensor : x;
  const rank = i.shape.length;
  if (own.length === 0 && i instanceof Lane && rank === 0) return chosen(np, tensor, [i]);
  if (own.length === 0) return wrap(np.at(tensor, i instanceof Lane ? i.tensor : i), axes);
  const before = choices.get(x as Lane);
  if (before && rank === 0) return chosen(np, before.from, [...before.indices, i]);
  // Lanes that x does not vary over pick slices of it.
  if (rank === 0 && !axesOf(i).some((a) => own.includes(a))) {
    const picked = np.take(tensor, i instanceof Lane ? i.tensor : i, own.length);
    const order = [...own, ...axesOf(i)];
    const perm = [...axes.map((a) => order.indexOf(a)), ...x.shape.slice(1).map((_, d) => order.length + d)];
    return wrap(perm.every((p, d) => p === d) ? picked : np.transpose(picked, perm), axes);
  }
  // One index per lane axis of x besides, so that each lane looks at its own part.
  const places = own.map((a) =>
    spread(np, new Lane(np.array(Int32Array.from({ length: a.size }, (_, p) => p)), [a]), axes, rank),
  );
  return wrap(np.at(tensor, ...places, full(np, i, axes)), axes);
}

/** Indices as whole numbers of an axis of length n. */
export function clamped(np: Arrays, index: Tensor | Lane, n: number): Tensor | Lane {
  const fit = (t: Tensor): Tensor => {
    const data = t.link ? null : t.data();
    if (!data) {
      return np.clip(t.dtype === "i32" ? t : np.astype(t, "i32"), 0, n - 1);
    }
    const out = Int32Array.from(data, (k) => Math.min(Math.max(Math.trunc(k) || 0, 0), n - 1));
    return np.reshape(np.array(out), t.shape);
  };
  return index instanceof Lane ? new Lane(fit(index.tensor), index.axes) : fit(index);
}

/** Whether some known index lies outside of an axis of length n. */
function firstOutside(index: Tensor | Lane, n: number): number | null {
  const t = index instanceof Lane ? index.tensor : index;
  if (t.link) return null;
  for (const k of t.data()) if (!Number.isInteger(k) || k < 0 || k >= n) return k;
  return null;
}
