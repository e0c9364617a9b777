// A model and its arguments in; draws from the prior or a guide, weighted by how well they explain the observations, out.
import { handlers, type SiteTrace } from "../../handlers/index.js";
import { random, type Tensor } from "../../tensor/index.js";
import { checkOptions, wholeNumber } from "../known-options.js";
import { callModel, type Model } from "../model.js";
import { WeightedDraws } from "./weighted-draws.js";

/** Options of `infer.importance`. */
export interface ImportanceOptions {
  /** How many draws. Default 1000. */
  readonly numSamples?: number;
  /** Proposes values for sites of the model, by their names; the others are drawn from the prior. */
  readonly guide?: Model;
  /** A whole number or a random key. Default 0. */
  readonly seed?: number | Tensor;
}

/**
 * Importance sampling: runs the model draw by draw, eagerly, so that which sites there are may differ from draw to draw. The weight is
 * the density of what is observed, times the model's over the guide's for what the guide proposed.
 *
 * @example infer.importance(model, [y], { numSamples: 5000 }).mean("mu")
 */
export function importance(
  model: Model,
  args: readonly unknown[] = [],
  options: ImportanceOptions = {},
): WeightedDraws {
  const label = `infer.importance(${model.name || "model"})`;
  checkOptions(label, options, ["numSamples", "guide", "seed"]);
  const { guide, seed = 0 } = options;
  const count = wholeNumber(label, "numSamples", options.numSamples ?? 1000, 1);
  const root = typeof seed === "number" ? random.key(seed) : seed;
  const traces: SiteTrace[] = [];
  const logWeights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const keys = random.split(random.foldIn(root, i), 2);
    let run = (): unknown => callModel(model, args);
    let proposed: SiteTrace | null = null;
    if (guide) {
      proposed = handlers.trace(handlers.seed(() => callModel(guide, args, "guide"), keys.at(0)))();
      run = handlers.replay(run, { nodes: latentOf(proposed) });
    }
    const record = handlers.trace(handlers.seed(run, keys.at(1)))();
    traces.push(record);
    logWeights[i] = weightOf(label, record, proposed);
  }
  return new WeightedDraws(label, traces, logWeights);
}

const latentOf = (record: SiteTrace): SiteTrace["nodes"] =>
  Object.fromEntries(Object.entries(record.nodes).filter(([, n]) => n.type === "sample" && !n.isObserved));

function weightOf(label: string, record: SiteTrace, proposed: SiteTrace | null): number {
  const from = proposed ? latentOf(proposed) : {};
  for (const name of Object.keys(from))
    if (!record.nodes[name])
      throw new Error(
        `${label}: the guide proposes "${name}", which the model did not sample in this draw. A guide may propose only what the model samples.`,
      );
  const counted = record.logProbSum((node) => node.isObserved || node.name in from).item();
  return counted - (proposed ? proposed.logProbSum((node) => node.name in from).item() : 0);
}
