// A number of particles in; the evidence lower bound estimated from whole traces out (Ranganath, Gerrish, Blei 2014;
// reparameterised where draws are differentiable, Kingma and Welling 2014).
import { np, type Tensor } from "../../tensor/index.js";
import { checkOptions } from "../known-options.js";
import type { ELBO } from "./elbo.js";
import { particlesOf, PARTICLE_OPTIONS, type ParticleOptions } from "./particles.js";
import { runPair } from "./run-pair.js";
import { scoreSum } from "./score-function.js";

/** Options of `infer.TraceELBO`. */
export type TraceELBOOptions = ParticleOptions;

/** `infer.TraceELBO({ particles: 8 })`: in compiled steps the particles are one batch axis. */
export function TraceELBO(options: TraceELBOOptions = {}): ELBO {
  checkOptions("infer.TraceELBO", options, PARTICLE_OPTIONS);
  const particles = particlesOf("infer.TraceELBO", options);
  return {
    name: "TraceELBO",
    evaluate(model, guide, args, key) {
      const { loss, objective } = particles((k: Tensor) => {
        const pair = runPair(model, guide, args, k);
        const loss = pair.guide.logProbSum().sub(pair.model.logProbSum());
        const score = scoreSum(pair.guide);
        // The gradient of E_q[loss] through draws without derivatives is E_q[loss * grad log q].
        return { loss, objective: score ? loss.add(np.stopGradient(loss).mul(score)) : loss };
      }, key);
      return { loss: np.mean(loss), objective: np.mean(objective) };
    },
  };
}
