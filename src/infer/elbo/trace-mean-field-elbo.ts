// Options in; the bound with the divergence of each site in closed form, where one is known, out (Kingma and Welling 2014, appendix B).
import { knownKL } from "../../dist/index.js";
import type { TraceNode } from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { Pushforward } from "../guides/pushforward.js";
import { checkOptions } from "../known-options.js";
import type { ELBO } from "./elbo.js";
import { particlesOf, PARTICLE_OPTIONS, type ParticleOptions } from "./particles.js";
import { runPair, type Pair } from "./run-pair.js";
import { scoreSum } from "./score-function.js";

/** Options of `infer.TraceMeanFieldELBO`. */
export type TraceMeanFieldELBOOptions = ParticleOptions;

/**
 * The bound of `TraceELBO` with KL(guide, prior) of a site in closed form instead of from the draw, where `dist.kl` knows it and
 * scales and masks agree; other sites as in `TraceELBO`. Guide and model must sample in the same order.
 */
export function TraceMeanFieldELBO(options: TraceMeanFieldELBOOptions = {}): ELBO {
  checkOptions("infer.TraceMeanFieldELBO", options, PARTICLE_OPTIONS);
  const particles = particlesOf("infer.TraceMeanFieldELBO", options);
  return {
    name: "TraceMeanFieldELBO",
    evaluate(model, guide, args, key) {
      const { loss, objective } = particles((k: Tensor) => {
        const pair = runPair(model, guide, args, k);
        checkOrder(pair);
        const loss = meanFieldLoss(pair);
        const score = scoreSum(pair.guide);
        return { loss, objective: score ? loss.add(np.stopGradient(loss).mul(score)) : loss };
      }, key);
      return { loss: np.mean(loss), objective: np.mean(objective) };
    },
  };
}

function meanFieldLoss({ model, guide }: Pair): Tensor {
  const closed = new Set<string>();
  let loss = np.array(0);
  for (const q of Object.values(guide.nodes)) {
    const p = model.nodes[q.name];
    const divergence = q.type === "sample" && !q.isObserved && p ? closedForm(q, p) : null;
    if (!divergence) continue;
    closed.add(q.name);
    loss = loss.add(divergence);
  }
  const rest = (node: TraceNode): boolean => !closed.has(node.name);
  return loss.add(guide.logProbSum(rest)).sub(model.logProbSum(rest));
}

/** The divergence over the whole site, or null where it has no closed form here. */
function closedForm(q: TraceNode, p: TraceNode): Tensor | null {
  if (q.scale !== p.scale || q.mask !== p.mask) return null;
  const fn = q.fn instanceof Pushforward ? q.fn.closedForm : q.fn;
  const each = fn && knownKL(fn, p.fn!);
  return each && np.sum(q.mask ? np.where(q.mask, each, 0) : each).mul(q.scale);
}

/** With another order a site of the model could depend on one that the guide draws later, and its divergence would be another. */
function checkOrder({ model, guide }: Pair): void {
  const order = Object.keys(model.nodes);
  const shared = Object.values(guide.nodes)
    .filter((node) => node.type === "sample" && node.name in model.nodes)
    .map((node) => node.name);
  for (let i = 1; i < shared.length; i++)
    if (order.indexOf(shared[i]) < order.indexOf(shared[i - 1]))
      throw new Error(
        `infer.TraceMeanFieldELBO: the guide samples "${shared[i - 1]}" before "${shared[i]}", the model the other way round, so that ` +
          "closed divergences may be wrong. Sample in the model's order in the guide, or use infer.TraceELBO.",
      );
}
