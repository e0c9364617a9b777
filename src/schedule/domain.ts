// How an iteration space is walked: which axes become loops (outermost first) and which are written out in full.
import type { Shape } from "../ir/types.js";

/** Spaces up to this size are written out as scalars without a loop. */
export const WRITTEN_OUT = 4;
/** The axes other than the longest are written out when their product is at most this, and so is the code that comes of it. */
export const ROW_WIDTH = 32;
export const ROW_COST = 100;

export interface Domain {
  /** Axes that become loops, outermost first. */
  readonly loops: readonly number[];
  /** Axes of which every index is written out. */
  readonly written: readonly number[];
}

/**
 * `costBeside` tells the price, in flops, of what must be computed anew for every index of the axes other than the given one.
 * Rows wider than WRITTEN_OUT are written out for reductions of some axes only: those meet per-row work in one loop.
 */
export function domainOf(shape: Shape, partial: boolean, costBeside: (longest: number) => number): Domain {
  const axes = shape.map((_, i) => i).filter((i) => shape[i]! > 1);
  const total = axes.reduce((n, i) => n * shape[i]!, 1);
  if (total <= WRITTEN_OUT) return { loops: [], written: shape.map((_, i) => i) };
  let longest = axes[0]!;
  for (const i of axes) if (shape[i]! > shape[longest]!) longest = i;
  const width = total / shape[longest]!;
  if (width <= WRITTEN_OUT || (partial && width <= ROW_WIDTH && width * costBeside(longest) <= ROW_COST))
    return { loops: [longest], written: shape.map((_, i) => i).filter((i) => i !== longest) };
  // Nested loops; a short innermost axis is written out so that the loop above it can use SIMD.
  const inner = axes[axes.length - 1]!;
  const written = axes.length > 2 && shape[inner]! <= 4 ? [inner] : [];
  return {
    loops: axes.filter((i) => !written.includes(i)),
    written: shape.map((_, i) => i).filter((i) => shape[i] === 1 || written.includes(i)),
  };
}

/** Every combination of indices of the written-out axes, row-major. */
export function* combinations(shape: Shape, axes: readonly number[]): Generator<readonly number[]> {
  const at = axes.map(() => 0);
  for (;;) {
    yield [...at];
    let k = axes.length - 1;
    while (k >= 0 && ++at[k]! === shape[axes[k]!]) at[k--] = 0;
    if (k < 0) return;
  }
}
