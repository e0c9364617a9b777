// The WebAssembly backend: programs of Graphs, compiled, read from files, or made for every length.
import type { Graph } from "../ir/types.js";
import type { Backend, CompileOptions, Program } from "./backend.js";
import { compileGeneric } from "./generic.js";
import { throughFiles } from "./program-files.js";
import { compileGraph, instantiate } from "./wasm-program.js";

const compile = (graph: Graph, options: CompileOptions): Program => instantiate(compileGraph(graph, options));

export const wasmBackend: Backend = {
  name: "wasm",
  compile(graph, options) {
    const { cacheDir, profile } = options;
    // A profiled program is for looking at, and holds more code; the files have no samplers.
    if (cacheDir === undefined || profile === true || options.sampler) return compile(graph, options);
    return throughFiles(cacheDir, graph, options, compile);
  },
  compileGeneric,
};
