// x[i][j] = v on a tensor: the tensor with those elements replaced. Where the indices run over whole axes nothing is copied.
import type { Tensor } from "../tensor/tensor.js";
import type { Arrays } from "./host.js";
import { elementwise, full, numbersOf, spread, tensorOf } from "./lanes.js";
import { clamped, OutOfRange, reach } from "./read-element.js";
import { Affine, axesOf, Lane, sortAxes, type Axis } from "./values.js";

type Op = (...xs: unknown[]) => Tensor;

/** `mask`: the lanes (or the runs) that do write; null is all. `add`: adds to what is there, also where indices repeat. */
export interface Write {
  readonly container: Tensor | Lane;
  readonly indices: readonly unknown[];
  readonly value: unknown;
  readonly mask: Tensor | Lane | null;
  readonly add: boolean;
}

export function writeElement(np: Arrays, write: Write): Tensor | Lane {
  const { container, indices } = write;
  const shape = container.shape;
  if (indices.length > shape.length)
    throw new OutOfRange(`${indices.length} indices are too many for a value of shape [${shape.join(", ")}]`);
  indices.forEach((index, d) => checkRange(np, index, shape[d]!, write.mask !== null));
  const own = container instanceof Lane ? container.axes : [];
  const ownSet = new Set(own);
  const running = indices.map((index) => runsAlong(index, ownSet));
  const distinct =
    new Set(running.filter((r) => r !== null)).size === running.filter((r) => r !== null).length;
  const outside = [...axesOf(write.value), ...(write.mask ? axesOf(write.mask) : [])].filter(
    (a) => !ownSet.has(a) && !running.includes(a),
  );
  if (write.add || outside.length > 0 || !distinct) return scattered(np, write);
  const chosen = indices.flatMap((index, d) => (running[d] || isFixed(index) ? [] : [d]));
  if (chosen.length === 0) return block(np, write, running);
  const together = chosen.at(-1)! - chosen[0]! === chosen.length - 1;
  const uniform = chosen.every((d) => axesOf(indices[d]).length === 0 && shapeless(np, indices[d]));
  return together && uniform ? slice(np, write, chosen) : scattered(np, write);
}

const shapeless = (np: Arrays, index: unknown): boolean =>
  index instanceof Affine || tensorOf(np, index).shape.length === 0;

/** Some neighbouring indices are computed and the same in all lanes: the slice that they choose is read, changed and put back. */
function slice(np: Arrays, write: Write, chosen: readonly number[]): Tensor | Lane {
  const { container, indices } = write;
  const own = container instanceof Lane ? container.axes : [];
  const tensor = container instanceof Lane ? container.tensor : container;
  const wrap = (t: Tensor): Tensor | Lane => (own.length === 0 ? t : new Lane(t, own));
  const dims = chosen.map((d) => container.shape[d]!);
  const axis = own.length + chosen[0]!;
  const flat = np.reshape(tensor, [
    ...tensor.shape.slice(0, axis),
    dims.reduce((a, b) => a * b, 1),
    ...tensor.shape.slice(axis + dims.length),
  ]);
  const at = chosen.reduce<unknown>((sum, d, k) => {
    const index = indices[d];
    const raw = index instanceof Affine ? numbersOf(np, index) : tensorOf(np, index);
    const i = clamped(np, raw, dims[k]!) as Tensor;
    return sum === null ? i : np.add(np.multiply(sum, dims[k]), i);
  }, null);
  const part = writeElement(np, {
    ...write,
    container: wrap(np.take(flat, at, axis)),
    indices: indices.filter((_, d) => !chosen.includes(d)),
  });
  const next = np.setAt(flat, at, part instanceof Lane ? part.tensor : part, axis);
  return wrap(np.reshape(next, tensor.shape));
}

function checkRange(np: Arrays, index: unknown, n: number, lenient: boolean): void {
  const [low, high] =
    index instanceof Affine ? reach(np, index, n) : typeof index === "number" ? [index, index] : [0, 0];
  if (low >= 0 && high < n && Number.isInteger(low)) return;
  if (!lenient || typeof index === "number")
    throw new OutOfRange(
      `index ${low < 0 || !Number.isInteger(low) ? low : high} is out of range: the axis has ${n} elements. ` +
        "Make the array long enough before the loop (np.zeros([n])); tensors do not grow",
    );
}

const isFixed = (index: unknown): boolean => typeof index === "number";

/** The lane axis along which an index runs upwards in steps of one, if it does. */
function runsAlong(index: unknown, own: ReadonlySet<Axis>): Axis | null {
  if (!(index instanceof Affine) || index.terms.size !== 1) return null;
  const [axis, k] = [...index.terms][0]!;
  return axis.kind === "lane" && k === 1 && !own.has(axis) ? axis : null;
}

