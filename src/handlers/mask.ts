// mask(fn, mask): log densities count only where the mask is true; it broadcasts against each site's batch shape.
import { np, type TensorLike } from "../tensor/index.js";
import { needTensor } from "./need-tensor.js";
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** Log densities of fn count only where the mask is true; it broadcasts against each site's batch shape. */
export function mask<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  keep: TensorLike,
): (...args: A) => R {
  needTensor("handlers.mask", keep);
  const before = (msg: Message): void => {
    if (msg.type !== "sample") return;
    const here = np.array(keep, { dtype: "bool" });
    msg.mask = msg.mask ? np.logicalAnd(msg.mask, here) : here;
  };
  return handle(fn, () => ({ name: "mask", guard: [keep], before }));
}
