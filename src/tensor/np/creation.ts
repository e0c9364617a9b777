// Shapes and numbers in, arrays out.
import { DTYPES, type DType } from "../../ir/types.js";
import { fromHost, holdsTensor, type TensorLike } from "../array.js";
import * as numbers from "../numbers.js";
import { concrete, filled, Tensor } from "../tensor.js";
import { checkOptions } from "../../trace/known-options.js";
import { cast, tensor } from "../../trace/promote.js";
import { band } from "./band.js";
import { equal, where } from "./elementwise.js";
import { broadcastTo, expandDims, reshape } from "./shape.js";

/** The element type of a new array. */
export interface DTypeOption {
  readonly dtype?: DType;
}

function checkDType(dtype: DType, name: string): void {
  if (!DTYPES.includes(dtype))
    throw new TypeError(
      `${name}: there is no dtype ${JSON.stringify(dtype)}; choose one of ${DTYPES.filter((d) => d !== "key").join(", ")}.`,
    );
}

/** Numbers, nested arrays, typed arrays or tensors as one tensor; f64 unless told, booleans stay booleans. */
export function array(data: TensorLike, options: DTypeOption = {}): Tensor {
  checkOptions("np.array", options, ["dtype"]);
  const { dtype } = options;
  if (dtype !== undefined) checkDType(dtype, "np.array");
  if (data instanceof Tensor || holdsTensor(data)) {
    const t = tensor(data);
    return dtype === undefined ? t : cast(t, dtype, "np.array");
  }
  return fromHost(data, dtype, "np.array");
}
/** The same as `array`. */
export const asarray = array;

const shapeList = (shape: number | readonly number[], name: string): readonly number[] => {
  const list = typeof shape === "number" ? [shape] : shape;
  if (list.some((d) => !Number.isInteger(d) || d < 0))
    throw new RangeError(`${name}: a shape is a list of whole numbers >= 0, got [${list.join(",")}].`);
  return list;
};

/** Zeros in the shape, f64 unless told. */
export const zeros = (shape: number | readonly number[], options: DTypeOption = {}): Tensor =>
  filled(0, options.dtype ?? "f64", shapeList(shape, "np.zeros"));
/** Ones in the shape, f64 unless told. */
export const ones = (shape: number | readonly number[], options: DTypeOption = {}): Tensor =>
  filled(1, options.dtype ?? "f64", shapeList(shape, "np.ones"));

/** The value everywhere; the value may be a tensor that broadcasts to the shape. */
export function full(
  shape: number | readonly number[],
  value: TensorLike,
  options: DTypeOption = {},
): Tensor {
  const list = shapeList(shape, "np.full");
  if (typeof value === "number") return filled(value, options.dtype ?? "f64", list);
  return broadcastTo(array(value, options), list);
}

/** start, start + step, ... below stop. Whole numbers give i32. `arange(n)` counts from 0. */
export function arange(start: number, stop?: number, step = 1, options: DTypeOption = {}): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (!(step !== 0) || ![from, to, step].every(Number.isFinite))
    throw new RangeError(
      `np.arange: start ${from}, stop ${to}, step ${step} must be finite and the step not 0.`,
    );
  const n = Math.max(0, Math.ceil((to - from) / step));
  const whole = [from, to, step].every(Number.isInteger);
  const numbers = Float64Array.from({ length: n }, (_, i) => from + i * step);
  return fromHost(numbers, options.dtype ?? (whole ? "i32" : "f64"), "np.arange");
}

/** n evenly spaced numbers from start to stop, both included unless endpoint is false. */
export function linspace(
  start: number,
  stop: number,
  n = 50,
  options: DTypeOption & { endpoint?: boolean } = {},
): Tensor {
  const intervals = options.endpoint === false ? n : n - 1;
  const numbers = Float64Array.from({ length: n }, (_, i) =>
    i === intervals && i > 0 ? stop : start + (intervals > 0 ? (i * (stop - start)) / intervals : 0),
  );
  return fromHost(numbers, options.dtype ?? "f64", "np.linspace");
}

