// deterministic(name, value): records a computed value under a name; the density does not change.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { message } from "./message.js";
import { send } from "./stack.js";

/** Records a computed value under a name, so that it appears with the draws; returns it as a tensor. */
export function deterministic(name: string, value: TensorLike): Tensor {
  return send(message("deterministic", name, { value: np.array(value), compute: (msg) => msg.value! }))
    .value!;
}
