// A model and its arguments in; its latent sites with their unconstrained coordinates, its parameters and deterministics out.
import { biject } from "../../bijectors/index.js";
import { getParamStore, handlers, type SiteTrace } from "../../handlers/index.js";
import type { Shape, Tensor } from "../../tensor/index.js";
import { abstractly } from "../../trace/abstract.js";
import type { Model } from "../model.js";
import { constrained, DiscreteSite, runChosen, unconstrainedShape } from "./choose.js";

/** A latent continuous site and the block of coordinates that belongs to it. */
export interface LatentSite {
  readonly name: string;
  /** Of the constrained value. */
  readonly shape: Shape;
  readonly unconstrainedShape: Shape;
  /** Where its block starts, and its length. */
  readonly offset: number;
  readonly size: number;
  /** The name of its support. */
  readonly support: string;
  readonly distribution: string;
}

export interface ModelSites {
  readonly latent: readonly LatentSite[];
  readonly dim: number;
  /** One per unconstrained coordinate. */
  readonly names: readonly string[];
  readonly params: readonly string[];
  readonly deterministic: readonly string[];
  readonly observed: readonly string[];
  /** What was observed, where it is data and not computed from latent sites. */
  readonly data: readonly (readonly [name: string, value: Tensor])[];
}

const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/**
 * Runs the model once on latent values that have shapes but no contents: nothing is drawn or computed, improper priors need
 * no draw, and no value can fall where a parameter is invalid. Observations that are known are checked against their supports.
 */
export function findSites(label: string, model: Model, args: readonly unknown[]): ModelSites {
  const latent: LatentSite[] = [];
  const names: string[] = [];
  let dim = 0;
  const record = abstractly(label, (unknown) =>
    runChosen(model, args, {
      latent(msg) {
        const shape = unconstrainedShape(msg);
        const { value } = constrained(msg, unknown({ dtype: "f64", shape }));
        const size = sizeOf(shape);
        latent.push({
          name: msg.name,
          shape: value.shape,
          unconstrainedShape: shape,
          offset: dim,
          size,
          support: msg.fn!.support.name,
          distribution: msg.fn!.name,
        });
        names.push(...coordinateNames(msg.name, shape, value.shape, biject(msg.fn!.support).domainDim));
        dim += size;
        return value;
      },
    }),
  );
  refuseEmptyData(record);
  const isObserved = (name: string): boolean =>
    record.nodes[name].type === "sample" && record.nodes[name].isObserved;
  const named = (test: (name: string) => boolean): string[] => Object.keys(record.nodes).filter(test);
  return {
    latent,
    dim,
    names,
    params: named((name) => record.nodes[name].type === "param"),
    deterministic: named((name) => record.nodes[name].type === "deterministic"),
    observed: named(isObserved),
    data: named((name) => isObserved(name) && record.nodes[name].value.link === null).map(
      (name) => [name, record.nodes[name].value] as const,
    ),
  };
}

/**
 * The sites, and the model that has them: where a discrete latent site is marked `infer: { enumerate: "parallel" }`, all discrete
 * latent sites are summed out (`handlers.collapse`).
 */
export function sitesOf(
  label: string,
  model: Model,
  args: readonly unknown[],
): { readonly sites: ModelSites; readonly model: Model } {
  try {
    return { sites: findSites(label, model, args), model };
  } catch (error) {
    if (!(error instanceof DiscreteSite && error.marked)) throw error;
    const collapsed: Model = handlers.collapse(model as (...xs: readonly unknown[]) => unknown);
    Object.defineProperty(collapsed, "name", { value: model.name });
    return { sites: findSites(label, collapsed, args), model: collapsed };
  }
}

function refuseEmptyData(record: SiteTrace): void {
  for (const { name, type, isObserved, value } of Object.values(record.nodes))
    if (type === "sample" && isObserved && value.size === 0)
      throw new Error(
        `site "${name}" is observed with no data: its value has shape [${value.shape.join(", ")}]. ` +
          "Check how the data were loaded; to sample from the prior, leave obs out.",
      );
}

/** `mu`, `theta[0]`, `w[1,2]`; triangles packed into vectors get the row and column of the matrix: `L[2,1]`. */
function coordinateNames(name: string, x: Shape, y: Shape, eventDim: number): string[] {
  if (x.length === 0) return [name];
  const n = y[y.length - 1];
  const count = x[x.length - 1];
  const packed = eventDim === 1 && y.length === x.length + 1;
  const withDiagonal = count === (n * (n + 1)) / 2;
  const last: string[] = [];
  if (packed)
    for (let i = 0; i < n; i++) for (let j = 0; j < (withDiagonal ? i + 1 : i); j++) last.push(`${i},${j}`);
  else for (let i = 0; i < count; i++) last.push(String(i));
  const axes = [...x.slice(0, -1).map((d) => Array.from({ length: d }, (_, i) => String(i))), last];
  const indices = axes.reduce<string[]>(
    (all, axis) => (all.length === 0 ? axis : all.flatMap((a) => axis.map((b) => `${a},${b}`))),
    [],
  );
  return axes.some((axis) => axis.length === 0) ? [] : indices.map((index) => `${name}[${index}]`);
}

/** Parameters of the model, as they are now. */
export const paramValues = (sites: Pick<ModelSites, "params">): Tensor[] =>
  sites.params.map((name) => getParamStore().get(name));

/** Throws unless a later run met the same sites as the first one. */
export function checkSameSites(
  label: string,
  expected: readonly string[],
  met: readonly string[],
  what: string,
): void {
  const missing = expected.filter((name) => !met.includes(name));
  const extra = met.filter((name) => !expected.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const list = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(", ");
  const parts = [
    ...(missing.length > 0 ? [`${list(missing)} appeared in the first run only`] : []),
    ...(extra.length > 0 ? [`${list(extra)} appeared in a later run only`] : []),
  ];
  throw new Error(
    `${label}: the ${what} sites change between runs: ${parts.join("; ")}. Which sites exist must not depend on sampled values ` +
      "or on state outside the model: sample in every run, and choose with np.where or handlers.mask.",
  );
}
