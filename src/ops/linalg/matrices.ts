// What the factorisations share: checks, walking a stack of matrices, and pieces of their derivative rules.
import type { Data, Type, Value } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { checkCount, checkKind, typeError } from "../define/check.js";

/** Throws unless the operand is a stack of square matrices; returns the side. */
export function checkSquare(name: string, inputs: readonly Type[], which = 0): number {
  const { shape } = inputs[which];
  const n = shape[shape.length - 1];
  if (shape.length < 2 || shape[shape.length - 2] !== n)
    throw typeError(name, inputs, `operand ${which} is not a stack of square matrices`, "pass [..., n, n]");
  return n;
}

export interface Stack {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
}

/** The one operand of a factorisation as a stack of matrices. */
export function stackOf(name: string, inputs: readonly Type[]): Stack {
  checkCount(name, inputs, 1);
  checkKind(name, inputs, 0, "float");
  const { shape } = inputs[0];
  if (shape.length < 2)
    throw typeError(name, inputs, "it is not a stack of matrices", "pass [..., rows, columns]");
  const [rows, columns] = shape.slice(-2);
  return { batch: shape.slice(0, -2), rows, columns };
}

/** Visits each matrix of a stack as its own view, beside the views of the outputs of the given sizes per matrix. */
export function eachMatrix(
  x: Data,
  type: Type,
  outputs: readonly Data[],
  visit: (x: Data, outputs: readonly Data[]) => void,
): void {
  const count = sizeOf(type.shape.slice(0, -2));
  const part = (d: Data, b: number): Data => d.subarray((b * d.length) / count, ((b + 1) * d.length) / count);
  for (let b = 0; b < count; b++)
    visit(
      part(x, b),
      outputs.map((o) => part(o, b)),
    );
}

/** The identity for each matrix of the value's shape. */
export function identityLike(m: Calculus, x: Value): Value {
  return onDiagonal(m, m.fill(1, x.type), 0);
}

/** x on the diagonal of its last two axes, the other value elsewhere. */
export function onDiagonal(m: Calculus, x: Value, elsewhere: Value | number): Value {
  const { shape } = x.type;
  const rows = m.iota("i32", shape, shape.length - 2);
  const columns = m.iota("i32", shape, shape.length - 1);
  return m.where(m.compare("eq", rows, columns), x, elsewhere);
}

/** The diagonals [..., n] of square matrices. */
export const diagonalOf = (m: Calculus, x: Value): Value =>
  m.sum(onDiagonal(m, x, 0), [x.type.shape.length - 1]);

/** v [..., n] as a row repeated to [..., rows, n]. */
export function asRows(m: Calculus, v: Value, rows: number): Value {
  const { shape } = v.type;
  const rank = shape.length;
  return m.broadcast(
    v,
    [...shape.slice(0, -1), rows, shape[rank - 1]],
    [...shape.slice(0, -1).map((_, i) => i), rank],
  );
}

/** v [..., n] as a column repeated to [..., n, columns]. */
export const asColumns = (m: Calculus, v: Value, columns: number): Value =>
  m.broadcast(
    v,
    [...v.type.shape, columns],
    v.type.shape.map((_, i) => i),
  );

/** Divided differences: entry (i, j) is 1 / (w_j - w_i), and 0 on the diagonal and where the two are equal. */
export function gaps(m: Calculus, w: Value): Value {
  const n = w.type.shape[w.type.shape.length - 1];
  return m.inverse(m.sub(asRows(m, w, n), asColumns(m, w, n)));
}

export const solveTriangle = (
  m: Calculus,
  a: Value,
  b: Value,
  how: { lower: boolean; trans: boolean; unit?: boolean },
): Value => m.op("triangularSolve", [a, b], { unit: false, ...how });

/** The lower triangle mirrored onto the upper. */
export const mirrored = (m: Calculus, x: Value): Value =>
  m.add(m.triangle(x, true), m.swap(m.triangle(x, true, true)));

/** The cotangent of a lower triangle that was read as a symmetric matrix, from the cotangent of that matrix. */
export function foldedOnLower(m: Calculus, s: Value): Value {
  const whole = m.mul(m.add(s, m.swap(s)), 0.5);
  return m.add(m.triangle(whole, true), m.triangle(whole, true, true));
}
