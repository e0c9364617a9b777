// Types, values and equations: the data that a Graph is made of.

import type { Op } from "./op.js";
import { showSize } from "./size.js";

/** Element types. `bool` is stored as bytes 0/1; `key` as two u32 words per element. */
export const DTYPES = ["f64", "f32", "i32", "u32", "bool", "key"] as const;
/** The type of a tensor's elements. */
export type DType = (typeof DTYPES)[number];

/** Axis lengths, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** What is known of a value before it is computed: element type and static shape. */
export interface Type {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Dense row-major storage. `key` data hold two words per element. */
export type Data = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** One SSA value. Identity is the object; `hint` only suggests a printed name. */
export interface Value {
  readonly type: Type;
  readonly hint?: string;
}

/** What a parameter of an operation may be: plain data, array contents, or a sub-graph. */
export type Param =
  number | string | boolean | null | Data | Graph | readonly Param[] | { readonly [name: string]: Param };
/** Static parameters of an equation, by name. */
export type Params = Readonly<Record<string, Param>>;

/** outputs = op(inputs; params). `origin` names the sample site or call that made it, for errors and `explain`. */
export interface Equation {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly params: Params;
  readonly outputs: readonly Value[];
  readonly origin?: string;
}

/** A pure function in SSA form. Equations stand in an order in which every value is defined before its use. */
export interface Graph {
  readonly kind: "graph";
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Value[];
}

/** How many elements a shape has. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}
/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
/** Whether dtype and shape are equal. */
export const sameType = (a: Type, b: Type): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);
/** Whether the dtype is f64 or f32. */
export const isFloat = (d: DType): boolean => d === "f64" || d === "f32";
/** Whether the dtype is i32 or u32. */
export const isInt = (d: DType): boolean => d === "i32" || d === "u32";
/** A type as text: `f64[2,3]`. */
export const showType = (t: Type): string => `${t.dtype}[${t.shape.map(showSize).join(",")}]`;
/** The type of a scalar. */
export const scalar = (dtype: DType): Type => ({ dtype, shape: [] });

/** Bytes one element takes in memory. */
export const byteWidth: Readonly<Record<DType, number>> = {
  f64: 8,
  f32: 4,
  i32: 4,
  u32: 4,
  bool: 1,
  key: 8,
};

/** Fresh zeroed storage for a type. */
export function allocate(t: Type): Data {
  const n = sizeOf(t.shape);
  switch (t.dtype) {
    case "f64":
      return new Float64Array(n);
    case "f32":
      return new Float32Array(n);
    case "i32":
      return new Int32Array(n);
    case "u32":
      return new Uint32Array(n);
    case "bool":
      return new Uint8Array(n);
    case "key":
      return new Uint32Array(2 * n);
  }
}
