// Success probabilities given as probs or as logits: both forms of each, and log p and log(1 - p) from whichever was given.
import { constraints } from "../bijectors/index.js";
import { np, type Tensor } from "../tensor/index.js";
import type { Parameter } from "./family.js";
import { minus } from "./standardise.js";

export interface Odds {
  readonly probs?: Tensor;
  readonly logits?: Tensor;
}

/** For the `oneOf` of a family, in NumPyro's order. */
export const oddsParameters: { readonly probs: Parameter; readonly logits: Parameter } = {
  probs: { constraint: constraints.unitInterval },
  logits: { constraint: constraints.real },
};

const { expit, softplus } = np.special;

export const probsOf = ({ probs, logits }: Odds): Tensor => probs ?? expit(logits!);

/** 1 - p, exact for large logits. */
export const failureOf = ({ probs, logits }: Odds): Tensor =>
  probs ? minus(1, probs) : expit(logits!.neg());

export const logProbs = ({ probs, logits }: Odds): Tensor =>
  probs ? np.log(probs) : softplus(logits!.neg()).neg();

/** log(1 - p). */
export const logFailure = ({ probs, logits }: Odds): Tensor =>
  probs ? np.log1p(probs.neg()) : softplus(logits!).neg();
