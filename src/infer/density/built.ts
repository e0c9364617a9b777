// What a log density holds once it is compiled.
import type { Tensor } from "../../tensor/index.js";
import type { FlatProgram } from "../../trace/flat-program.js";
import type { Sampler } from "../../trace/sampler.js";
import type { BoundArguments } from "./bound-arguments.js";
import type { Floats } from "./one-view.js";
import type { ModelSites } from "./sites.js";

/** What looks a parameter up among the bound tensors of a program: they stand behind the arguments. */
export const boundParams =
  ({ sites, args }: Pick<Built, "sites" | "args">, bound: readonly Tensor[]) =>
  (name: string): Tensor | undefined => {
    const at = sites.params.indexOf(name);
    return at < 0 ? undefined : bound[args.tensors.length + at];
  };

/** What a program was built for. */
export interface Built {
  readonly sites: ModelSites;
  readonly args: BoundArguments;
  readonly program: FlatProgram;
  sampler?: Sampler;
  /** Coordinates as one array, where the program's inputs lie side by side. */
  readonly q: Floats | null;
  /** The log density and its gradient as one array, where the program's outputs lie side by side in one place. */
  readonly value: Floats | null;
  readonly gradient: Floats | null;
}
