// Graphs with the contents of what they keep in; one .wasm file that holds their programs, data and manifest out.
import { appendSections } from "../codegen/wasm/append.js";
import { emitProgram, type Segment } from "../codegen/wasm/program.js";
import type { SamplerPlan } from "../codegen/wasm/sampler/plan.js";
import type { Data, Graph } from "../ir/types.js";
import type { CompileOptions } from "./backend.js";
import { layOut, type LaidOut } from "./lay-out.js";
import {
  DRAWS,
  FORMAT,
  SECTION,
  VERSION,
  type DensityManifest,
  type Entry,
  type FunctionManifest,
  type InputSlot,
  type Slot,
} from "./manifest.js";

/** An input of a graph: its name, and its contents when the file keeps them. */
export interface ArtefactInput {
  readonly name: string;
  readonly kept?: Data;
  /** Whether the graph was compiled with it as data that stay put. */
  readonly bound: boolean;
}

export interface ArtefactEntry {
  readonly name: string;
  readonly graph: Graph;
  readonly fastMath?: boolean;
  readonly relaxedSimd?: boolean;
  readonly inputs: readonly ArtefactInput[];
  readonly outputs: readonly string[];
  /** A sampler beside it, if it is a log density: see CompileOptions. */
  readonly sampler?: SamplerPlan;
  /** As in CompileOptions. */
  readonly next?: CompileOptions["next"];
  readonly rows?: boolean;
}

type Unwritten<M> = Omit<M, "format" | "sinter" | "entries">;
type Describe = Unwritten<FunctionManifest> | Unwritten<DensityManifest>;

/** The programs are compiled anew, by the same stages and so to the same instructions as those that run in memory. */
export function writeArtefact(
  entries: readonly ArtefactEntry[],
  head: Describe,
  draws?: Data,
): Uint8Array<ArrayBuffer> {
  const laid = entries.map((entry): LaidOut => {
    const { name, graph, inputs, fastMath, relaxedSimd, sampler, next, rows } = entry;
    const bound = inputs.map((i) => i.bound);
    return layOut(graph, {
      name,
      bound,
      ...(fastMath === undefined ? {} : { fastMath }),
      ...(relaxedSimd === undefined ? {} : { relaxedSimd }),
      ...(sampler === undefined ? {} : { sampler }),
      ...(next === undefined ? {} : { next }),
      ...(rows === undefined ? {} : { rows }),
    });
  });
  const { bytesWith, sampler, rows } = emitProgram(
    ...laid.map((l, i) => ({ ...l.parts, name: entries[i]!.name })),
  );
  const manifest = {
    format: FORMAT,
    sinter: VERSION,
    ...head,
    ...(sampler ? { sampler } : {}),
    ...(rows ? { rows } : {}),
    entries: Object.fromEntries(entries.map((entry, i) => [entry.name, describe(entry, laid[i]!)])),
  };
  const segments = laid.flatMap((l, i) => contents(entries[i]!, l));
  const text = new TextEncoder().encode(JSON.stringify(manifest));
  const custom = [{ name: SECTION, bytes: text }];
  if (draws) custom.push({ name: DRAWS, bytes: new Uint8Array(Float64Array.from(draws).buffer) });
  return appendSections(bytesWith(segments), custom);
}

function describe({ name, graph, inputs, outputs }: ArtefactEntry, { parts, inputs: own }: LaidOut): Entry {
  return {
    main: name,
    prologue: parts.prologue ? `${name}.prologue` : null,
    inputs: inputs.map((input, i): InputSlot => ({
      name: input.name,
      ...graph.inputs[i]!.type,
      place: own[i]?.place ?? -1,
      role: input.kept ? "kept" : "given",
    })),
    outputs: outputs.map((output, i): Slot => ({
      name: output,
      ...graph.outputs[i]!.type,
      place: parts.main.outputs[i]!.place,
    })),
  };
}

/** Constants of the code, and the kept inputs as they are now. */
function contents({ inputs }: ArtefactEntry, { parts, inputs: own }: LaidOut): Segment[] {
  const segments: Segment[] = [];
  const add = (place: number | undefined, data: Data | undefined): void => {
    if (place === undefined || place < 0 || !data) return;
    // Memory starts as zeros.
    if (data.every((x) => x === 0 && !Object.is(x, -0))) return;
    // A copy: the contents of an input may be a view on a program's memory.
    segments.push({ place, bytes: new Uint8Array(data.slice().buffer) });
  };
  for (const k of parts.prologue ? [parts.main, parts.prologue] : [parts.main])
    for (const b of k.buffers) if (b.role === "constant") add(b.place, b.data);
  inputs.forEach((input, i) => add(own[i]?.place, input.kept));
  return segments;
}
