// subsample(data, eventDim): the part of full-size data that the enclosing plates see.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { message } from "./message.js";
import { send } from "./stack.js";

/** `eventDim` counts the axes of one element, which no plate owns. */
export function subsample(data: TensorLike, eventDim = 0): Tensor {
  return send(
    message("subsample", "subsample", {
      value: np.array(data),
      args: [eventDim],
      compute: (msg) => msg.value!,
    }),
  ).value!;
}
