// Values that differ between lanes -> tensors whose leading axes are the lanes, aligned so that NumPy's broadcasting fits.
import { Tensor } from "../tensor/tensor.js";
import type { Arrays } from "./host.js";
import { Affine, axesOf, Lane, sortAxes, type Axis } from "./values.js";

/** Under this property a JavaScript array keeps the tensor that replaced its elements when a loop wrote them all at once. */
export const BACKED: unique symbol = Symbol("elements");

export type BackedArray = unknown[] & { [BACKED]?: Tensor | Lane };

export const backing = (x: unknown): Tensor | Lane | undefined =>
  Array.isArray(x) ? (x as BackedArray)[BACKED] : undefined;

/** 0, 1, ... of an axis, times a factor plus an offset, as a lane value. */
function positions(np: Arrays, axis: Axis, factor: number, offset: number): Tensor {
  const data = Float64Array.from({ length: axis.size }, (_, p) => factor * p + offset);
  return np.array(data);
}

/** An affine index as numbers. */
export function numbersOf(np: Arrays, x: Affine): Tensor | Lane {
  let sum: unknown = x.offset;
  let first = true;
  for (const [axis, k] of x.terms) {
    if (axis.kind === "lane") {
      // The offset joins the first term, so that no addition is spent on it.
      const term = new Lane(positions(np, axis, k, first ? x.offset : 0), [axis]);
      sum = first ? term : elementwise(np.add as Op, np, [sum, term]);
    } else {
      const p = np.astype(axis.position, "f64");
      const term = k === 1 ? p : (np.multiply as Op)(p, k);
      sum = first && x.offset === 0 ? term : elementwise(np.add as Op, np, [sum, term]);
    }
    first = false;
  }
  return sum as Tensor | Lane;
}

type Op = (...xs: unknown[]) => Tensor;

/** The value as a tensor over the given axes: size 1 on those it does not vary over, `pad` ones before its own shape. */
export function spread(np: Arrays, value: unknown, axes: readonly Axis[], pad = 0): Tensor {
  const x = tensorOf(np, value);
  const own = x instanceof Lane ? x.axes : [];
  const shape = x instanceof Lane ? x.shape : x.shape;
  const tensor = x instanceof Lane ? x.tensor : x;
  const wide = [
    ...axes.map((a) => (own.includes(a) ? a.size : 1)),
    ...Array.from({ length: pad }, () => 1),
    ...shape,
  ];
  return wide.length === tensor.ndim ? tensor : np.reshape(tensor, wide);
}

/** The value repeated over all of the axes. */
export function full(np: Arrays, value: unknown, axes: readonly Axis[]): Tensor {
  const thin = spread(np, value, axes);
  const shape = [...axes.map((a) => a.size), ...thin.shape.slice(axes.length)];
  return thin.shape.join() === shape.join() ? thin : np.broadcastTo(thin, shape);
}

/** Any numeric value of a script as a tensor or a lane value. Arrays are stacked. */
export function tensorOf(np: Arrays, value: unknown): Tensor | Lane {
  if (value instanceof Tensor || value instanceof Lane) return value;
  if (value instanceof Affine) return numbersOf(np, value);
  const held = backing(value);
  if (held) return held;
  if (!Array.isArray(value)) return np.array(value);
  if (value.length === 0 || !holdsDynamic(value)) return np.array(value);
  const items = value.map((v) => tensorOf(np, v));
  const axes = sortAxes(items.flatMap(axesOf));
  const shape = items.map(shapeOf).reduce((a, b) => (b.length > a.length ? b : a));
  const parts = items.map((v) => {
    const wide = spread(np, v, axes, shape.length - shapeOf(v).length);
    return np.broadcastTo(wide, [...axes.map((a) => a.size), ...shape]);
  });
  const stacked = np.stack(parts, axes.length);
  return axes.length === 0 ? stacked : new Lane(stacked, axes);
}

const shapeOf = (x: Tensor | Lane): readonly number[] => x.shape;

/** Whether a tree of arrays and objects holds tensors or values that differ between lanes. */
export function holdsDynamic(value: unknown): boolean {
  if (value instanceof Tensor || value instanceof Lane || value instanceof Affine) return true;
  if (backing(value)) return true;
  return Array.isArray(value) && value.some(holdsDynamic);
}

/** Whether the value is, or becomes, numbers in a tensor. */
export const isDynamic = (value: unknown): boolean =>
  value instanceof Tensor || value instanceof Lane || value instanceof Affine;

/** f element by element, in all lanes. */
export function elementwise(f: Op, np: Arrays, args: readonly unknown[]): Tensor | Lane {
  const xs = args.map((a) => (typeof a === "number" || typeof a === "boolean" ? a : tensorOf(np, a)));
  const axes = sortAxes(xs.flatMap(axesOf));
  if (axes.length === 0) return f(...xs);
  const rank = Math.max(...xs.map((x) => (x instanceof Tensor || x instanceof Lane ? x.shape.length : 0)));
  const out = f(...xs.map((x) => (x instanceof Lane ? spread(np, x, axes, rank - x.shape.length) : x)));
  return new Lane(out, axes);
}
