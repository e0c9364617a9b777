// A row that works along one axis -> a function whose axis may be left out.
import type { Op } from "../../ir/op.js";
import { apply } from "../../trace/apply.js";
import { same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { axisOf } from "./axes.js";
import { ravel } from "./shape.js";

/** Without an axis the array is flattened first, as NumPy. */
export function alongAxis(
  name: string,
  op: Op,
  kind: "numeric" | "float" | "any",
  extra: Readonly<Record<string, boolean>> = {},
) {
  return (x: TensorLike, axis?: number | null): Tensor => {
    const [t] = same(kind, name, [x]);
    const flat = axis === undefined || axis === null;
    const operand = flat ? ravel(t!) : t!;
    return apply(op, [operand], { axis: flat ? 0 : axisOf(axis, operand.ndim, name), ...extra }, name);
  };
}
