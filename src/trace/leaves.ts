// Arguments and results as trees with numbers, booleans and typed arrays counted among the leaves.
import { isTypedArray } from "../tensor/array.js";
import { flatten, type Flat } from "../tensor/pytree.js";
import { Tensor } from "../tensor/tensor.js";
import { tensor } from "./promote.js";

/** Flattens with every number, boolean, typed array and tensor as a tensor leaf. A promise among them is an error. */
export function numericLeaves(tree: unknown, name: string): Flat {
  return flatten(tree, (x) => {
    if (x instanceof Tensor) return x;
    if (typeof x === "number" || typeof x === "boolean" || isTypedArray(x)) return tensor(x, name);
    refusePromise(x, name);
    return null;
  });
}

/** Tracing ends when the function returns, so what an async function does later would be lost. */
export function refusePromise(x: unknown, name: string): void {
  if (typeof x === "object" && x !== null && typeof (x as { then?: unknown }).then === "function")
    throw new TypeError(
      `${name}: the function returned a promise; only synchronous functions can be traced. Await the data first and pass them in.`,
    );
}
