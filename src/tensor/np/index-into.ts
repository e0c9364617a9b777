// Indices as users give them -> i32 within an axis.
import { cast, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { concrete, type Tensor } from "../tensor.js";
import { add, clip, less, where } from "./elementwise.js";

/**
 * Indices into an axis of length n as i32 in [0, n): negative ones count from the end. Known indices are checked here;
 * traced ones are clamped into range, since compiled code does not throw.
 */
export function indexInto(x: TensorLike, n: number, name: string): Tensor {
  const t = tensor(x, name);
  if (t.dtype === "bool" || t.dtype === "key")
    throw new TypeError(
      `${name}: indices must be whole numbers (i32 or f64), got ${t.dtype}; a mask would give a shape that depends on values: use np.where.`,
    );
  if (!t.link) {
    const data = t.data();
    const out = new Int32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const k = data[i]!;
      if (!Number.isInteger(k)) throw new RangeError(`${name}: index ${k} is not a whole number.`);
      if (k < -n || k >= n)
        throw new RangeError(`${name}: index ${k} is out of range for an axis of length ${n}.`);
      out[i] = k < 0 ? k + n : k;
    }
    return concrete({ dtype: "i32", shape: t.shape }, out);
  }
  if (n === 0) throw new RangeError(`${name}: an axis of length 0 has no elements to choose.`);
  const i = cast(t, "i32", name);
  return clip(where(less(i, 0), add(i, n), i), 0, n - 1);
}

/** Indices in which each known mask is replaced by the places where it is true, one index per axis that it covers. */
export function maskedPlaces(shape: readonly number[], indices: readonly TensorLike[]): TensorLike[] {
  const out: TensorLike[] = [];
  for (const index of indices) {
    if (typeof index === "number") out.push(index);
    else {
      const t = tensor(index, "at");
      out.push(...(t.dtype === "bool" && t.ndim > 0 && !t.link ? placesOf(t, shape, out.length) : [t]));
    }
  }
  return out;
}

function placesOf(mask: Tensor, shape: readonly number[], from: number): Tensor[] {
  const covered = shape.slice(from, from + mask.ndim);
  if (covered.length !== mask.ndim || covered.some((d, i) => d !== mask.shape[i]))
    throw new RangeError(
      `at: a mask of shape [${mask.shape.join(",")}] does not fit axis ${from} of shape [${shape.join(",")}].`,
    );
  const data = mask.data();
  const flat = Array.from(data.keys()).filter((i) => data[i] !== 0);
  let stride = mask.size;
  return covered.map((d) => {
    stride /= d;
    const places = Int32Array.from(flat, (i) => Math.floor(i / stride) % d);
    return concrete({ dtype: "i32", shape: [flat.length] }, places);
  });
}