/** Indices that are fixed or run along distinct axes: the value is a block inside the tensor. */
function block(
  np: Arrays,
  { container, indices, value, mask }: Write,
  running: readonly (Axis | null)[],
): Tensor | Lane {
  const own = container instanceof Lane ? container.axes : [];
  const tensor = container instanceof Lane ? container.tensor : container;
  const lead = own.length;
  const rest = container.shape.slice(indices.length);
  const starts = indices.map((index) => (index instanceof Affine ? index.offset : (index as number)));
  const sizes = running.map((axis) => axis?.size ?? 1);
  // The value with axes in the order of the indices.
  const order = [...own, ...running.filter((a) => a !== null)];
  const sorted = sortAxes(order);
  const shaped = (v: unknown, tail: readonly number[]): Tensor => {
    const wide = spread(np, v, sorted, tail.length - ranked(np, v));
    const all = np.broadcastTo(wide, [...sorted.map((a) => a.size), ...tail]);
    const perm = [...order.map((a) => sorted.indexOf(a)), ...tail.map((_, k) => order.length + k)];
    const turned = perm.every((p, k) => p === k) ? all : np.transpose(all, perm);
    return np.reshape(turned, [...own.map((a) => a.size), ...sizes, ...tail]);
  };
  let part = shaped(value, rest);
  const ranges = indices.map((_, d): [number, number] => [starts[d]!, starts[d]! + sizes[d]!]);
  const whole = ranges.every(([a, b], d) => a === 0 && b === container.shape[d]);
  if (mask) {
    const before = whole ? tensor : np.slice(tensor, ...own.map(() => null), ...ranges);
    part = np.where(
      shaped(
        mask,
        rest.map(() => 1),
      ),
      part,
      before,
    );
  }
  part = sameType(np, part, tensor);
  const result = whole ? part : insert(np, tensor, part, lead, ranges, 0);
  return container instanceof Lane ? new Lane(result, own) : result;
}

const ranked = (np: Arrays, v: unknown): number => tensorOf(np, v).shape.length;

/** Stored numbers are f64 unless both are of one other type. */
function sameType(np: Arrays, part: Tensor, tensor: Tensor): Tensor {
  return part.dtype === tensor.dtype || tensor.dtype !== "f64" ? part : np.astype(part, "f64");
}

/** The tensor with a block replaced, axis after axis. */
function insert(
  np: Arrays,
  tensor: Tensor,
  part: Tensor,
  lead: number,
  ranges: readonly (readonly [number, number])[],
  d: number,
): Tensor {
  if (d === ranges.length) return part;
  const axis = lead + d;
  const n = tensor.shape[axis]!;
  const [a, b] = ranges[d]!;
  const cut = (from: number, to: number): Tensor =>
    np.slice(tensor, ...Array.from({ length: axis }, () => null), [from, to]);
  const middle = insert(np, a === 0 && b === n ? tensor : cut(a, b), part, lead, ranges, d + 1);
  const pieces = [...(a > 0 ? [cut(0, a)] : []), middle, ...(b < n ? [cut(b, n)] : [])];
  return pieces.length === 1 ? middle : np.concatenate(pieces, axis);
}

/** Any indices: one flat index per element. */
function scattered(np: Arrays, { container, indices, value, mask, add }: Write): Tensor | Lane {
  const own = container instanceof Lane ? container.axes : [];
  const tensor = container instanceof Lane ? container.tensor : container;
  const dims = container.shape.slice(0, indices.length);
  const rest = container.shape.slice(indices.length);
  const indexed = indices.map((index, d) => {
    const raw = index instanceof Affine ? numbersOf(np, index) : tensorOf(np, index);
    return clamped(np, raw, dims[d]!);
  });
  const axes = sortAxes([
    ...own,
    ...indexed.flatMap(axesOf),
    ...axesOf(value),
    ...(mask ? axesOf(mask) : []),
  ]);
  const places = [
    ...own.map((a) => new Lane(np.array(Int32Array.from({ length: a.size }, (_, p) => p)), [a])),
    ...indexed,
  ];
  const leads = [...own.map((a) => a.size), ...dims];
  let flat: unknown = places[0];
  for (let d = 1; d < places.length; d++)
    flat = elementwise(np.add as Op, np, [elementwise(np.multiply as Op, np, [flat, leads[d]]), places[d]]);
  const count = leads.reduce((a, b) => a * b, 1);
  const i = np.reshape(full(np, flat, axes), [-1]);
  const values = spread(np, value, axes, rest.length - ranked(np, value));
  const u = np.reshape(np.broadcastTo(values, [...axes.map((a) => a.size), ...rest]), [i.size, ...rest]);
  const on = mask ? np.reshape(full(np, mask, axes), [i.size, ...rest.map(() => 1)]) : null;
  const base = np.reshape(tensor, [count, ...rest]);
  const updates = on ? np.where(on, u, 0) : u;
  let result: Tensor;
  if (add) result = np.scatterAdd(base, i, updates);
  else {
    const hits = np.scatterAdd(np.zeros([count]), i, on ? np.astype(np.reshape(on, [-1]), "f64") : 1);
    const hit = np.reshape((np.greater as Op)(hits, 0), [count, ...rest.map(() => 1)]);
    result = np.where(hit, np.scatterAdd(np.zeros([count, ...rest]), i, updates), base);
  }
  const out = np.reshape(result, tensor.shape);
  return container instanceof Lane ? new Lane(out, own) : out;
}
