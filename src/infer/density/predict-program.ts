// A model and its sites in; the program (key, coordinates) -> deterministics and fresh draws of the observed sites out.
import { getParamStore, handlers } from "../../handlers/index.js";
import type { Tensor } from "../../tensor/index.js";
import { flatProgram, type FlatProgram } from "../../trace/flat-program.js";
import type { Model } from "../model.js";
import type { BoundArguments } from "./bound-arguments.js";
import { constrained, runChosen } from "./choose.js";
import type { ModelSites } from "./sites.js";

export interface PredictProgram {
  readonly program: FlatProgram;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Throws where an observed site cannot be drawn from its distribution. */
export function predictProgram(
  label: string,
  model: Model,
  sites: ModelSites,
  args: BoundArguments,
): PredictProgram {
  const free = [
    { dtype: "key" as const, shape: [] },
    ...sites.latent.map((site) => ({ dtype: "f64" as const, shape: site.unconstrainedShape })),
  ];
  const bound = [...args.tensors, ...sites.params.map((name) => getParamStore().get(name))];
  let outputs: readonly string[] = [];
  const program = flatProgram({ label, jit: true }, free, bound, ([key, ...blocks], boundNow) => {
    const run = handlers.uncondition(() =>
      runChosen(model, args.rebuild(boundNow), {
        latent: (msg) => constrained(msg, blocks[sites.latent.findIndex((s) => s.name === msg.name)]).value,
        param(name): Tensor | undefined {
          const at = sites.params.indexOf(name);
          return at < 0 ? undefined : boundNow[args.tensors.length + at];
        },
      }),
    );
    const { nodes } = handlers.seed(run, key)();
    outputs = Object.keys(nodes).filter(
      (name) => nodes[name].type === "deterministic" || nodes[name].infer["wasObserved"] === true,
    );
    return outputs.map((name) => nodes[name].value);
  });
  return { program, inputs: ["key", ...sites.latent.map((site) => site.name)], outputs };
}
