// Walks the lines of a dense array along one axis.
import type { Type } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";

/** Visits each line along an axis as (first element, stride, count); empty lines are skipped. */
export function eachLine(
  type: Type,
  axis: number,
  visit: (from: number, stride: number, count: number) => void,
): void {
  const count = type.shape[axis];
  const stride = sizeOf(type.shape.slice(axis + 1));
  const before = sizeOf(type.shape.slice(0, axis));
  if (count === 0) return;
  for (let o = 0; o < before; o++)
    for (let r = 0; r < stride; r++) visit(o * count * stride + r, stride, count);
}
