// A Graph in; its WebAssembly module, and programs whose call is one wasm function over planned memory, out.
import { shapeAt, sizeAt } from "../ir/size.js";
import { allocate, sizeOf, type Data, type Graph } from "../ir/types.js";
import { disassemble } from "../codegen/wasm/disassemble.js";
import { isTag, LENGTH_AT, readTag, TABLE_AT } from "../codegen/wasm/open-layout.js";
import { emitProgram, type WasmProgram } from "../codegen/wasm/program.js";
import type { Buffer } from "../schedule/kernel.js";
import { kernelCosts } from "../schedule/cost.js";
import type { CompileOptions, Lowered, Program } from "./backend.js";
import { layOut, type LaidOut } from "./lay-out.js";
import { memoryView } from "./memory-view.js";
import { rowsOf } from "./rows.js";
import { Sampler } from "./sampler.js";
import { costList, timeKernels } from "./kernel-times.js";

/** A compiled graph: what instances of it are made from. */
export interface CompiledGraph {
  readonly graph: Graph;
  readonly options: CompileOptions;
  readonly laidOut: LaidOut;
  readonly emitted: WasmProgram;
  readonly module: WebAssembly.Module;
  readonly compileMs: number;
}

export function compileGraph(
  graph: Graph,
  options: CompileOptions,
  began = performance.now(),
): CompiledGraph {
  const laidOut = layOut(graph, options);
  const emitted = emitProgram(laidOut.parts);
  const module = new WebAssembly.Module(emitted.bytes);
  return { graph, options, laidOut, emitted, module, compileMs: performance.now() - began };
}

/** Memory large enough for the length, with what the code must know of it. */
function settle(memory: WebAssembly.Memory, { layout }: WasmProgram, n: number): readonly number[] {
  if (!layout) return [];
  const { addresses, end } = layout(n);
  const missing = Math.ceil(end / 65536) - memory.buffer.byteLength / 65536;
  if (missing > 0) memory.grow(missing);
  const words = new Int32Array(memory.buffer);
  words[LENGTH_AT / 4] = n;
  words.set(addresses, TABLE_AT / 4);
  return addresses;
}

/** A program with memory of its own; `n` is the length of open axes, where the graph has such. */
export function instantiate(compiled: CompiledGraph, n = 0): Program {
  const { graph, options, laidOut, emitted, module, compileMs } = compiled;
  const bound = options.bound ?? graph.inputs.map(() => false);
  const { optimised, parts, inputs: own } = laidOut;
  const { main, prologue } = parts;
  const { main: mainGraph, prologue: prologueGraph = null } = optimised;
  let instance: WebAssembly.Instance | null = new WebAssembly.Instance(module);
  const held = instance.exports.memory as WebAssembly.Memory;
  const addresses = settle(held, emitted, n);
  const memory = held.buffer;
  const view = (b: Buffer): Data => {
    const place = isTag(b.place) ? addresses[readTag(b.place).number]! : b.place;
    return memoryView(memory, b.dtype, place, sizeAt(b.size, n));
  };
  for (const k of prologue ? [main, prologue] : [main])
    for (const b of k.buffers) if (b.role === "constant" && b.data && b.place !== -1) view(b).set(b.data);
  let runMain = instance.exports.main as () => void;
  const runPrologue = instance.exports.prologue as (() => void) | undefined;
  const runTimed = instance.exports.timed as ((stop: number) => void) | undefined;
  // A bound input that nothing reads has no place in memory, but may still be set.
  const inputs = graph.inputs.map((v, i) => {
    const b = own[i];
    return b && b.place !== -1 ? view(b) : allocate({ ...v.type, shape: shapeAt(v.type.shape, n) });
  });
  const outputs = main.outputs.map(view);
  let stale = runPrologue !== undefined;
  const gone = (): never => {
    throw new Error(`The program ${options.name} was disposed; compile it again.`);
  };
  // Made for those who look: most programs only run.
  let costs: Lowered["kernelCosts"] | undefined;
  const costsOf = (): Lowered["kernelCosts"] => (costs ??= costList(kernelCosts(main)));
  const refresh = (): void => {
    if (!stale) return;
    runPrologue!();
    stale = false;
  };
  const lowered: Lowered = {
    graph,
    optimized: mainGraph,
    prologue: prologueGraph,
    kernels: {
      toString: () =>
        prologue ? `prologue:\n${prologue.toString()}\n\nmain:\n${main.toString()}` : main.toString(),
    },
    wat: () => disassemble(emitted.bytes),
    wasm: emitted.bytes,
    codeBytes: emitted.bytes.length,
    passes: optimised.passes,
    memory: emitted.memory,
    compileMs,
    get kernelCosts() {
      return costsOf();
    },
    isProfiled: runTimed !== undefined,
    kernelTimes() {
      if (!instance) gone();
      if (!runTimed)
        throw new Error(
          `kernelTimes of ${options.name}: compile with { profile: true }; the plain program has no places to stop at.`,
        );
      refresh();
      return timeKernels(costsOf(), runTimed);
    },
  };
  const runSampler = instance.exports.sampler as (iterations: number) => number;
  const sampler =
    emitted.sampler &&
    new Sampler(emitted.sampler, memory, (iterations) => {
      if (!instance) gone();
      refresh();
      return runSampler(iterations);
    });
  const runRows = instance.exports.rows as (count: number) => void;
  const rows =
    emitted.rows &&
    rowsOf(emitted.rows, memory, (count) => {
      if (!instance) gone();
      refresh();
      runRows(count);
    });
  return {
    lowered,
    ...(sampler ? { sampler } : {}),
    ...(rows ? { rows } : {}),
    setInput(i, data) {
      if (!instance) gone();
      const into = inputs[i]!;
      if (data.length !== into.length)
        throw new Error(
          `${options.name}: input ${i} takes ${sizeAt(sizeOf(graph.inputs[i]!.type.shape), n)} elements, got ${data.length}.`,
        );
      into.set(data);
      if (bound[i]) stale = runPrologue !== undefined;
    },
    run() {
      if (stale) refresh();
      runMain();
    },
    direct() {
      if (!instance) gone();
      refresh();
      return runMain;
    },
    outputs: [...outputs],
    output: (i) => (instance ? outputs[i]! : gone()),
    inputView(i) {
      if (!instance) gone();
      return inputs[i]!;
    },
    dispose() {
      instance = null;
      runMain = gone;
      inputs.length = 0;
      outputs.length = 0;
    },
  };
}
