// An order alpha and a number of particles in; Renyi's bound out (Li and Turner 2016). At alpha 0 it is the importance-weighted
// bound (Burda, Grosse, Salakhutdinov 2016); towards 1 it tends to the evidence lower bound.
import { np, type Tensor } from "../../tensor/index.js";
import { checkOptions } from "../known-options.js";
import type { ELBO } from "./elbo.js";
import { particlesOf, PARTICLE_OPTIONS, type ParticleOptions } from "./particles.js";
import { runPair } from "./run-pair.js";
import { scoreSum } from "./score-function.js";

/** Options of `infer.RenyiELBO`. */
export interface RenyiELBOOptions extends ParticleOptions {
  /** The order, any number but 1. Default 0. */
  readonly alpha?: number;
  /** Draws whose weights are averaged. Default 2. */
  readonly particles?: number;
}

/** `infer.RenyiELBO({ alpha: 0.5, particles: 8 })`: -log mean(weight^(1 - alpha)) / (1 - alpha), weight = p(x, z) / q(z). */
export function RenyiELBO(options: RenyiELBOOptions = {}): ELBO {
  const { alpha = 0, particles = 2, ...rest } = options;
  checkOptions("infer.RenyiELBO", options, ["alpha", ...PARTICLE_OPTIONS]);
  if (!Number.isFinite(alpha) || alpha === 1)
    throw new RangeError(
      `infer.RenyiELBO: alpha must be a number other than 1, got ${alpha}; at 1 the bound is infer.TraceELBO.`,
    );
  const each = particlesOf("infer.RenyiELBO", { ...rest, particles });
  return {
    name: "RenyiELBO",
    evaluate(model, guide, args, key) {
      const { weight, score } = each((k: Tensor) => {
        const pair = runPair(model, guide, args, k);
        return {
          weight: pair.model.logProbSum().sub(pair.guide.logProbSum()),
          score: scoreSum(pair.guide) ?? np.array(0),
        };
      }, key);
      const power = 1 - alpha;
      const mean = np.logsumexp(weight.mul(power)).sub(np.log(particles));
      const loss = mean.div(-power);
      return { loss, objective: loss.add(np.stopGradient(loss).mul(np.sum(score))) };
    },
  };
}
