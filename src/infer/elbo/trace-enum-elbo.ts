// Options in; the bound with marked discrete sites summed out exactly, in the model and in the guide, out (Obermeyer et al. 2019).
import {
  addNamed,
  alignNamed,
  eliminateChains,
  EnumeratedRun,
  handlers,
  logSumExp,
  nestingOf,
  wantsEnumeration,
  within,
  type Enumerated,
  type Factor,
  type Message,
  type Nesting,
  type SiteTrace,
} from "../../handlers/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { checkOptions, wholeNumber } from "../known-options.js";
import { callModel, type Model } from "../model.js";
import type { ELBO } from "./elbo.js";
import { particlesOf, PARTICLE_OPTIONS, type ParticleOptions } from "./particles.js";
import { checkMatch, detachScored, type Pair } from "./run-pair.js";

/** Options of `infer.TraceEnumELBO`. */
export interface TraceEnumELBOOptions extends ParticleOptions {
  /** Batch axes that plates use. Default: found by a run without contents. */
  readonly maxPlateNesting?: number;
}

/**
 * Sites marked `{ infer: { enumerate: "parallel" } }` (see `infer.configEnumerate`) are not drawn: those of the model alone are summed
 * out, those of the guide are averaged over with their probabilities. Long chains need `markov`. Other sites as in `TraceELBO`.
 *
 * @example new SVI(infer.configEnumerate(hmm), guide, optim.adam({ lr: 0.05 }), infer.TraceEnumELBO())
 */
export function TraceEnumELBO(options: TraceEnumELBOOptions = {}): ELBO {
  checkOptions("infer.TraceEnumELBO", options, [...PARTICLE_OPTIONS, "maxPlateNesting"]);
  const particles = particlesOf("infer.TraceEnumELBO", options);
  const { maxPlateNesting } = options;
  if (maxPlateNesting !== undefined)
    wholeNumber("infer.TraceEnumELBO", "maxPlateNesting", maxPlateNesting, 0);
  const probe = (model: Model, guide: Model, args: readonly unknown[]): Nesting => {
    const found = nestingOf(() => {
      const trace = handlers.trace(() => callModel(guide, args, "guide"))();
      handlers.replay(() => callModel(model, args), trace)();
    });
    return { ...found, axes: maxPlateNesting ?? found.axes };
  };
  return {
    name: "TraceEnumELBO",
    runPair: (model, guide, args, key) => enumeratedPair(model, guide, args, key, probe(model, guide, args)),
    evaluate(model, guide, args, key) {
      const nesting = probe(model, guide, args);
      const { loss, objective } = particles(
        (k: Tensor) => estimate(enumeratedPair(model, guide, args, k, nesting)),
        key,
      );
      return { loss: np.mean(loss), objective: np.mean(objective) };
    },
  };
}

interface EnumeratedPair extends Pair {
  readonly guideVariables: readonly Enumerated[];
  readonly guideFactors: readonly Factor[];
  /** Factors, variables and loops of the model. */
  readonly modelRun: EnumeratedRun;
  /** Log densities of draws without derivatives, unscaled. */
  readonly scores: readonly Factor[];
}

