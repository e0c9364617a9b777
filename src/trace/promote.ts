// Tensor-likes -> tensors of one dtype, by NumPy's rules with weak literals; shapes -> the shape they broadcast to.
import type { DType } from "../ir/types.js";
import { isFloat } from "../ir/types.js";
import { concatenate, convert, reshape } from "../ops/index.js";
import { fromHost, holdsTensor, type TensorLike } from "../tensor/array.js";
import { filled, Tensor } from "../tensor/tensor.js";
import { apply } from "./apply.js";

/** What an operation does with element types: keep them, need numbers (bool becomes i32), need floats (integers become f64). */
export type Kind = "any" | "numeric" | "float";

const RANK: Readonly<Record<DType, number>> = { bool: 0, u32: 1, i32: 2, f32: 3, f64: 4, key: 9 };

/** The dtype that holds both: bool < u32 < i32 < f32 < f64. */
export const join = (a: DType, b: DType): DType => (RANK[a] >= RANK[b] ? a : b);

/** Any tensor-like as a tensor. Plain numbers are f64; nested arrays with tensors in them are stacked. */
export function tensor(x: TensorLike, name = "np.array"): Tensor {
  if (x instanceof Tensor) return x;
  if (!holdsTensor(x)) return fromHost(x, undefined, name);
  return stackAll(x as readonly TensorLike[], name);
}

function stackAll(xs: readonly TensorLike[], name: string): Tensor {
  const rows = same("any", name, xs);
  const [first] = rows;
  rows.forEach((row, i) => {
    if (row.shape.join() !== first!.shape.join())
      throw new Error(
        `${name}: rows must have one shape; row 0 has [${first!.shape.join(",")}], row ${i} has [${row.shape.join(",")}].`,
      );
  });
  const lifted = rows.map((row) => apply(reshape, [row], { shape: [1, ...row.shape] }, name));
  return apply(concatenate, lifted, { axis: 0 }, name);
}

/** The tensor in another dtype. */
export function cast(t: Tensor, dtype: DType, name = "np.astype"): Tensor {
  if (t.dtype === dtype) return t;
  if (t.dtype === "key" || dtype === "key")
    throw new TypeError(`${name}: a random key is not a number; use random.bits(key).`);
  return apply(convert, [t], { dtype }, name);
}

/** Whether an integer dtype holds the literal exactly. */
const holds = (dtype: DType, x: number): boolean =>
  Number.isInteger(x) &&
  !Object.is(x, -0) &&
  (dtype === "u32" ? x >= 0 && x <= 4294967295 : x >= -2147483648 && x <= 2147483647);

/** The common dtype of tensors and plain numbers; a number takes the tensors' dtype where that dtype can hold it. */
export function commonDType(kind: Kind, name: string, xs: readonly (Tensor | number)[]): DType {
  let dtype: DType | null = null;
  if (kind === "any" && xs.every((x) => typeof x !== "number" && x.dtype === "key")) return "key";
  for (const x of xs) {
    if (typeof x === "number") continue;
    if (x.dtype === "key")
      throw new TypeError(
        `${name}: a random key is not a number; draw with random.uniform(key), random.bits(key), ...`,
      );
    dtype = dtype === null ? x.dtype : join(dtype, x.dtype);
  }
  const literals = xs.filter((x): x is number => typeof x === "number");
  if (dtype === null) return "f64";
  if (kind !== "any" && dtype === "bool") dtype = "i32";
  if (kind === "float" && !isFloat(dtype)) return "f64";
  if (isFloat(dtype)) return dtype;
  if (dtype === "bool")
    return literals.length === 0 ? dtype : literals.every((x) => holds("i32", x)) ? "i32" : "f64";
  const integer = dtype;
  return literals.every((x) => holds(integer, x)) ? integer : "f64";
}

/** All operands as tensors of their common dtype. */
export function same(kind: Kind, name: string, xs: readonly TensorLike[]): Tensor[] {
  if (allOneFloat(xs)) return [...xs];
  const operands = xs.map((x) => (typeof x === "number" ? x : tensor(x, name)));
  const dtype = commonDType(kind, name, operands);
  return operands.map((x) => (typeof x === "number" ? filled(x, dtype) : cast(x, dtype, name)));
}

/** The usual case, in which there is nothing to do. */
function allOneFloat(xs: readonly TensorLike[]): xs is readonly Tensor[] {
  const [first] = xs;
  if (!(first instanceof Tensor) || !isFloat(first.dtype)) return false;
  return xs.every((x) => x instanceof Tensor && x.dtype === first.dtype);
}

/** The shape that all shapes broadcast to; throws with the function and the shapes. */
export function broadcastShapes(name: string, ...shapes: readonly (readonly number[])[]): readonly number[] {
  let result: readonly number[] = shapes[0] ?? [];
  for (const shape of shapes) {
    if (shape === result || shape.length === 0) continue;
    const n = Math.max(result.length, shape.length);
    const next: number[] = [];
    for (let i = 0; i < n; i++) {
      const a = result[result.length - n + i] ?? 1;
      const b = shape[shape.length - n + i] ?? 1;
      if (a !== b && a !== 1 && b !== 1)
        throw new Error(
          `${name}: shapes ${shapes.map((s) => `[${s.join(",")}]`).join(" and ")} do not broadcast: on axis ${i - n} they have ${a} and ${b}. ` +
            "Sizes must agree or be 1, counted from the last axis; add axes with np.expandDims or reshape.",
        );
      next.push(a === 1 ? b : a);
    }
    result = next;
  }
  return result;
}
