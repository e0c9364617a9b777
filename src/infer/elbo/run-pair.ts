// Model, guide, arguments and a key in; the traces of one run of both, the model replaying the guide's choices, out.
import { handle, handlers, type Message, type SiteTrace } from "../../handlers/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { callModel, type Model } from "../model.js";

export interface Pair {
  readonly model: SiteTrace;
  readonly guide: SiteTrace;
}

export function runPair(model: Model, guide: Model, args: readonly unknown[], key: Tensor): Pair {
  const keys = random.split(key, 2);
  const runGuide = detachScored(() => callModel(guide, args, "guide"));
  const guideTrace = handlers.trace(handlers.seed(runGuide, keys.at(0)))();
  const replayed = handlers.replay(() => callModel(model, args), guideTrace);
  const modelTrace = handlers.trace(handlers.seed(replayed, keys.at(1)))();
  checkMatch(modelTrace, guideTrace);
  return { model: modelTrace, guide: guideTrace };
}

/** Draws that are not differentiable carry no gradient: their part comes from the score function. */
export function detachScored(fn: () => unknown): () => unknown {
  const after = (msg: Message): void => {
    if (msg.type === "sample" && !msg.isObserved && !msg.fn!.hasRsample)
      msg.value = np.stopGradient(msg.value!);
  };
  return handle(fn, () => ({ name: "detachScored", guard: [], after }));
}

/** Sites that stand in one of the two only, and shapes that differ, are errors: the bound would silently be another one. */
export function checkMatch(
  model: SiteTrace,
  guide: SiteTrace,
  /** Sites that the model sums out itself. */
  summed: ReadonlySet<string> = new Set(),
  /** Batch axes that plates use; those to the left belong to enumerated sites. */
  axes = Infinity,
): void {
  const batchOf = (shape: readonly number[]): readonly number[] => {
    if (shape.length <= axes) return shape;
    const kept = shape.slice(shape.length - axes);
    const first = kept.findIndex((d) => d !== 1);
    return first < 0 ? [] : kept.slice(first);
  };
  for (const node of Object.values(guide.nodes)) {
    if (node.type !== "sample" || node.isObserved || node.infer["isAuxiliary"] === true) continue;
    const other = model.nodes[node.name];
    if (!other || other.type !== "sample")
      throw new Error(
        `SVI: the guide samples "${node.name}", which is no site of the model (its latent sites: ${latentNames(model)}). ` +
          "Give both the same name, or mark it with { infer: { isAuxiliary: true } }.",
      );
    if (other.isObserved)
      throw new Error(
        `SVI: the guide samples "${node.name}", but the model observes it; remove it from the guide.`,
      );
    const [a, b] = [node, other].map(
      ({ fn }) => `batch [${batchOf(fn!.batchShape).join(", ")}] event [${fn!.eventShape.join(", ")}]`,
    );
    if (a !== b)
      throw new Error(
        `SVI: site "${node.name}" has ${a} in the guide and ${b} in the model. Use the same plates in both, and toEvent for the rest.`,
      );
  }
  for (const node of Object.values(model.nodes)) {
    if (node.type !== "sample" || node.isObserved || node.infer["isAuxiliary"] === true) continue;
    if (!(node.name in guide.nodes) && !summed.has(node.name))
      throw new Error(
        `SVI: the guide has no site "${node.name}", which the model samples (the guide's sites: ${latentNames(guide)}). ` +
          "Add it to the guide; to draw it from the prior on purpose, mark it in the model with { infer: { isAuxiliary: true } }.",
      );
  }
}

function latentNames(trace: SiteTrace): string {
  const names = Object.values(trace.nodes).filter((node) => node.type === "sample" && !node.isObserved);
  return names.map((node) => `"${node.name}"`).join(", ") || "none";
}
