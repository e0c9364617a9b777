// A model's arguments in; the tensors in them, which programs take as bound inputs, and the way back to arguments out.
import { flatten, sameTree, unflatten, type Tensor, type TreeDef } from "../../tensor/index.js";

export interface BoundArguments {
  readonly tensors: readonly Tensor[];
  /** The arguments with other tensors in their places; tensors behind those that are needed are ignored. */
  rebuild(tensors: readonly Tensor[]): readonly unknown[];
  /** Whether a program traced for these arguments is right for the others: same structure, shapes and plain values. */
  accepts(other: BoundArguments): boolean;
  readonly def: TreeDef;
}

export function boundArguments(args: readonly unknown[]): BoundArguments {
  if (!Array.isArray(args))
    throw new TypeError("The model's arguments must be a list, as in infer.logDensity(model, [x, y]).");
  const { leaves, def } = flatten(args);
  return {
    tensors: leaves,
    def,
    rebuild: (tensors) => unflatten(def, tensors.slice(0, leaves.length)) as readonly unknown[],
    accepts: (other) =>
      comparable(def) &&
      sameTree(def, other.def) &&
      leaves.every((t, i) => {
        const u = other.tensors[i];
        return t.dtype === u.dtype && t.shape.join() === u.shape.join();
      }),
  };
}

/** Plain values that are objects (typed arrays, class instances) may have changed inside: they are never taken as equal. */
function comparable(def: TreeDef): boolean {
  switch (def.kind) {
    case "leaf":
      return true;
    case "static":
      return typeof def.value !== "object" || def.value === null;
    case "array":
      return def.items.every(comparable);
    case "object":
      return [...def.items.values()].every(comparable);
  }
}
