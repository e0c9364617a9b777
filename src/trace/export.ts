// A traced function, or the programs of a log density, in; the bytes of one .wasm file out.
import type { SamplerPlan } from "../codegen/wasm/sampler/plan.js";
import type { DensityManifest, Tree } from "../runtime/manifest.js";
import { plainText } from "../runtime/plain.js";
import { writeArtefact, type ArtefactEntry, type ArtefactInput } from "../runtime/write-artefact.js";
import type { Data } from "../ir/types.js";
import type { TreeDef } from "../tensor/pytree.js";
import type { Tensor } from "../tensor/tensor.js";
import type { FlatProgram } from "./flat-program.js";
import type { TracedProgram } from "./trace-program.js";

export { VERSION } from "../runtime/manifest.js";
export { withDraws } from "../runtime/with-draws.js";

/** What `jit(fn).export(...args)` writes: arguments are given at each call, parameters and captured tensors are kept. */
export function exportFunction(name: string, traced: TracedProgram, fastMath?: boolean): Uint8Array {
  const places = leafPlaces(traced.args, "argument ");
  let captured = 0;
  const inputs = traced.sources.map((source, i): ArtefactInput => {
    if (source.kind === "argument") return { name: places[i]!, bound: false };
    if (source.kind === "ambient")
      return { name: source.ambient.name, kept: source.ambient.read().data(), bound: false };
    return { name: `captured ${captured++}`, kept: source.tensor.data(), bound: true };
  });
  const { graph, out } = traced;
  const outputs = leafPlaces(out, "result");
  const entry = { name: "call", graph, inputs, outputs, ...(fastMath === undefined ? {} : { fastMath }) };
  return writeArtefact([entry], {
    kind: "function",
    name,
    args: treeOf(traced.args),
    out: treeOf(out, (what) => {
      throw new TypeError(
        `export of ${name}: its result holds ${what}, which a file cannot hold. Return tensors and plain values only.`,
      );
    }),
  });
}

/** One program of a log density. */
export interface DensityProgram {
  /** What it keeps are arguments, parameters, captured tensors. */
  readonly program: Pick<FlatProgram, "graph">;
  readonly kept: readonly Data[];
  /** Names of its free inputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface DensityExport extends Pick<DensityManifest, "name" | "dim" | "coordinates" | "sites"> {
  readonly args: TreeDef;
  readonly params: readonly string[];
  readonly logDensity: DensityProgram;
  readonly constrain: DensityProgram;
  /** Its first free input is a key. May throw: then the file says why it has no predictions. */
  readonly predict: () => DensityProgram & { readonly program: Pick<FlatProgram, "dispose"> };
  /** A sampler beside the log density. */
  readonly sampler: SamplerPlan | undefined;
  /** Goes into the manifest as it is. */
  readonly kernel: unknown;
  /** Points, row by row. */
  readonly draws: Tensor | undefined;
}

/** What `infer.logDensity(model, args).export()` writes. Every run of it reads the coordinates; all else is kept. */
export function exportDensity(parts: DensityExport): Uint8Array {
  const { name, dim, coordinates, sites, params, draws, sampler } = parts;
  const places = leafPlaces(parts.args, "argument ");
  const named = [...places, ...params.map((p) => `param "${p}"`)];
  const entry = (key: string, { program, kept, inputs: free, outputs }: DensityProgram): ArtefactEntry => {
    const { graph } = program;
    if (!graph)
      throw new Error(`export of ${name}: there is no program with { jit: false }; leave that option out.`);
    const inputs = graph.inputs.map((_, i): ArtefactInput => {
      if (i < free.length) return { name: free[i]!, bound: false };
      const at = i - free.length;
      const label = named[at] ?? `captured ${at - named.length} of ${key}`;
      return { name: label, kept: kept[at]!, bound: true };
    });
    return { name: key, graph, inputs, outputs };
  };
  if (draws && draws.shape.at(-1) !== dim)
    throw new Error(
      `export of ${name}: draws have shape [${draws.shape.join(",")}]; the last axis must be ${dim}.`,
    );
  const density = entry("logDensity", parts.logDensity);
  const entries = [sampler ? { ...density, sampler } : density, entry("constrain", parts.constrain)];
  let unpredictable: string | undefined;
  try {
    const predict = parts.predict();
    entries.push(entry("predict", predict));
    predict.program.dispose();
  } catch (error) {
    unpredictable = (error as Error).message;
  }
  const manifest = {
    kind: "density" as const,
    name,
    args: treeOf(parts.args),
    dim,
    coordinates,
    sites: sites.map(({ name: site, shape, offset, size, support }) => ({
      name: site,
      shape,
      offset,
      size,
      support,
    })),
    ...(parts.kernel === undefined ? {} : { kernel: parts.kernel }),
    draws: draws ? draws.size / Math.max(1, dim) : 0,
    ...(unpredictable === undefined ? {} : { unpredictable }),
  };
  return writeArtefact(entries, manifest, draws?.data());
}

/** `argument 0.x`, `result[1]`: one name per leaf, in the order of the leaves. */
export function leafPlaces(def: TreeDef, root: string): string[] {
  const places: string[] = [];
  const visit = (d: TreeDef, place: string): void => {
    if (d.kind === "leaf") places.push(place);
    else if (d.kind === "array") d.items.forEach((item, i) => visit(item, `${place}[${i}]`));
    else if (d.kind === "object") for (const [key, item] of d.items) visit(item, `${place}.${key}`);
  };
  if (root === "argument " && def.kind === "array")
    def.items.forEach((item, i) => visit(item, `${root}${i}`));
  else visit(def, root);
  return places;
}

/** `refuse` is called for what a file cannot hold; without it such parts are fixed. */
function treeOf(def: TreeDef, refuse?: (what: string) => never): Tree {
  switch (def.kind) {
    case "leaf":
      return "*";
    case "array":
      return { array: def.items.map((item) => treeOf(item, refuse)) };
    case "object":
      return { object: def.keys.map((key) => [key, treeOf(def.items.get(key)!, refuse)] as const) };
    case "static": {
      const plain = plainText(def.value);
      if (plain !== null) return { plain };
      const what = describe(def.value);
      return refuse ? refuse(what) : { fixed: what };
    }
  }
}

function describe(x: unknown): string {
  if (typeof x === "function") return `the function ${x.name || "(anonymous)"}`;
  const made = (Object.getPrototypeOf(x) as { constructor?: { name?: string } } | null)?.constructor?.name;
  return typeof x === "object" ? `a ${made ?? "object"}` : `a ${typeof x}`;
}
