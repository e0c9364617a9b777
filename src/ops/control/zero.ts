// Exact zeros made into values where a sub-graph needs an operand.
import type { Emit } from "../../ir/op.js";
import type { Type, Value } from "../../ir/types.js";

/** The value, or zeros of the type. */
export const zeroIfNull = (e: Emit, x: Value | null, type: Type): Value =>
  x ?? e.literal(0, type.dtype, type.shape);
