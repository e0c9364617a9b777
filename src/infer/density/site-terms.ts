// A compiled log density in; a program for the part of each site in it, with arguments and parameters as they are now, out.
import type { Tensor } from "../../tensor/index.js";
import { flatProgram, type FlatOptions, type FlatProgram } from "../../trace/flat-program.js";
import type { Model } from "../model.js";
import { boundParams, type Built } from "./built.js";
import { constrained, runChosen, unvalidated } from "./choose.js";
import { paramValues, type ModelSites } from "./sites.js";

/** Made without work: there is a program when a point is asked about. */
export interface SiteTerms {
  readonly sites: Pick<ModelSites, "latent">;
  /** Sites in the order of the model; a latent site's part holds the log Jacobian of its coordinates. The program is made at the first call. */
  at(q: ArrayLike<number>): readonly { readonly name: string; readonly logDensity: number }[];
}

type How = Pick<FlatOptions, "label" | "jit" | "dtype" | "backend">;

export function siteTerms(how: How, model: Model, { sites, args }: Pick<Built, "sites" | "args">): SiteTerms {
  const bound = [...args.tensors, ...paramValues(sites)];
  const free = sites.latent.map((site) => ({ dtype: "f64" as const, shape: site.unconstrainedShape }));
  let names: readonly string[] = [];
  let program: FlatProgram | undefined;

  const terms = (blocks: readonly Tensor[], boundNow: readonly Tensor[]): Tensor[] => {
    const jacobians = new Map<string, Tensor>();
    const record = runChosen(model, args.rebuild(boundNow), {
      latent(msg) {
        const at = sites.latent.findIndex((site) => site.name === msg.name);
        const { value, logJacobian } = constrained(msg, blocks[at]);
        jacobians.set(msg.name, logJacobian);
        return value;
      },
      param: boundParams({ sites, args }, boundNow),
    });
    const counted = Object.values(record.nodes).filter((node) => node.type === "sample");
    names = counted.map((node) => node.name);
    return counted.map((node) => {
      const jacobian = jacobians.get(node.name);
      return jacobian ? node.logProbSum.add(jacobian) : node.logProbSum;
    });
  };

  return {
    sites,
    at: (q) =>
      unvalidated(() => {
        program ??= flatProgram({ ...how, seldom: true }, free, bound, terms);
        const { inputs } = program;
        sites.latent.forEach(({ offset, size }, i) => {
          for (let k = 0; k < size; k++) inputs[i][k] = q[offset + k];
        });
        program.run();
        return names.map((name, i) => ({ name, logDensity: program!.output(i)[0] }));
      }),
  };
}
