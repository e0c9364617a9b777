// OneHotCategorical({ probs | logits }): a vector with a one at the chosen category.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family, noParameters } from "./family.js";
import { logOddsOf, probabilitiesOf, simplexParameters, sizeOf } from "./simplex-odds.js";
import { timesLog } from "./standardise.js";

/** OneHotCategorical({ probs | logits }): a vector with a one at the chosen category. */
export const OneHotCategorical = family("OneHotCategorical", {
  parameters: noParameters,
  oneOf: simplexParameters,
  hasRsample: false,
  eventShape: (p) => [sizeOf(p)],
  support: () => constraints.oneHot,
  draw: (p, key, shape) => np.oneHot(random.categorical(key, logOddsOf(p), shape), sizeOf(p)),
  logDensity: (p, x) => np.sum(timesLog(x, logOddsOf(p)), -1),
  mean: probabilitiesOf,
  variance: (p) => probabilitiesOf(p).mul(np.subtract(1, probabilitiesOf(p))),
  entropy: (p) => np.sum(timesLog(probabilitiesOf(p), logOddsOf(p)), -1).neg(),
  enumerate: (p) => np.eye(sizeOf(p)),
});
