// The WebAssembly backend: a Graph in, a Program whose call is one wasm function over planned memory out.
import { allocate, sizeOf, type Data, type Graph } from "../ir/types.js";
import { disassemble } from "../codegen/wasm/disassemble.js";
import { emitProgram } from "../codegen/wasm/program.js";
import type { Buffer, Kernels } from "../schedule/kernel.js";
import { kernelCosts } from "../schedule/cost.js";
import type { Backend, CompileOptions, Lowered, Program } from "./backend.js";
import { layOut } from "./lay-out.js";
import { memoryView } from "./memory-view.js";
import { Sampler } from "./sampler.js";
import { throughFiles } from "./program-files.js";
import { costList, timeKernels } from "./kernel-times.js";

const view = (memory: ArrayBuffer, b: Buffer): Data => memoryView(memory, b.dtype, b.place, b.size);

function writeConstants(k: Kernels, memory: ArrayBuffer): void {
  for (const b of k.buffers) if (b.role === "constant" && b.data && b.place >= 0) view(memory, b).set(b.data);
}

export const wasmBackend: Backend = {
  name: "wasm",
  compile(graph, options) {
    const { cacheDir, profile } = options;
    // A profiled program is for looking at, and holds more code; the files have no samplers.
    if (cacheDir === undefined || profile === true || options.sampler) return compile(graph, options);
    return throughFiles(cacheDir, graph, options, compile);
  },
};

function compile(graph: Graph, options: CompileOptions): Program {
  const started = performance.now();
  const bound = options.bound ?? graph.inputs.map(() => false);
  const { optimised, parts, inputs: own } = layOut(graph, options);
  const { main, prologue } = parts;
  const { main: mainGraph, prologue: prologueGraph = null } = optimised;
  const emitted = emitProgram(parts);
  const module = new WebAssembly.Module(emitted.bytes);
  let instance: WebAssembly.Instance | null = new WebAssembly.Instance(module);
  const compileMs = performance.now() - started;
  const memory = (instance.exports.memory as WebAssembly.Memory).buffer;
  for (const k of prologue ? [main, prologue] : [main]) writeConstants(k, memory);
  let runMain = instance.exports.main as () => void;
  const runPrologue = instance.exports.prologue as (() => void) | undefined;
  const runTimed = instance.exports.timed as ((stop: number) => void) | undefined;
  // A bound input that nothing reads has no place in memory, but may still be set.
  const inputs = graph.inputs.map((v, i) => {
    const b = own[i];
    return b && b.place >= 0 ? view(memory, b) : allocate(v.type);
  });
  const outputs = main.outputs.map((b) => view(memory, b));
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
  return {
    lowered,
    ...(sampler ? { sampler } : {}),
    setInput(i, data) {
      if (!instance) gone();
      const into = inputs[i]!;
      if (data.length !== into.length)
        throw new Error(
          `${options.name}: input ${i} takes ${sizeOf(graph.inputs[i]!.type.shape)} elements, got ${data.length}.`,
        );
      into.set(data);
      if (bound[i]) stale = runPrologue !== undefined;
    },
    run() {
      if (stale) refresh();
      runMain();
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
