// A compiled log density in; a program for the part of each site in it, with arguments and parameters as they are now, out.
import { jvp, type Tensor } from "../../tensor/index.js";
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
  /** With what each part's slope is in that direction. Another program. */
  along(
    q: ArrayLike<number>,
    way: ArrayLike<number>,
  ): readonly { readonly name: string; readonly logDensity: number; readonly slope: number }[];
}

type How = Pick<FlatOptions, "label" | "jit" | "dtype" | "backend">;

export function siteTerms(how: How, model: Model, { sites, args }: Pick<Built, "sites" | "args">): SiteTerms {
  const bound = [...args.tensors, ...paramValues(sites)];
  const free = sites.latent.map((site) => ({ dtype: "f64" as const, shape: site.unconstrainedShape }));
  let names: readonly string[] = [];
  let program: FlatProgram | undefined;
  let slopes: FlatProgram | undefined;

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

  const place = (into: FlatProgram, q: ArrayLike<number>, first = 0): void =>
    sites.latent.forEach(({ offset, size }, i) => {
      for (let k = 0; k < size; k++) into.inputs[first + i][k] = q[offset + k];
    });
  const number = free.length;

  return {
    sites,
    along: (q, way) =>
      unvalidated(() => {
        slopes ??= flatProgram({ ...how, seldom: true }, [...free, ...free], bound, (blocks, boundNow) => {
          const [values, tangents] = jvp(
            (...xs: Tensor[]) => terms(xs, boundNow),
            blocks.slice(0, number),
            blocks.slice(number),
          );
          return [...values, ...tangents];
        });
        place(slopes, q);
        place(slopes, way, number);
        slopes.run();
        return names.map((name, i) => ({
          name,
          logDensity: slopes!.output(i)[0],
          slope: slopes!.output(names.length + i)[0],
        }));
      }),
    at: (q) =>
      unvalidated(() => {
        program ??= flatProgram({ ...how, seldom: true }, free, bound, terms);
        place(program, q);
        program.run();
        return names.map((name, i) => ({ name, logDensity: program!.output(i)[0] }));
      }),
  };
}
