// An elementwise row of ops/ -> a function on tensor-likes: operands are brought to one dtype and one shape first.
import type { Op } from "../../ir/op.js";
import * as ops from "../../ops/index.js";
import { apply, applyBroadcast } from "../../trace/apply.js";
import { broadcastShapes, same, tensor, type Kind } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";

/** A function of one array, applied to each element. */
export type Unary = (x: TensorLike) => Tensor;
/** A function of two arrays, which broadcast to one shape and are promoted to one dtype. */
export type Binary = (x: TensorLike, y: TensorLike) => Tensor;

/** One operand. */
export function unary(name: string, op: Op, kind: Kind): Unary {
  return (x) => {
    const [t] = same(kind, name, [x]);
    return apply(op, [t!], {}, name);
  };
}

/** Any number of operands of one dtype, broadcast together. */
export function elementwise(name: string, op: Op, kind: Kind, xs: readonly TensorLike[]): Tensor {
  const operands = same(kind, name, xs);
  return applyBroadcast(op, operands, broadcastShapes(name, ...operands.map((t) => t.shape)), name);
}

/** Makes the function of two operands that applies a row after promotion and broadcasting. */
export const binary =
  (name: string, op: Op, kind: Kind): Binary =>
  (x, y) =>
    elementwise(name, op, kind, [x, y]);

/** Truth of numbers: nonzero. */
export function truth(x: TensorLike, name: string): Tensor {
  const t = tensor(x, name);
  return t.dtype === "bool" ? t : elementwise(name, ops.ne, "any", [t, 0]);
}
