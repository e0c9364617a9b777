// What a backend is: a Graph in, a Program that runs it out.
import type { Data, Graph } from "../ir/types.js";
import type { SamplerPlan } from "../codegen/wasm/sampler/plan.js";
import type { KernelCost } from "../schedule/cost.js";
import type { ProgramStore } from "./program-store.js";
import type { Sampler } from "./sampler.js";

export interface CompileOptions {
  readonly name: string;
  readonly fastMath?: boolean;
  /** Relaxed SIMD where the engine has it: results may then differ between machines in their last digits. */
  readonly relaxedSimd?: boolean;
  /** Inputs and the outputs that are their next values, which the program may keep in one place: callers feed the output back. */
  readonly next?: readonly (readonly [input: number, output: number])[];
  /** One flag per input: data that stay put while the other inputs change. */
  readonly bound?: readonly boolean[];
  readonly verify?: boolean;
  /** Makes `lowered.kernelTimes()` possible, at the price of the code once more. */
  readonly profile?: boolean;
  /** Where compiled programs are kept from one process to the next: a folder (Node) or an open database (browsers). */
  readonly cacheDir?: string | ProgramStore;
  /** A sampler in the same module: the free inputs are coordinates, the outputs a log density and its gradient, all f64. */
  readonly sampler?: SamplerPlan;
  /** The program is run at many points: see Program.rows. */
  readonly rows?: boolean;
}

/** What one pass did. The texts are printed only when read. */
export interface PassRecord {
  readonly name: string;
  /** Applications by rule name. */
  readonly fired: Readonly<Record<string, number>>;
  readonly before: string;
  readonly after: string;
}

/** A compiled graph at every stage, for people and tests. */
export interface Lowered {
  readonly graph: Graph;
  readonly optimized: Graph;
  readonly prologue: Graph | null;
  kernels: { toString(): string };
  wat(): string;
  readonly wasm: Uint8Array;
  /** Size of the code in bytes; 0 where there is none. */
  readonly codeBytes: number;
  readonly passes: readonly PassRecord[];
  readonly memory: { arenaBytes: number; naiveBytes: number; constantBytes: number };
  readonly compileMs: number;
  /** One entry per loop nest of the main program, in order; its string is a table. */
  readonly kernelCosts: readonly KernelCost[];
  /** Whether it was compiled with { profile: true }. */
  readonly isProfiled: boolean;
  /** Measures each kernel on the inputs of the last call; only in programs compiled with { profile: true }. */
  kernelTimes(): readonly KernelTime[];
}

/** What one kernel takes: `share` is its part of the whole. */
export interface KernelTime extends KernelCost {
  readonly microseconds: number;
  readonly share: number;
}

/** A program at many points in one call. */
export interface Rows {
  /** Most points of a call. */
  readonly capacity: number;
  /** Written before a call: the free inputs of one point after another. */
  readonly points: Float64Array;
  run(count: number): void;
  /** For each output, its values at one point after another, valid until the next call. */
  readonly outputs: readonly Float64Array[];
}

export interface Program {
  /** Whether it was read from `cacheDir`, so that nothing was compiled. */
  readonly cached?: boolean;
  /** Where `lowered` is made on demand only: the size of the program. */
  readonly codeBytes?: number;
  readonly lowered: Lowered;
  /** Where one was asked for and the backend has one. */
  readonly sampler?: Sampler;
  /** Where it was asked for, the backend has it and all numbers are f64. */
  readonly rows?: Rows;
  /** Copies new contents into input i (bound inputs: marks the prologue to run before the next call). */
  setInput(i: number, data: Data): void;
  /** Runs the (prologue and) main program. */
  run(): void;
  /** Runs the prologue where that is due, and returns the main program as a function without any checks: right until bound inputs change. */
  direct?(): () => void;
  /** Where every run writes to the same arrays: those that hold the outputs. */
  readonly outputs?: readonly Data[];
  /** A view or copy of output i's current contents; valid until the next run. */
  output(i: number): Data;
  /** The storage of input i itself where the backend can share it (wasm: a view on memory), for callers that fill inputs in place. */
  inputView(i: number): Data;
  dispose(): void;
}

/** A program that is compiled once for every length of its open axes. */
export interface GenericProgram {
  readonly lowered: Lowered;
  /** A program for one length, with memory of its own; nothing is compiled. Throws NotGeneric where the length is too small or too large. */
  at(n: number): Program;
}

export interface Backend {
  readonly name: string;
  compile(graph: Graph, options: CompileOptions): Program;
  /** Throws NotGeneric with the reason when code for every length cannot be had; absent where each length is compiled by itself. */
  readonly compileGeneric?: (graph: Graph, options: CompileOptions) => GenericProgram;
}
