// A model, its arguments and its sites in; the function from unconstrained blocks to the values of sites and deterministics, traced, out.
import { np, type Tensor } from "../../tensor/index.js";
import type { FlatFunction } from "../../trace/flat-program.js";
import type { Model } from "../model.js";
import { boundParams, type Built } from "./built.js";
import { constrained, runChosen } from "./choose.js";
import { checkSameSites } from "./sites.js";

export const constrainFunction =
  (label: string, model: Model, built: Pick<Built, "sites" | "args">): FlatFunction =>
  (blocks, bound) => {
    const { sites, args } = built;
    const values: Tensor[] = [];
    const { nodes } = runChosen(model, args.rebuild(bound), {
      latent(msg) {
        const { value } = constrained(msg, blocks[values.length]);
        values.push(value);
        return value;
      },
      param: boundParams(built, bound),
    });
    const missing = sites.deterministic.filter((name) => !(name in nodes));
    checkSameSites(label, missing, [], "deterministic");
    return [...values, ...sites.deterministic.map((name) => np.array(nodes[name].value, { dtype: "f64" }))];
  };
