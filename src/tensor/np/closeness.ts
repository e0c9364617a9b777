// Comparisons of whole arrays: isclose, allclose, arrayEqual. The answers are bool tensors; read one with item().
import { sameShape } from "../../ir/types.js";
import { same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import {
  absolute,
  add,
  equal,
  isfinite,
  isnan,
  lessEqual,
  logicalAnd,
  logicalOr,
  multiply,
  subtract,
} from "./elementwise.js";
import { all } from "./reductions.js";

/** Tolerances of `isclose` and `allclose`. */
export interface Closeness {
  /** Relative to |y|; 1e-5 unless told. */
  readonly rtol?: number;
  /** Absolute; 1e-8 unless told. */
  readonly atol?: number;
  /** Count NaN as close to NaN. */
  readonly equalNan?: boolean;
}

/** Where |x - y| <= atol + rtol |y|, elementwise; infinities are close to themselves alone. */
export function isclose(x: TensorLike, y: TensorLike, options: Closeness = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  const [a, b] = same("float", "np.isclose", [x, y]) as [Tensor, Tensor];
  const near = lessEqual(absolute(subtract(a, b)), add(multiply(absolute(b), rtol), atol));
  const close = logicalOr(logicalAnd(near, isfinite(b)), equal(a, b));
  return equalNan ? logicalOr(close, logicalAnd(isnan(a), isnan(b))) : close;
}

/** Whether all elements are close (see isclose): a bool scalar, to be read with item(). */
export const allclose = (x: TensorLike, y: TensorLike, options: Closeness = {}): Tensor =>
  all(isclose(x, y, options));

/** Whether both have one shape and equal elements: a bool scalar, to be read with item(). */
export function arrayEqual(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = [tensor(x, "np.arrayEqual"), tensor(y, "np.arrayEqual")];
  return sameShape(a.shape, b.shape) ? all(equal(a, b)) : filled(false, "bool");
}
