// A Graph and a folder in; its program, read from a file there when some process has compiled it before, out.
import { print } from "../ir/print.js";
import { allocate, sizeOf, type Graph } from "../ir/types.js";
import type { CompileOptions, Lowered, Program } from "./backend.js";
import { EntryProgram } from "./entry-program.js";
import { FORMAT, SECTION, VERSION, type FunctionManifest } from "./manifest.js";
import { hasRelaxedSimd } from "./relaxed-simd.js";
import { writeArtefact } from "./write-artefact.js";

/** Compiling is synchronous, so the files must be too; a dynamic import is not. */
function files(name: string) {
  const builtin = typeof process === "undefined" ? undefined : process.getBuiltinModule;
  if (!builtin)
    throw new Error(
      `${name}: cacheDir keeps programs in files, which needs Node; leave the option out here.`,
    );
  return {
    fs: builtin("node:fs"),
    crypto: builtin("node:crypto"),
    url: builtin("node:url"),
    path: builtin("node:path"),
  };
}

type Files = ReturnType<typeof files>;

/** Changes when this package is built anew, so that a changed compiler never finds its predecessor's programs. */
function buildOf({ fs, url }: Files): string {
  if (!import.meta.url.startsWith("file:")) return import.meta.url;
  const { mtimeMs, size } = fs.statSync(url.fileURLToPath(import.meta.url));
  return `${mtimeMs} ${size}`;
}

/** The text of the graph is its whole meaning; the options are those that change code. */
function fileOf(dir: string, graph: Graph, options: CompileOptions, node: Files): string {
  const { bound, fastMath = false, relaxedSimd = false } = options;
  const relaxed = relaxedSimd && hasRelaxedSimd();
  const facts = [FORMAT, VERSION, buildOf(node), bound, fastMath, relaxed, print(graph)];
  const hash = node.crypto.createHash("sha256").update(JSON.stringify(facts)).digest("hex");
  return node.path.join(dir, `${hash.slice(0, 40)}.wasm`);
}

/** `compile` makes the stages that people look at, when they are asked for. */
export function throughFiles(
  dir: string,
  graph: Graph,
  options: CompileOptions,
  compile: (graph: Graph, options: CompileOptions) => Program,
): Program {
  const node = files(options.name);
  const path = fileOf(dir, graph, options, node);
  const kept = readProgram(path, node);
  if (kept) return programOf(kept, graph, options, compile, true);
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
    ...(options.fastMath === undefined ? {} : { fastMath: options.fastMath }),
    ...(options.relaxedSimd === undefined ? {} : { relaxedSimd: options.relaxedSimd }),
  };
  const head = { kind: "function" as const, name: options.name, args: { array: [] }, out: "*" as const };
  const bytes = writeArtefact([entry], head);
  save(path, bytes, options.name, node);
  return programOf(bytes, graph, options, compile, false);
}

/** Null where there is no such file, or one that was not written to its end. */
function readProgram(path: string, { fs }: Files): Uint8Array<ArrayBuffer> | null {
  if (!fs.existsSync(path)) return null;
  const bytes = fs.readFileSync(path);
  return WebAssembly.validate(bytes) ? bytes : null;
}

/** Other processes see all of the file or nothing. */
function save(path: string, bytes: Uint8Array, name: string, { fs, path: paths, crypto }: Files): void {
  const own = `${path}.${crypto.randomUUID()}`;
  try {
    fs.mkdirSync(paths.dirname(path), { recursive: true });
    fs.writeFileSync(own, bytes);
    fs.renameSync(own, path);
  } catch (error) {
    throw new Error(
      `${name}: cacheDir ${paths.dirname(path)} cannot be written (${(error as Error).message}). Choose another folder, or leave it out.`,
      { cause: error },
    );
  }
}

function programOf(
  bytes: Uint8Array<ArrayBuffer>,
  graph: Graph,
  options: CompileOptions,
  compile: (graph: Graph, options: CompileOptions) => Program,
  cached: boolean,
): Program {
  const module = new WebAssembly.Module(bytes);
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  const manifest = JSON.parse(new TextDecoder().decode(section)) as {
    readonly entries: { readonly program: FunctionManifest["entries"]["call"] };
  };
  let entry: EntryProgram | null = new EntryProgram(
    manifest.entries.program,
    new WebAssembly.Instance(module),
  );
  const alive = (): EntryProgram => {
    if (entry) return entry;
    throw new Error(`The program ${options.name} was disposed; compile it again.`);
  };
  // Inputs that nothing reads may be set all the same.
  const inputs = graph.inputs.map((v, i) => entry!.inputs[i] ?? allocate(v.type));
  let lowered: Lowered | undefined;
  return {
    cached,
    codeBytes: bytes.length,
    get lowered() {
      return (lowered ??= compile(graph, options).lowered);
    },
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
