// A bound as text for errors: its number when it is a known scalar, its shape otherwise.
import type { Tensor } from "../tensor/index.js";

export function showBound(bound: Tensor): string {
  if (!bound.link && bound.size === 1) return String(bound.data()[0]);
  return `tensor[${bound.shape.join(",")}]`;
}
