// Small questions that rules ask of equations and shapes.
import { isFloat } from "../ir/types.js";
import { isOpen } from "../ir/size.js";
import type { DType, Equation, Params, Shape, Value } from "../ir/types.js";
import {
  abs,
  add,
  broadcast,
  constant,
  convert,
  div,
  exp,
  iota,
  log1p,
  max,
  min,
  mul,
  reshape,
  sigmoid,
  slice,
  softplus,
  sqrt,
  square,
} from "../ops/index.js";
import type { Context } from "./rule.js";

/** A parameter that is a list of numbers by the row's contract. */
export const numbers = (params: Params, name: string): readonly number[] => params[name] as readonly number[];

export const isFloatValue = (v: Value): boolean => isFloat(v.type.dtype);

/** 0, 1, ..., n - 1 */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** The shape without the axes. */
export const without = (shape: Shape, axes: readonly number[]): number[] =>
  shape.filter((_, i) => !axes.includes(i));

/** A value repeated along some axes of a shape: `source` varies along the axes `dims` only. */
export interface Repeated {
  readonly source: Value;
  readonly dims: readonly number[];
}

/** The broadcast that makes the value; null for anything else. */
export function repeated(v: Value, at: Context): Repeated | null {
  const eq = at.is(v, broadcast);
  return eq && { source: eq.inputs[0], dims: numbers(eq.params, "dims") };
}

/**
 * The value without the given axes, if it does not vary along them: it then equals `broadcast` of the result over
 * those axes. Null when it varies.
 */
export function invariant(v: Value, axes: readonly number[], at: Context): Value | null {
  const { shape, dtype } = v.type;
  const fill = at.splat(v);
  if (fill !== null) return at.literal(fill, dtype, without(shape, axes));
  const r = repeated(v, at);
  if (!r || r.dims.some((d) => axes.includes(d))) return null;
  const kept = range(shape.length).filter((i) => !axes.includes(i));
  const dims = r.dims.map((d) => kept.indexOf(d));
  return spread(r.source, without(shape, axes), dims, at);
}

/** A broadcast, or the value itself where nothing repeats. */
export const spread = (v: Value, shape: Shape, dims: readonly number[], at: Context): Value =>
  dims.length === shape.length ? v : at.emit(broadcast, [v], { shape, dims });

/** Whether the value is known never to be below zero or -0 (it may be NaN). */
export function nonNegative(v: Value, at: Context, depth = 6): boolean {
  const eq = at.definition(v);
  if (!eq || depth === 0) return false;
  const all = (): boolean => eq.inputs.every((x) => nonNegative(x, at, depth - 1));
  const { op } = eq;
  if (op === abs || op === square || op === exp || op === sigmoid || op === softplus) return isFloatValue(v);
  if (op === constant) {
    const fill = at.splat(v);
    return fill !== null && (fill > 0 || Object.is(fill, 0));
  }
  if (op === sqrt || op === log1p || op === broadcast || op === add || op === mul || op === div || op === min)
    return all();
  if (op === max) return eq.inputs.some((x) => nonNegative(x, at, depth - 1)) && isFloatValue(v);
  return op === convert && eq.inputs[0].type.dtype === "bool";
}

/** What an equation of one operand applies its operation to. */
export const operand = (eq: Equation | null): Value | null => eq && eq.inputs[0];

/** How many there are, filling a shape. An open number is no literal: it is one more than the last of that many indices. */
export function countOf(count: number, dtype: DType, shape: Shape, at: Context): Value {
  if (!isOpen(count)) return at.literal(count, dtype, shape);
  const indices = at.emit(iota, [], { dtype: "i32", shape: [count], axis: 0 });
  const last = at.emit(slice, [indices], { start: [count - 1], stop: [count], step: [1] });
  const n = at.emit(add, [at.emit(reshape, [last], { shape: [] }), at.literal(1, "i32", [])]);
  const x = dtype === "i32" ? n : at.emit(convert, [n], { dtype });
  return shape.length === 0 ? x : at.emit(broadcast, [x], { shape, dims: [] });
}
