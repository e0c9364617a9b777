// A number of particles in; the evidence lower bound estimated from whole traces out (Ranganath, Gerrish, Blei 2014;
// reparameterised where draws are differentiable, Kingma and Welling 2014).
import { logProbSum } from "../../handlers/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { currentTrace } from "../../trace/trace.js";
import { vmap } from "../../trace/vmap.js";
import { checkOptions, wholeNumber } from "../known-options.js";
import type { Model } from "../model.js";
import type { ELBO } from "./elbo.js";
import { runPair } from "./run-pair.js";

/** Options of `infer.TraceELBO`. */
export interface TraceELBOOptions {
  /** Draws averaged per step. Default 1. */
  readonly particles?: number;
}

/** `infer.TraceELBO({ particles: 8 })`: in compiled steps the particles are one batch axis. */
export function TraceELBO(options: TraceELBOOptions = {}): ELBO {
  checkOptions("infer.TraceELBO", options, ["particles"]);
  const particles = wholeNumber("infer.TraceELBO", "particles", options.particles ?? 1, 1);
  return {
    name: "TraceELBO",
    evaluate(model, guide, args, key) {
      const one = (k: Tensor): { loss: Tensor; objective: Tensor } => particle(model, guide, args, k);
      if (particles === 1) return one(key);
      const keys = random.split(key, particles);
      const trace = currentTrace();
      const losses =
        trace && !trace.eager
          ? vmap(one)(keys)
          : stackResults(Array.from({ length: particles }, (_, i) => one(keys.at(i))));
      return { loss: np.mean(losses.loss), objective: np.mean(losses.objective) };
    },
  };
}

function stackResults(xs: readonly { loss: Tensor; objective: Tensor }[]): {
  loss: Tensor;
  objective: Tensor;
} {
  return { loss: np.stack(xs.map((x) => x.loss)), objective: np.stack(xs.map((x) => x.objective)) };
}

function particle(
  model: Model,
  guide: Model,
  args: readonly unknown[],
  key: Tensor,
): { loss: Tensor; objective: Tensor } {
  const pair = runPair(model, guide, args, key);
  const loss = pair.guide.logProbSum().sub(pair.model.logProbSum());
  const scored = Object.values(pair.guide.nodes).filter(
    (node) => node.type === "sample" && !node.isObserved && !node.fn!.hasRsample,
  );
  if (scored.length === 0) return { loss, objective: loss };
  // The gradient of E_q[loss] through draws without derivatives is E_q[loss * grad log q].
  const score = scored
    .map(({ fn, value, mask, untrusted }) => logProbSum({ fn, value, mask, untrusted, scale: 1 }))
    .reduce((a, b) => a.add(b));
  return { loss, objective: loss.add(np.stopGradient(loss).mul(score)) };
}
