// Type errors of operations: each names the operation, the types it got and the remedy.
import type { DType, Params, Shape, Type } from "../../ir/types.js";
import { isFloat, isInt, sameShape, showType } from "../../ir/types.js";

/** An Error about the operands of an operation. */
export function typeError(name: string, inputs: readonly Type[], what: string, remedy: string): Error {
  return new Error(`${name}(${inputs.map(showType).join(", ")}): ${what}; ${remedy}.`);
}

/** Which element types an operand may have. */
export type Kinds = "float" | "numeric" | "int" | "bool" | "any" | "plain";

const accepts: Readonly<Record<Kinds, (d: DType) => boolean>> = {
  float: isFloat,
  numeric: (d) => isFloat(d) || isInt(d),
  int: isInt,
  bool: (d) => d === "bool",
  any: () => true,
  plain: (d) => d !== "key",
};
const named: Readonly<Record<Kinds, string>> = {
  float: "f64 or f32",
  numeric: "f64, f32, i32 or u32",
  int: "i32 or u32",
  bool: "bool",
  any: "any dtype",
  plain: "any dtype but key",
};

export function checkCount(name: string, inputs: readonly Type[], count: number): void {
  if (inputs.length !== count)
    throw typeError(name, inputs, `got ${inputs.length} operands`, `it takes ${count}`);
}

export function checkKind(name: string, inputs: readonly Type[], which: number, kinds: Kinds): void {
  const t = inputs[which];
  if (!accepts[kinds](t.dtype))
    throw typeError(
      name,
      inputs,
      `operand ${which} is ${t.dtype}`,
      `it takes ${named[kinds]}: convert it first`,
    );
}

export function checkSameShape(name: string, inputs: readonly Type[]): void {
  for (const t of inputs)
    if (!sameShape(t.shape, inputs[0].shape))
      throw typeError(
        name,
        inputs,
        `shapes [${inputs[0].shape.join(",")}] and [${t.shape.join(",")}] differ`,
        "broadcast the operands to one shape first",
      );
}

export function checkSameDtype(name: string, inputs: readonly Type[]): void {
  for (const t of inputs)
    if (t.dtype !== inputs[0].dtype)
      throw typeError(
        name,
        inputs,
        `dtypes ${inputs[0].dtype} and ${t.dtype} differ`,
        "convert one operand first",
      );
}

export function checkAxis(name: string, inputs: readonly Type[], axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank)
    throw typeError(
      name,
      inputs,
      `axis ${axis} does not exist in ${rank} dimensions`,
      `use an axis from 0 to ${rank - 1}`,
    );
}

/** A parameter that is a list of integers. */
export function integers(name: string, params: Params, key: string): readonly number[] {
  const x = params[key];
  if (!Array.isArray(x) || !x.every((d) => Number.isInteger(d)))
    throw new Error(`${name}: parameter ${key} must be a list of integers, got ${String(x)}.`);
  return x as readonly number[];
}

/** A parameter that is an array shape: non-negative integers. */
export function shapeParam(name: string, params: Params, key = "shape"): Shape {
  const shape = integers(name, params, key);
  if (shape.some((d) => d < 0))
    throw new Error(`${name}: parameter ${key} = [${shape.join(",")}] has a negative length.`);
  return shape;
}

export function integer(name: string, params: Params, key: string): number {
  const x = params[key];
  if (typeof x !== "number" || !Number.isInteger(x))
    throw new Error(`${name}: parameter ${key} must be an integer, got ${String(x)}.`);
  return x;
}

export function flag(params: Params, key: string): boolean {
  return params[key] === true;
}

const dtypes: readonly string[] = ["f64", "f32", "i32", "u32", "bool", "key"] satisfies DType[];

export function dtypeParam(name: string, params: Params, key = "dtype"): DType {
  const x = params[key];
  if (typeof x !== "string" || !dtypes.includes(x))
    throw new Error(`${name}: parameter ${key} must be one of ${dtypes.join(" ")}, got ${String(x)}.`);
  return x as DType;
}
