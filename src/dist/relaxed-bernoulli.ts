// RelaxedBernoulli(temperature, { probs | logits }): a logistic variable, squashed onto (0, 1); near 0 or 1 at low temperatures.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { logFailure, logProbs, oddsParameters, type Odds } from "./odds.js";

const { expit, logit, softplus } = np.special;

const logits = (p: Odds): Tensor => p.logits ?? logProbs(p).sub(logFailure(p));

/** RelaxedBernoulli(temperature, { probs | logits }): a concrete Bernoulli on (0, 1) with gradients (Maddison et al. 2017). */
export const RelaxedBernoulli = family("RelaxedBernoulli", {
  parameters: { temperature: { constraint: constraints.positive } },
  oneOf: oddsParameters,
  hasRsample: true,
  support: () => constraints.unitInterval,
  draw: (p, key, shape) => expit(random.logistic(key, shape).add(logits(p)).div(p.temperature)),
  logDensity(p, x) {
    const z = logit(x);
    const u = z.mul(p.temperature).sub(logits(p));
    // A logistic density in u, and dz/dx = 1 / (x (1 - x)).
    return np
      .log(p.temperature)
      .sub(softplus(u))
      .sub(softplus(u.neg()))
      .sub(np.log(x))
      .sub(np.log1p(x.neg()));
  },
  cdf: (p, x) => expit(logit(x).mul(p.temperature).sub(logits(p))),
  icdf: (p, q) => expit(logit(q).add(logits(p)).div(p.temperature)),
});