function enumeratedPair(
  model: Model,
  guide: Model,
  args: readonly unknown[],
  key: Tensor,
  { axes, crossings, carries }: Nesting,
): EnumeratedPair {
  const keys = random.split(key, 2);
  const scores: Factor[] = [];
  const guideRun = new EnumeratedRun(-1 - axes, -1 - axes, crossings);
  const guideFactors: Factor[] = [];
  const guideTrace = traceEnumerated(
    detachScored(() => callModel(guide, args, "guide")),
    guideRun,
    carries,
    keys.at(0),
    (msg) => {
      const factor = guideRun.factor(msg);
      guideFactors.push(factor);
      if (msg.isObserved || msg.fn!.hasRsample || guideRun.variables.some((v) => v.name === msg.name)) return;
      if (factor.axes.some((axis) => !factor.plates.has(axis)))
        throw new Error(
          `infer.TraceEnumELBO: the guide draws "${msg.name}" depending on enumerated sites, and its draws are not differentiable; enumerate it, too.`,
        );
      scores.push(factor);
    },
  );
  const guideVariables = guideRun.variables;
  // The model takes axes further left than any of the guide's, whose values it goes on with.
  const modelRun = new EnumeratedRun(-1 - axes, guideRun.nextDim, crossings, true);
  const byName = new Map(guideVariables.map((v) => [v.name, v]));
  const replayed = handlers.replay(() => callModel(model, args), guideTrace);
  const modelTrace = traceEnumerated(replayed, modelRun, carries, keys.at(1), (msg) => {
    const variable = byName.get(msg.name);
    if (variable) modelRun.adopt(variable);
    modelRun.score(msg);
  });
  checkMatch(modelTrace, guideTrace, modelRun.sites, axes);
  return {
    guide: guideTrace,
    model: modelTrace,
    guideVariables,
    guideFactors,
    modelRun,
    scores,
  };
}

function traceEnumerated(
  fn: () => unknown,
  run: EnumeratedRun,
  carries: Nesting["carries"],
  key: Tensor,
  scored: (msg: Message) => void,
): SiteTrace {
  const before = (msg: Message): void => {
    if (wantsEnumeration(msg)) msg.value = run.values(msg);
  };
  const after = (msg: Message): void => {
    if (msg.type === "sample") scored(msg);
  };
  return handlers.trace(
    handlers.seed(() => within({ name: "TraceEnumELBO", guard: [], carries, before, after }, fn), key),
  )();
}

function estimate(pair: EnumeratedPair): { loss: Tensor; objective: Tensor } {
  const { guideVariables, guideFactors, modelRun, scores } = pair;
  const { factors, bound, chains } = modelRun;
  const left = eliminateChains(factors, bound, guideVariables, logSumExp, chains).factors;
  const mean = (factor: Factor): Tensor => expectation(factor, guideVariables, guideFactors);
  const gain = left.map(mean).reduce((a, b) => a.add(b), np.array(0));
  const loss = guideFactors.map(mean).reduce((a, b) => a.add(b), gain.neg());
  if (scores.length === 0) return { loss, objective: loss };
  const score = scores.map(({ tensor }) => np.sum(tensor)).reduce((a, b) => a.add(b));
  return { loss, objective: loss.add(np.stopGradient(loss).mul(score)) };
}

/** The mean of a term over the guide's enumerated sites that it depends on, summed over its plates and scaled. */
function expectation(term: Factor, variables: readonly Enumerated[], guide: readonly Factor[]): Tensor {
  const names = new Set(variables.map((v) => v.name));
  const needed: string[] = [];
  const weights: Factor[] = [];
  const need = (axes: readonly string[]): void => {
    for (const axis of axes) {
      if (!names.has(axis) || needed.includes(axis)) continue;
      needed.push(axis);
      const own = guide.find((f) => f.site === axis)!;
      for (const plate of own.plates)
        if (!term.plates.has(plate))
          throw new Error(
            `infer.TraceEnumELBO: site "${term.site}" stands outside plate "${plate}" but depends on all elements of "${axis}" in it, whose ` +
              "combinations are too many to average over. Enumerate it in the model instead of the guide, or sample it.",
          );
      weights.push(own);
      need(own.axes);
    }
  };
  need(term.axes);
  if (weights.length === 0) return np.sum(term.tensor).mul(term.scale);
  const [cost, logWeight] = alignNamed([term, addNamed(weights)]);
  const weight = np.exp(logWeight);
  // A value without probability does not count, however improbable it is in the model.
  return np.sum(np.where(weight.gt(0), weight.mul(cost), 0)).mul(term.scale);
}
