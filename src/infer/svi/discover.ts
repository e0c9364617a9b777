// Model, guide, ELBO and arguments in; the parameters and mutables that a step reads, all of them in the store, out.
import { getParamStore, type SiteTrace } from "../../handlers/index.js";
import type { Tensor } from "../../tensor/index.js";
import { runPair } from "../elbo/run-pair.js";
import type { StepParts } from "./step-function.js";

export interface Discovered {
  readonly names: readonly string[];
  readonly mutables: readonly string[];
}

/** Runs guide and model once: guides set themselves up, parameters enter the store. */
export function discover(
  { model, guide, elbo }: Pick<StepParts, "model" | "guide" | "elbo">,
  args: readonly unknown[],
  key: Tensor,
): Discovered {
  const pair = (elbo.runPair ?? runPair)(model, guide, args, key);
  for (const node of Object.values(pair.model.nodes))
    if (node.type === "sample" && node.isObserved && node.value.size === 0)
      throw new Error(
        `SVI: site "${node.name}" is observed with no data: its value has shape [${node.value.shape.join(", ")}].`,
      );
  const names = namesOf(pair, "param");
  if (names.length === 0)
    throw new Error(
      "SVI: neither guide nor model has parameters, so there is nothing to optimise. Use param in the guide, or guides.AutoNormal(model).",
    );
  const store = getParamStore();
  const own = elbo.mutables?.(pair) ?? {};
  for (const [name, value] of Object.entries(own)) if (!store.has(name)) store.setUnconstrained(name, value);
  return { names, mutables: [...namesOf(pair, "mutable"), ...Object.keys(own)] };
}

function namesOf(pair: { guide: SiteTrace; model: SiteTrace }, type: "param" | "mutable"): string[] {
  const nodes = [pair.guide, pair.model].flatMap((trace) => Object.values(trace.nodes));
  return [...new Set(nodes.filter((node) => node.type === type).map((node) => node.name))];
}
