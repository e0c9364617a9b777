// A compiled log density in; its exported file, with data and parameters as they were when it was asked for, out.
import { np, type Tensor } from "../../tensor/index.js";
import { exportDensity } from "../../trace/export.js";
import type { FlatProgram } from "../../trace/flat-program.js";
import type { SamplerPlan } from "../../trace/sampler.js";
import type { Model } from "../model.js";
import type { Built } from "./built.js";
import type { FileKernel } from "../chains/run-file.js";
import { predictProgram } from "./predict-program.js";
import { findSites, paramValues } from "./sites.js";

export interface FileParts {
  /** Unconstrained points, for predictions. */
  readonly draws?: Tensor | undefined;
  /** The options and the plan of the run, for those who run the file's sampler again. */
  readonly kernel?: FileKernel;
  /** false: for a sampler alone. Default true. */
  readonly predictions?: boolean;
}

/** Later changes of the density's arguments, or its end, do not touch it. */
export interface DensityFile {
  write(parts?: FileParts): Uint8Array;
  /** The observed sites' data. */
  observed(): Observed[];
}

/** An observed site's data, as plain numbers. */
export interface Observed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export function densityFile(
  label: string,
  model: Model,
  { sites, args, program }: Built,
  constrain: { readonly program: FlatProgram; readonly outputs: readonly string[] },
  sampler: SamplerPlan | undefined,
): DensityFile {
  const bound = [...args.tensors, ...paramValues(sites)];
  const inputs = sites.latent.map((site) => site.name);
  const withKept = <P extends { readonly program: Pick<FlatProgram, "kept"> }>(part: P) => ({
    ...part,
    kept: part.program.kept(bound),
  });
  return {
    write: ({ draws, kernel, predictions = true } = {}) =>
      exportDensity({
        name: model.name || "model",
        dim: sites.dim,
        coordinates: sites.names,
        sites: sites.latent,
        args: args.def,
        params: sites.params,
        logDensity: withKept({ program, inputs, outputs: ["value", ...inputs] }),
        constrain: withKept({ ...constrain, inputs }),
        predict() {
          if (!predictions) throw new Error("it was written for a sampler alone.");
          return withKept(predictProgram(`${label}.export`, model, sites, args));
        },
        sampler,
        kernel,
        draws,
      }),
    observed: () =>
      findSites(label, model, args.rebuild(args.tensors)).data.map(([name, value]) => ({
        name,
        shape: value.shape,
        values: Array.from(np.array(value, { dtype: "f64" }).data()),
      })),
  };
}
