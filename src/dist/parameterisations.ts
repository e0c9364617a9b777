// The families of probabilities and logits, each under the name that says which: parameters in NumPyro's order.
import { constraints, type Constraint } from "../bijectors/index.js";
import type { TensorLike } from "../tensor/index.js";
import { Bernoulli } from "./bernoulli.js";
import { Binomial } from "./binomial.js";
import { Categorical } from "./categorical.js";
import type { Distribution } from "./distribution.js";
import type { Parameter } from "./family.js";
import { Geometric } from "./geometric.js";
import { Multinomial } from "./multinomial.js";
import { namedParameters } from "./named-parameters.js";
import { NegativeBinomial } from "./negative-binomial.js";
import { RelaxedBernoulli } from "./relaxed-bernoulli.js";

type Named = Readonly<Record<string, TensorLike | undefined>>;
type Make = (named: Named) => Distribution;
type Parameters = Readonly<Record<string, Parameter>>;

export interface Renamed {
  (...positional: readonly TensorLike[]): Distribution;
  (...mixed: readonly [...TensorLike[], Named]): Distribution;
  readonly familyName: string;
  readonly parameters: Parameters;
}

function renamed(name: string, make: unknown, parameters: Parameters): Renamed {
  const names = Object.keys(parameters);
  const call = (...args: readonly unknown[]): Distribution => {
    const given = namedParameters(name, names, args);
    return (make as Make)(given as Named);
  };
  return Object.assign(call, { familyName: name, parameters });
}

const probs: Parameter = { constraint: constraints.unitInterval };
const logits: Parameter = { constraint: constraints.real };
const simplexProbs: Parameter = { constraint: constraints.simplex };
const vectorLogits: Parameter = { constraint: constraints.realVector };
const count = (constraint: Constraint): Parameter => ({ constraint, default: 1 });
const totalCount = count(constraints.nonnegativeInteger);
const failures: Parameter = { constraint: constraints.positive };
const temperature: Parameter = { constraint: constraints.positive };

/** BernoulliProbs(probs): `Bernoulli` by its probabilities. */
export const BernoulliProbs = renamed("BernoulliProbs", Bernoulli, { probs });
/** BernoulliLogits(logits): `Bernoulli` by its logits. */
export const BernoulliLogits = renamed("BernoulliLogits", Bernoulli, { logits });
/** BinomialProbs(probs, totalCount): `Binomial` by its probabilities. */
export const BinomialProbs = renamed("BinomialProbs", Binomial, { probs, totalCount });
/** BinomialLogits(logits, totalCount): `Binomial` by its logits. */
export const BinomialLogits = renamed("BinomialLogits", Binomial, { logits, totalCount });
/** CategoricalProbs(probs): `Categorical` by its probabilities. */
export const CategoricalProbs = renamed("CategoricalProbs", Categorical, { probs: simplexProbs });
/** CategoricalLogits(logits): `Categorical` by its logits. */
export const CategoricalLogits = renamed("CategoricalLogits", Categorical, { logits: vectorLogits });
/** GeometricProbs(probs): `Geometric` by its probabilities. */
export const GeometricProbs = renamed("GeometricProbs", Geometric, { probs });
/** GeometricLogits(logits): `Geometric` by its logits. */
export const GeometricLogits = renamed("GeometricLogits", Geometric, { logits });
/** MultinomialProbs(probs, totalCount): `Multinomial` by its probabilities. */
export const MultinomialProbs = renamed("MultinomialProbs", Multinomial, { probs: simplexProbs, totalCount });
/** MultinomialLogits(logits, totalCount): `Multinomial` by its logits. */
export const MultinomialLogits = renamed("MultinomialLogits", Multinomial, {
  logits: vectorLogits,
  totalCount,
});
/** NegativeBinomialProbs(totalCount, probs): `NegativeBinomial` by its probabilities. */
export const NegativeBinomialProbs = renamed("NegativeBinomialProbs", NegativeBinomial, {
  totalCount: failures,
  probs,
});
/** NegativeBinomialLogits(totalCount, logits): `NegativeBinomial` by its logits. */
export const NegativeBinomialLogits = renamed("NegativeBinomialLogits", NegativeBinomial, {
  totalCount: failures,
  logits,
});
/** RelaxedBernoulliLogits(temperature, logits): `RelaxedBernoulli` by its logits. */
export const RelaxedBernoulliLogits = renamed("RelaxedBernoulliLogits", RelaxedBernoulli, {
  temperature,
  logits,
});
