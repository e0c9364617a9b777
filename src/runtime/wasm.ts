// The WebAssembly backend: programs of Graphs, compiled, kept from process to process, or made for every length.
import type { Graph } from "../ir/types.js";
import type { Backend, CompileOptions, Program } from "./backend.js";
import { compileGeneric } from "./generic.js";
import { programStore, throughStore } from "./kept-program.js";
import { compileGraph, instantiate } from "./wasm-program.js";

const compile = (graph: Graph, options: CompileOptions): Program => instantiate(compileGraph(graph, options));

export const wasmBackend: Backend = {
  name: "wasm",
  compile(graph, options) {
    const { cacheDir, profile, name } = options;
    // A profiled program is for looking at, and holds more code.
    if (cacheDir === undefined || profile === true) return compile(graph, options);
    return throughStore(programStore(name, cacheDir), graph, options, compile);
  },
  compileGeneric,
};
