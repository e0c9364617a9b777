// A Graph and a store of programs in; its program, read from there when some process has compiled it before, out.
import type { RowsLayout } from "../codegen/wasm/rows.js";
import type { SamplerLayout } from "../codegen/wasm/sampler/plan.js";
import { print } from "../ir/print.js";
import { allocate, sizeOf, type Graph } from "../ir/types.js";
import type { CompileOptions, Lowered, Program } from "./backend.js";
import { buildId } from "./build-id.js";
import { EntryProgram } from "./entry-program.js";
import { FORMAT, SECTION, VERSION, type Entry } from "./manifest.js";
import { folderOfPrograms } from "./program-files.js";
import type { ProgramStore } from "./program-store.js";
import { hasRelaxedSimd } from "./relaxed-simd.js";
import { rowsOf } from "./rows.js";
import { Sampler } from "./sampler.js";
import { writeArtefact } from "./write-artefact.js";

/** What the option `cacheDir` takes: a folder's path, or what `openProgramDatabase` gave. */
export function programStore(name: string, given: string | ProgramStore): ProgramStore {
  if (typeof given === "string") return folderOfPrograms(name, given);
  const store: Partial<ProgramStore> | null = given;
  if (typeof store?.read === "function" && typeof store.write === "function") return given;
  const got = given instanceof Promise ? "a promise (write await before it)" : typeof given;
  throw new TypeError(
    `${name}: cacheDir must be the path of a folder, or await openProgramDatabase() in a browser; got ${got}.`,
  );
}

/** The text of the graph is its whole meaning; the options are those that change code. */
function factsOf(graph: Graph, options: CompileOptions): string {
  const { bound, fastMath = false, relaxedSimd = false, next, sampler, rows = false } = options;
  const relaxed = relaxedSimd && hasRelaxedSimd();
  const how = [bound, fastMath, relaxed, next, sampler, rows];
  return JSON.stringify([FORMAT, VERSION, buildId(), ...how, print(graph)]);
}

type Compile = (graph: Graph, options: CompileOptions) => Program;

/** `compile` makes the stages that people look at, when they are asked for. */
export function throughStore(
  store: ProgramStore,
  graph: Graph,
  options: CompileOptions,
  compile: Compile,
): Program {
  const facts = factsOf(graph, options);
  const kept = store.read(facts);
  if (kept)
    try {
      return programOf(kept, graph, options, compile, true);
    } catch (error) {
      store.report(`a kept program cannot be used (${(error as Error).message}); it is compiled anew.`);
    }
  const bytes = write(graph, options);
  store.write(facts, bytes);
  return programOf(bytes, graph, options, compile, false);
}

/** The program alone: data are the process's. */
function write(graph: Graph, options: CompileOptions): Uint8Array<ArrayBuffer> {
  const { name, fastMath, relaxedSimd, next, sampler, rows } = options;
  const bound = options.bound ?? graph.inputs.map(() => false);
  const entry = {
    name: "program",
    graph,
    inputs: graph.inputs.map((v, i) => ({
      name: `input ${i}`,
      bound: bound[i]!,
      ...(bound[i] ? { kept: allocate(v.type) } : {}),
    })),
    outputs: graph.outputs.map((_, i) => `output ${i}`),
    ...(fastMath === undefined ? {} : { fastMath }),
    ...(relaxedSimd === undefined ? {} : { relaxedSimd }),
    ...(next === undefined ? {} : { next }),
    ...(sampler === undefined ? {} : { sampler }),
    ...(rows === undefined ? {} : { rows }),
  };
  return writeArtefact([entry], { kind: "function", name, args: { array: [] }, out: "*" });
}

interface Kept {
  readonly entries: { readonly program: Entry };
  readonly sampler?: SamplerLayout;
  readonly rows?: RowsLayout;
}

function manifestOf(module: WebAssembly.Module): Kept {
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  if (!section) throw new Error("it holds no manifest");
  return JSON.parse(new TextDecoder().decode(section)) as Kept;
}

function programOf(
  bytes: Uint8Array<ArrayBuffer>,
  graph: Graph,
  options: CompileOptions,
  compile: Compile,
  cached: boolean,
): Program {
  const module = new WebAssembly.Module(bytes);
  const manifest = manifestOf(module);
  const instance = new WebAssembly.Instance(module);
  let entry: EntryProgram | null = new EntryProgram(manifest.entries.program, instance);
  const alive = (): EntryProgram => {
    if (entry) return entry;
    throw new Error(`The program ${options.name} was disposed; compile it again.`);
  };
  const refreshed =
    (name: string) =>
    (count: number): number => {
      alive().refresh();
      return (instance.exports[name] as (count: number) => number)(count);
    };
  const { buffer } = instance.exports["memory"] as WebAssembly.Memory;
  const sampler = manifest.sampler && new Sampler(manifest.sampler, buffer, refreshed("sampler"));
  const rows = manifest.rows && rowsOf(manifest.rows, buffer, refreshed("rows"));
  // Inputs that nothing reads may be set all the same.
  const inputs = graph.inputs.map((v, i) => entry!.inputs[i] ?? allocate(v.type));
  let lowered: Lowered | undefined;
  return {
    cached,
    codeBytes: bytes.length,
    get lowered() {
      return (lowered ??= compile(graph, options).lowered);
    },
    ...(sampler ? { sampler } : {}),
    ...(rows ? { rows } : {}),
    setInput(i, data) {
      const program = alive();
      if (data.length !== inputs[i]!.length)
        throw new Error(
          `${options.name}: input ${i} takes ${sizeOf(graph.inputs[i]!.type.shape)} elements, got ${data.length}.`,
        );
      program.set(i, data);
    },
    run: () => alive().run(),
    direct: () => alive().direct(),
    outputs: entry.outputs,
    output: (i) => alive().outputs[i]!,
    inputView(i) {
      alive();
      return inputs[i]!;
    },
    dispose() {
      entry = null;
    },
  };
}
