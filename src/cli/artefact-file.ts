// A .wasm file written by `compile`, `run --out` or `export` in; answers to data, as plain values, out.
import { readFile } from "node:fs/promises";
import { load, runChains, type Artefact, type RuntimeArray, type Tree } from "sinter/runtime";
import { InputError, reading } from "./input-error.js";

export async function readArtefact(path: string): Promise<Artefact> {
  return load(await reading("the program", path, () => readFile(path)));
}

export interface Summary {
  readonly mean: unknown;
  readonly sd: unknown;
  readonly q5: unknown;
  readonly q50: unknown;
  readonly q95: unknown;
}

/**
 * A function: its result for the data. A model with draws: for each predicted site and deterministic the mean, standard deviation
 * and quantiles over one prediction per draw; a model without draws is sampled first, for the data given. Data that are undefined
 * leave those of the file.
 */
export function answer(artefact: Artefact, data: unknown, seed: number): unknown {
  const { manifest } = artefact;
  if (manifest.kind === "function") return artefact.call(...spread(manifest.args, data));
  if (data !== undefined) artefact.setArgs(...spread(manifest.args, data));
  const points = pointsOf(artefact, seed);
  const rows = new Map<string, RuntimeArray[]>();
  for (const [i, point] of points.entries()) {
    // The words of the key are the seed and the number of the draw.
    const predicted = artefact.predict(point, new Uint32Array([seed, i]));
    for (const [name, value] of Object.entries(predicted)) {
      const known = rows.get(name);
      if (known) known.push(value);
      else rows.set(name, [value]);
    }
  }
  return Object.fromEntries([...rows].map(([name, values]) => [name, summarise(values)]));
}

/** The draws of the file; where it has none, its sampler makes them for the data that are set. */
function pointsOf(artefact: Artefact, seed: number): readonly Float64Array[] {
  const { manifest } = artefact;
  if (manifest.kind === "density" && manifest.draws > 0)
    return Array.from({ length: manifest.draws }, (_, i) => artefact.draw(i));
  if (!artefact.sampler)
    throw new InputError(
      `${manifest.name} holds neither draws nor a sampler to predict with; write it with \`sinter compile FILE -o F.wasm\` or \`sinter run FILE --out DIR\` (DIR/model.wasm).`,
    );
  const data = runChains(artefact, { seed }).unconstrained.data() as Float64Array;
  const { dim } = artefact;
  return Array.from({ length: data.length / dim }, (_, i) => data.subarray(i * dim, (i + 1) * dim));
}

/** Per element over the draws, in the shape of the site. */
function summarise(values: readonly RuntimeArray[]): Summary {
  const [{ shape, size }] = values as [RuntimeArray];
  const columns = Array.from({ length: size }, (_, k) =>
    Float64Array.from(values, (v) => v.data()[k]!).sort(),
  );
  const nest = (of: (sorted: Float64Array) => number): unknown => {
    let next = 0;
    const build = (axis: number): unknown =>
      axis === shape.length
        ? of(columns[next++]!)
        : Array.from({ length: shape[axis]! }, () => build(axis + 1));
    return build(0);
  };
  const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
  const sd = (x: Float64Array): number => {
    const m = mean(x);
    return Math.sqrt(x.reduce((total, v) => total + (v - m) ** 2, 0) / Math.max(1, x.length - 1));
  };
  // Linear between order statistics (Hyndman and Fan's seventh, NumPy's default).
  const quantile =
    (p: number) =>
    (x: Float64Array): number => {
      const at = p * (x.length - 1);
      const low = Math.floor(at);
      const high = Math.min(low + 1, x.length - 1);
      return x[low]! + (at - low) * (x[high]! - x[low]!);
    };
  return {
    mean: nest(mean),
    sd: nest(sd),
    q5: nest(quantile(0.05)),
    q50: nest(quantile(0.5)),
    q95: nest(quantile(0.95)),
  };
}

/** One argument may be given by itself; several as an array in order. */
function spread(tree: Tree, data: unknown): readonly unknown[] {
  const wanted = (tree as { readonly array: readonly Tree[] }).array;
  if (wanted.length === 0) return [];
  const [only] = wanted;
  if (wanted.length === 1 && typeof only === "object" && "object" in only) return [byName(only.object, data)];
  if (wanted.length > 1 && !Array.isArray(data))
    throw new InputError(`the data must be an array of the ${wanted.length} arguments, in order.`);
  if (wanted.length > 1) return data as unknown[];
  // [[1, 2]] is the list of one argument, [1, 2] that argument.
  const listed = Array.isArray(data) && data.length === 1 && (typeof data[0] === "object" || only !== "*");
  return listed ? data : [data];
}

/** What the program takes of data with names, or of the same values in order. Data may hold more, as those of `run`. */
function byName(fields: readonly (readonly [name: string, tree: Tree])[], data: unknown): unknown {
  const names = fields.map(([name]) => name);
  if (!Array.isArray(data)) {
    if (typeof data !== "object" || data === null) return data;
    const given = data as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]),
    );
  }
  const list = data as readonly unknown[];
  if (names.length === 1 && !Array.isArray(list[0])) {
    const [first] = list;
    return typeof first === "object" ? first : { [names[0]!]: data };
  }
  if (list.length !== names.length) return list.length === 1 ? list[0] : data;
  return Object.fromEntries(names.map((name, i) => [name, list[i]]));
}
