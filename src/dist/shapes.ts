// Shape arithmetic: which shapes stretch to which, and a tensor stretched to a shape only where it is not there yet.
import { np, type Shape, type Tensor } from "../tensor/index.js";

/** Whether a tensor of shape `from` may be stretched to shape `to`. */
export function fits(from: Shape, to: Shape): boolean {
  if (from.length > to.length) return false;
  const offset = to.length - from.length;
  return from.every((d, i) => d === 1 || d === to[offset + i]);
}

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export const equalShapes = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

export const stretch = (x: Tensor, shape: Shape): Tensor =>
  equalShapes(x.shape, shape) ? x : np.broadcastTo(x, shape);