/** n numbers from base^start to base^stop, evenly spaced on a log scale; base 10 unless told. */
export function logspace(
  start: number,
  stop: number,
  n = 50,
  options: DTypeOption & { readonly endpoint?: boolean; readonly base?: number } = {},
): Tensor {
  const { base = 10, dtype = "f64", ...rest } = options;
  const exponents = linspace(start, stop, n, rest).data();
  return fromHost(
    Float64Array.from(exponents, (e) => numbers.power(base, e)),
    dtype,
    "np.logspace",
  );
}

/** Ones on the k-th diagonal of an n by m matrix. */
export function eye(n: number, m = n, k = 0, options: DTypeOption = {}): Tensor {
  const dtype = options.dtype ?? "f64";
  const t = filled(0, dtype, [n, m]);
  const data = t.data();
  for (let i = Math.max(0, -k); i < n && i + k < m; i++) data[i * m + i + k] = 1;
  return concrete(t.type, data);
}
/** The n by n identity matrix. */
export const identity = (n: number, options: DTypeOption = {}): Tensor => eye(n, n, 0, options);

function masked(x: TensorLike, name: string, test: (offset: number) => boolean): Tensor {
  const t = tensor(x, name);
  if (t.ndim < 2) throw new Error(`${name}: a matrix is needed, got shape [${t.shape.join(",")}].`);
  return where(band(t.shape[t.ndim - 2]!, t.shape[t.ndim - 1]!, test), t, 0);
}

/** The lower triangle of the last two axes, up to the k-th diagonal; zeros above. */
export const tril = (x: TensorLike, k = 0): Tensor => masked(x, "np.tril", (d) => d <= k);
/** The upper triangle of the last two axes, from the k-th diagonal; zeros below. */
export const triu = (x: TensorLike, k = 0): Tensor => masked(x, "np.triu", (d) => d >= k);

/** 1 at each index and 0 elsewhere, on a new last axis of length n. */
export function oneHot(indices: TensorLike, n: number, options: DTypeOption = {}): Tensor {
  const t = tensor(indices, "np.oneHot");
  return cast(equal(expandDims(t, -1), arange(n)), options.dtype ?? "f64");
}

/** Options of `meshgrid`. */
export interface MeshOptions {
  /** Which axis the first vector runs along: the second ("xy", the default, as NumPy) or the first ("ij"). */
  readonly indexing?: "ij" | "xy";
}
const isMeshOptions = (x: unknown): x is MeshOptions =>
  typeof x === "object" &&
  x !== null &&
  !(x instanceof Tensor) &&
  !Array.isArray(x) &&
  !ArrayBuffer.isView(x);

/** Coordinate arrays of the grid that vectors span, given one by one or as a list; options follow. */
export function meshgrid(
  ...axes:
    | readonly TensorLike[]
    | readonly [...TensorLike[], MeshOptions]
    | readonly [readonly TensorLike[], MeshOptions?]
): Tensor[] {
  const last = axes[axes.length - 1];
  const hasOptions = isMeshOptions(last);
  const options = hasOptions ? last : {};
  checkOptions("np.meshgrid", options, ["indexing"]);
  const given = axes.filter((x) => x !== undefined && !isMeshOptions(x)) as readonly TensorLike[];
  // One list of vectors, or the vectors themselves.
  const list = given.length === 1 && Array.isArray(given[0]) && given[0].some((x) => typeof x !== "number");
  const ts = (list ? (given[0] as readonly TensorLike[]) : given).map((x) => tensor(x, "np.meshgrid"));
  const order = ts.map((_, i) => i);
  if (options.indexing !== "ij" && order.length > 1) [order[0], order[1]] = [1, 0];
  const shape = order.map((i) => ts[i]!.size);
  return ts.map((t, i) =>
    broadcastTo(
      reshape(
        t,
        order.map((k) => (k === i ? t.size : 1)),
      ),
      shape,
    ),
  );
}
