// What turns unconstrained draws into named ones, in memory or from a file.
import type { Rows } from "../../trace/flat-program.js";
import type { Artefact } from "../../runtime/entry.js";

export interface DrawMap {
  readonly dim: number;
  /** One per unconstrained coordinate. */
  readonly names: readonly string[];
  /** Latent sites in the order of the model, then deterministics. */
  readonly constrainedNames: readonly string[];
  /** Their values at a point, in that order; valid until the next call. */
  constrainFlat(q: ArrayLike<number>): {
    data(i: number): ArrayLike<number>;
    shape(i: number): readonly number[];
  };
  /** The same at many points in one call, where that can be had. */
  readonly constrainRows?: Rows | undefined;
}

export function artefactMap(artefact: Artefact): DrawMap {
  const { manifest } = artefact;
  if (manifest.kind !== "density") throw new TypeError(`${manifest.name} is no log density.`);
  return {
    dim: manifest.dim,
    names: manifest.coordinates,
    constrainedNames: manifest.entries.constrain.outputs.map((output) => output.name),
    constrainFlat(q) {
      const values = Object.values(artefact.constrain(q));
      return { data: (i) => values[i].data(), shape: (i) => values[i].shape };
    },
  };
}
