// A handler's second argument in; an error that says what it must be, or nothing, out.
import { Tensor } from "../tensor/index.js";

/** Numbers, booleans, tensors and arrays pass. */
export function needTensor(where: string, x: unknown): void {
  const fine = typeof x === "number" || typeof x === "boolean" || x instanceof Tensor;
  if (fine || Array.isArray(x) || ArrayBuffer.isView(x)) return;
  throw new TypeError(
    `${where}: the second argument must be a number, a boolean, a tensor or an array, got ${x === null ? "null" : typeof x}.`,
  );
}
