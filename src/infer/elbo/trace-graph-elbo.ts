// Options in; the bound whose score-function gradients count, for each draw, only the terms that it can change, out
// (Rao-Blackwellised: Ranganath, Gerrish, Blei 2014; Schulman et al. 2015), less a baseline (Mnih and Gregor 2014).
import type { TraceNode } from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { checkOptions } from "../known-options.js";
import { baselineOf, baselineStates, type Baseline } from "./baseline.js";
import { downstreamOf, type Downstream, type TermName } from "./downstream.js";
import type { ELBO } from "./elbo.js";
import { particlesOf, PARTICLE_OPTIONS, type ParticleOptions } from "./particles.js";
import { runPair, type Pair } from "./run-pair.js";
import { isScored, scored } from "./score-function.js";

/** Options of `infer.TraceGraphELBO`. */
export type TraceGraphELBOOptions = ParticleOptions;

/**
 * The bound of `TraceELBO` with less noise in the gradients of draws that are not differentiable: a draw is weighted by the terms
 * that depend on it, found by following the program, element by element in plates. `{ infer: { baseline } }` at a site of the guide
 * subtracts a baseline: `useDecayingAvgBaseline` with `baselineBeta` (default 0.9), `baselineValue` (a tensor, fitted by
 * least squares), or `nnBaseline` with `nnBaselineInput`.
 *
 * @example
 * sample("z", dist.Bernoulli({ logits }), { infer: { baseline: { useDecayingAvgBaseline: true } } });
 */
export function TraceGraphELBO(options: TraceGraphELBOOptions = {}): ELBO {
  checkOptions("infer.TraceGraphELBO", options, PARTICLE_OPTIONS);
  const particles = particlesOf("infer.TraceGraphELBO", options);
  return {
    name: "TraceGraphELBO",
    mutables: baselineStates,
    evaluate(model, guide, args, key) {
      const downstream = downstreamOf(model, guide, args);
      const baselines = new Map(
        Array.from(downstream.values())
          .filter(({ node }) => isScored(node))
          .map(({ node }) => [node.name, baselineOf(node)] as const),
      );
      const estimates = particles(
        (k: Tensor) => particle(runPair(model, guide, args, k), downstream, baselines),
        key,
      );
      for (const [name, baseline] of baselines) baseline.learn(np.mean(estimates[`cost of ${name}`], 0));
      return { loss: np.mean(estimates.loss), objective: np.mean(estimates.objective) };
    },
  };
}

type Estimate = { readonly loss: Tensor; readonly objective: Tensor } & Readonly<Record<string, Tensor>>;

function particle(
  pair: Pair,
  downstream: ReadonlyMap<string, Downstream>,
  baselines: ReadonlyMap<string, Baseline>,
): Estimate {
  const loss = pair.guide.logProbSum().sub(pair.model.logProbSum());
  const sites = scored(pair.guide);
  const names = new Set(sites.map((node) => node.name));
  // The gradient of a scored site's own log density has expectation zero: it is left out, not estimated.
  let objective = pair.guide.logProbSum((node) => !names.has(node.name)).sub(pair.model.logProbSum());
  const costs: Record<string, Tensor> = {};
  for (const node of sites) {
    const cost = np.stopGradient(costOf(pair, downstream.get(node.name)!));
    costs[`cost of ${node.name}`] = cost;
    const { value, loss: fit } = baselines.get(node.name)!.at(node, cost);
    const advantage = value ? cost.sub(np.stopGradient(value)) : cost;
    objective = objective.add(np.sum(advantage.mul(ownDensity(node))));
    if (fit) objective = objective.add(fit);
  }
  return { loss, objective, ...costs };
}

/** The terms after a draw, added up but for the plates that part them: it broadcasts against the draw's log density. */
function costOf({ guide, model }: Pair, after: Downstream): Tensor {
  const parts = [...after.terms].map((term) => {
    const [side, name] = splitTerm(term);
    const other = (side === "guide" ? guide : model).nodes[name];
    const plates = after.elementwise(term, other);
    const kept = other.frames.filter((frame) => plates.includes(frame.name)).map((frame) => frame.dim);
    const part = sumBut(other.logProb, kept);
    return side === "guide" ? part : part.neg();
  });
  return parts.reduce((a, b) => a.add(b));
}

function splitTerm(term: TermName): ["guide" | "model", string] {
  const at = term.indexOf(" ");
  return [term.slice(0, at) as "guide" | "model", term.slice(at + 1)];
}

/** Without the scale, and summed over axes that no plate declares. */
function ownDensity(node: TraceNode): Tensor {
  const density = node.fn!.logProbWithin(node.value);
  const masked = node.mask ? np.where(node.mask, density, 0) : density;
  return sumBut(
    masked,
    node.frames.map((frame) => frame.dim),
  );
}

/** The sum over all axes but the given ones (counted from the right); summed axes in front vanish, others keep length 1. */
function sumBut(x: Tensor, kept: readonly number[]): Tensor {
  const rank = Math.max(0, ...kept.map((dim) => -dim));
  const axes = Array.from({ length: x.ndim }, (_, i) => i).filter((i) => !kept.includes(i - x.ndim));
  const summed = axes.length === 0 ? x : np.sum(x, axes, { keepdims: true });
  return summed.reshape(summed.shape.slice(Math.max(0, x.ndim - rank)));
}
