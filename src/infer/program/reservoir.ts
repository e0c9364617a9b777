// Weights one after another in; which of them is chosen, each with probability proportional to its weight, out.
// Weighted reservoir sampling with jumps (Efraimidis and Spirakis 2006): the total weight at which the next item replaces
// the chosen one is drawn ahead, so that one uniform serves all items. Weights are given as logarithms, and sums are kept
// relative to the largest.
import { np, type Tensor } from "../../tensor/index.js";

export interface Reservoir {
  /** The largest log weight so far. */
  readonly top: Tensor;
  /** The sum of exp(log weight - top). */
  readonly sum: Tensor;
  /** The sum (relative to top) that the next chosen item must pass. */
  readonly next: Tensor;
}

/** An empty reservoir; the uniform number in (0, 1) decides all its choices. */
export const initReservoir = (): { top: number; sum: number; next: number } => ({
  top: -Infinity,
  sum: 0,
  next: 0,
});

/** Adds an item; `chosen` tells whether it replaces the one chosen before. The first always does. */
export function stepReservoir(
  r: Reservoir,
  logWeight: Tensor,
  uniform: Tensor,
): { reservoir: Reservoir; chosen: Tensor } {
  const rises = logWeight.gt(r.top);
  const ratio = np.exp(logWeight.sub(r.top).abs().neg());
  const before = np.where(rises, r.sum.mul(ratio), r.sum);
  const passed = np.where(rises, r.next.mul(ratio), r.next);
  const sum = before.add(np.where(rises, 1, ratio));
  const chosen = sum.gt(passed);
  // Given that this item, not the first, was chosen, (1/passed - 1/sum) / (1/before - 1/sum) is uniform again.
  const first = before.gt(0).not();
  const above = np.where(first, sum, sum.mul(passed).mul(sum.sub(before)));
  const below = np.where(first, uniform, before.mul(sum.sub(passed)));
  return {
    reservoir: {
      top: np.maximum(r.top, logWeight),
      sum,
      next: np.where(chosen, above.div(below), passed),
    },
    chosen,
  };
}

type Total = Pick<Reservoir, "top" | "sum">;

/** The weights of both; for one reservoir that follows another. */
export function mergeReservoirs(a: Total, b: Total): { top: Tensor; sum: Tensor } {
  const top = np.maximum(a.top, b.top);
  return {
    top,
    sum: a.sum.mul(np.exp(a.top.sub(top))).add(b.sum.mul(np.exp(b.top.sub(top)))),
  };
}
