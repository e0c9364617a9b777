// Bounds of sets: as text for errors, and as numbers where they are known scalars.
import type { Tensor } from "../tensor/index.js";

/** The test on one number, for sets whose bounds are all known scalars. */
export function elementTest(
  bounds: readonly Tensor[],
  test: (x: number, ...bounds: number[]) => boolean,
): { element?: (x: number) => boolean } {
  if (bounds.some((b) => b.link !== null || b.ndim > 0)) return {};
  const numbers = bounds.map((b) => b.item());
  return { element: (x) => test(x, ...numbers) };
}

export function showBound(bound: Tensor): string {
  if (!bound.link && bound.size === 1) return String(bound.data()[0]);
  return `tensor[${bound.shape.join(",")}]`;
}
