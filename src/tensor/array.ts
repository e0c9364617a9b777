// Numbers, nested arrays, typed arrays -> concrete tensors.
import { allocate, type Data, type DType } from "../ir/types.js";
import { concrete, filled, Tensor } from "./tensor.js";

/** The typed arrays that stand for tensors of one axis. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;
/** Arrays of numbers, booleans or tensors, nested to any depth; rows have one shape. */
export type NestedArray = readonly (TensorLike | NestedArray)[];
/** Whatever is accepted where a tensor is: a tensor, a number, a boolean, (nested) arrays of these, a typed array. */
export type TensorLike = Tensor | number | boolean | TypedArray | NestedArray;

export const isTypedArray = (x: unknown): x is TypedArray =>
  ArrayBuffer.isView(x) &&
  !(x instanceof DataView) &&
  !(x instanceof BigInt64Array) &&
  !(x instanceof BigUint64Array);

/** The element type that a typed array stands for; the narrow integers become i32. */
export function dtypeOf(x: TypedArray): DType {
  if (x instanceof Float64Array) return "f64";
  if (x instanceof Float32Array) return "f32";
  if (x instanceof Uint32Array) return "u32";
  return "i32";
}

/** Whether nested arrays hold a tensor somewhere (they must then be stacked, not copied). */
export function holdsTensor(x: unknown): boolean {
  return (
    x instanceof Tensor ||
    (Array.isArray(x) && x.some((item) => typeof item === "object" && holdsTensor(item)))
  );
}

const isNumber = (x: unknown): boolean => typeof x === "number";

/** A list without nesting: data of one axis, which may be long. */
const isPlain = (x: unknown): x is number[] => Array.isArray(x) && x.every(isNumber);

/** Nested arrays' shape; throws where rows differ in length. */
function shapeOf(x: unknown, name: string): number[] {
  if (isTypedArray(x)) return [x.length];
  if (!Array.isArray(x)) return [];
  if (isPlain(x)) return [x.length];
  const inner = shapeOf(x[0], name);
  for (let i = 1; i < x.length; i++) {
    const other = shapeOf(x[i], name);
    if (other.length !== inner.length || other.some((d, k) => d !== inner[k]))
      throw new Error(
        `${name}: rows must have one shape; row 0 has [${inner.join(",")}], row ${i} has [${other.join(",")}].`,
      );
  }
  return [x.length, ...inner];
}

/** Copies the numbers of nested arrays into out. */
function fill(x: unknown, out: number[], name: string): void {
  if (typeof x === "number") out.push(x);
  else if (typeof x === "boolean") out.push(x ? 1 : 0);
  else if (isTypedArray(x) || Array.isArray(x))
    for (const item of x as ArrayLike<unknown> & Iterable<unknown>) fill(item, out, name);
  else
    throw new TypeError(
      `${name}: expected a tensor, a number, a boolean, or (nested) arrays of these, got ${x === null ? "null" : typeof x === "object" ? (x.constructor?.name ?? "object") : typeof x}.`,
    );
}

const allBooleans = (x: unknown): boolean =>
  typeof x === "boolean" || (Array.isArray(x) && x.length > 0 && x.every(allBooleans));

/** A concrete tensor from host data without tensors in it. Typed arrays of the wanted dtype are shared, not copied. */
export function fromHost(x: unknown, dtype: DType | undefined, name: string): Tensor {
  if (typeof x === "number") return filled(castNumber(x, dtype ?? "f64", name), dtype ?? "f64");
  if (typeof x === "boolean") return filled(x, dtype ?? "bool");
  if (isTypedArray(x)) {
    const own = dtypeOf(x);
    const wanted = dtype ?? own;
    const shares = wanted === own && !(own === "i32" && !(x instanceof Int32Array));
    return concrete({ dtype: wanted, shape: [x.length] }, shares ? (x as Data) : cast(x, wanted, name));
  }
  if (isPlain(x)) {
    const wanted = dtype ?? "f64";
    return concrete({ dtype: wanted, shape: [x.length] }, cast(x, wanted, name));
  }
  const numbers: number[] = [];
  fill(x, numbers, name);
  const wanted = dtype ?? (allBooleans(x) ? "bool" : "f64");
  return concrete({ dtype: wanted, shape: shapeOf(x, name) }, cast(numbers, wanted, name));
}

/** Row-major numbers as storage of the dtype; integers must be whole and in range. */
export function cast(x: ArrayLike<number>, dtype: DType, name: string): Data {
  const data = allocate({ dtype, shape: [x.length] });
  if (dtype === "bool" || dtype === "key") {
    for (let i = 0; i < x.length; i++) data[i] = castNumber(x[i]!, dtype, name);
    return data;
  }
  data.set(x as ArrayLike<number>);
  // Storage of whole numbers changes what it cannot hold: that says where to look closer.
  if (dtype !== "f64" && dtype !== "f32")
    for (let i = 0; i < x.length; i++) if (data[i] !== x[i]) castNumber(x[i]!, dtype, name);
  return data;
}

function castNumber(x: number, dtype: DType, name: string): number {
  switch (dtype) {
    case "f64":
    case "f32":
      return x;
    case "bool":
      return x !== 0 ? 1 : 0;
    case "i32":
    case "u32": {
      const low = dtype === "i32" ? -2147483648 : 0;
      const high = dtype === "i32" ? 2147483647 : 4294967295;
      if (!Number.isInteger(x) || x < low || x > high)
        throw new RangeError(`${name}: ${x} is not a whole number that ${dtype} can hold; use dtype "f64".`);
      return x;
    }
    case "key":
      throw new TypeError(`${name}: keys are made by random.key(seed), not from numbers.`);
  }
}
