// A tensor and a number of trailing axes in, the sum over them out.
import { np, type Tensor } from "../../tensor/index.js";

export const sumEvent = (x: Tensor, n: number): Tensor =>
  n === 0
    ? x
    : np.sum(
        x,
        Array.from({ length: n }, (_, i) => x.ndim - n + i),
      );
