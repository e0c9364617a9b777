// The public names of "sinter/runtime": what runs an exported program, its sampler included, without the compiler.
export * from "./runtime/entry.js";
export { runChains, type FileRun, type FileRunOptions } from "./infer/chains/run-file.js";
