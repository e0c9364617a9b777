// subsample(data, eventDim): the part of full-size data that the enclosing plates see.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { message } from "./message.js";
import { send } from "./stack.js";

/** `eventDim` counts the axes of one element, which no plate owns. */
export function subsample(data: TensorLike, eventDim = 0): Tensor {
  if (!Number.isInteger(eventDim) || eventDim < 0)
    throw new TypeError(
      `subsample(data, eventDim): eventDim must be a whole number, 0 or more, as in subsample(x, 1) for rows of numbers; got ${typeof eventDim === "number" ? eventDim : typeof eventDim}.`,
    );
  return send(
    message("subsample", "subsample", {
      value: np.array(data),
      args: [eventDim],
      compute: (msg) => msg.value!,
    }),
  ).value!;
}
