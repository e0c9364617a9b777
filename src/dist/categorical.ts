// Categorical({ probs | logits }): an index 0..K-1 with the probabilities in the last axis.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family, noParameters } from "./family.js";
import { logOddsOf, probabilitiesOf, pickLast, simplexParameters, sizeOf } from "./simplex-odds.js";
import { timesLog } from "./standardise.js";

/** Categorical({ probs | logits }): an index 0..K-1 with the probabilities in the last axis. */
export const Categorical = family("Categorical", {
  parameters: noParameters,
  oneOf: simplexParameters,
  hasRsample: false,
  support: (p) => constraints.integerInterval(0, sizeOf(p) - 1),
  draw: (p, key, shape) => random.categorical(key, logOddsOf(p), shape),
  logDensity: (p, x) => pickLast(logOddsOf(p), x),
  mean: (p) => np.full((p.probs ?? p.logits)!.shape.slice(0, -1), NaN),
  variance: (p) => np.full((p.probs ?? p.logits)!.shape.slice(0, -1), NaN),
  entropy: (p) => np.sum(timesLog(probabilitiesOf(p), logOddsOf(p)), -1).neg(),
  enumerate: (p) => np.array(Float64Array.from({ length: sizeOf(p) }, (_, k) => k)),
});
