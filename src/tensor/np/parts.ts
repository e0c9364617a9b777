// A tensor and resolved bounds -> that part of it: what at, slice, split and roll are made of.
import { slice as sliceRow } from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import type { Tensor } from "../tensor.js";

/** Contiguous or strided part of each axis: start, stop and step are resolved and in range. */
export function sliceAxes(
  t: Tensor,
  start: readonly number[],
  stop: readonly number[],
  step: readonly number[],
  name: string,
): Tensor {
  const whole = t.shape.every((d, i) => start[i] === 0 && stop[i] === d && step[i] === 1);
  return whole ? t : apply(sliceRow, [t], { start: [...start], stop: [...stop], step: [...step] }, name);
}

/** Elements [from, to) of one axis. */
export function sliceAxis(t: Tensor, axis: number, from: number, to: number): Tensor {
  return sliceAxes(
    t,
    t.shape.map((_, i) => (i === axis ? from : 0)),
    t.shape.map((d, i) => (i === axis ? to : d)),
    t.shape.map(() => 1),
    "np.slice",
  );
}
