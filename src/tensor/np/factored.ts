// A square matrix -> its triangular factors, and a function that solves with them.
import * as ops from "../../ops/index.js";
import { apply, applyAll } from "../../trace/apply.js";
import { same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { stopGradient } from "./elementwise.js";
import { expandDims, squeeze } from "./shape.js";

/** The matrix itself; throws if its last two axes differ. */
export function squareMatrix(name: string, x: Tensor): Tensor {
  const [n, m] = x.shape.slice(-2);
  if (x.ndim < 2 || n !== m)
    throw new Error(`${name}: a square matrix is needed, got shape [${x.shape.join(",")}].`);
  return x;
}
/** Triangular factors (in one matrix), the order of the rows, and its sign. */
export function factors(name: string, a: TensorLike): [lu: Tensor, perm: Tensor, sign: Tensor] {
  const [t] = same("float", name, [a]);
  return applyAll(ops.lu, [squareMatrix(name, t!)], {}, name) as [Tensor, Tensor, Tensor];
}

/** b -> x with A x = b, by triangular factors of A with exchanged rows, made once. b is a vector [n] or [..., n, m]. */
export function factored(name: string, a: Tensor): (b: Tensor) => Tensor {
  const [lu, perm] = factors(name, stopGradient(a));
  return (b) => {
    const columns = b.ndim === 1 ? expandDims(b, 1) : b;
    const inputs = [lu, perm, a, columns];
    const graph = ops.solution(
      inputs.map((t) => t.type),
      false,
    );
    const out = apply(ops.factoredSolve, inputs, { trans: false, graph }, name);
    return b.ndim === 1 ? squeeze(out, -1) : out;
  };
}
