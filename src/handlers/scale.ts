// scale(fn, factor): multiplies log densities by a positive factor.
import { np, Tensor, type TensorLike } from "../tensor/index.js";
import { needTensor } from "./need-tensor.js";
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** Multiplies the log densities of fn by a positive factor; throws for a number that is not positive. */
export function scale<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  factor: TensorLike,
): (...args: A) => R {
  if (typeof factor === "number" && !(factor > 0))
    throw new RangeError(`scale: the factor must be positive, got ${factor}.`);
  needTensor("handlers.scale", factor);
  const before = (msg: Message): void => {
    if (msg.type !== "sample") return;
    if (typeof factor === "number" && typeof msg.scale === "number") msg.scale *= factor;
    else msg.scale = (msg.scale instanceof Tensor ? msg.scale : np.array(msg.scale)).mul(factor);
  };
  return handle(fn, () => ({ name: "scale", guard: [factor], before }));
}
