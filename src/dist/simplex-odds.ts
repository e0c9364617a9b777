// Category probabilities given as probs or as unnormalised logits in the last axis; logs of them; picking one per value.
import { constraints } from "../bijectors/index.js";
import { broadcastShapes, np, type Tensor } from "../tensor/index.js";
import type { Parameter } from "./family.js";
import { stretch } from "./shapes.js";

export interface SimplexOdds {
  readonly probs?: Tensor;
  readonly logits?: Tensor;
}

export const simplexParameters: { readonly probs: Parameter; readonly logits: Parameter } = {
  probs: { constraint: constraints.simplex },
  logits: { constraint: constraints.realVector },
};

/** The number of categories. */
export const sizeOf = (p: SimplexOdds): number => {
  const { shape } = (p.probs ?? p.logits)!;
  return shape[shape.length - 1]!;
};

export const probabilitiesOf = ({ probs, logits }: SimplexOdds): Tensor => probs ?? np.softmax(logits!, -1);

/** Normalised log probabilities. */
export const logOddsOf = ({ probs, logits }: SimplexOdds): Tensor =>
  probs ? np.log(probs) : np.logSoftmax(logits!, -1);

/** logs[..., x]: one entry of the last axis for each element of x. */
export function pickLast(logs: Tensor, x: Tensor): Tensor {
  // Values that may not be categories stand for the first one: what they give is not used.
  const last = logs.shape[logs.ndim - 1]! - 1;
  const known = !x.link && x.data().every((v) => v >= 0 && v <= last);
  const index = np.array(known ? x : np.where(np.logicalAnd(x.ge(0), x.le(last)), x, 0), { dtype: "i32" });
  if (logs.ndim === 1) return np.take(logs, index, 0);
  const batch = broadcastShapes("Categorical.logProb", logs.shape.slice(0, -1), x.shape);
  const rows = stretch(logs, [...batch, logs.shape[logs.ndim - 1]!]);
  return np.takeAlongAxis(rows, stretch(index, batch).reshape([...batch, 1]), -1).reshape(batch);
}
