// A function on tensors and the types of its free inputs in; a program with typed-array slots out, run without allocation.
// Samplers and optimisers use it where `jit` would copy tensors at every call.
import { Builder } from "../ir/builder.js";
import { holdsGraph } from "../ir/sub-graphs.js";
import { allocate, sameType, showType, sizeOf, type Data, type Graph, type Type } from "../ir/types.js";
import type { CompileOptions, Lowered, Rows } from "../runtime/backend.js";
import { defaultBackend } from "../runtime/backends.js";
import type { SamplerPlan } from "../codegen/wasm/sampler/plan.js";
import type { Sampler } from "../runtime/sampler.js";
import { concrete, type Tensor } from "../tensor/tensor.js";
import { narrow } from "../transform/narrow.js";
import { familyText, ProgramFamilies } from "./program-family.js";
import { printable } from "./printable.js";
import { currentTrace, Trace, within } from "./trace.js";

export type { Rows } from "../runtime/backend.js";

/** The function: free inputs change at every run, bound inputs stay put until they are bound anew. */
export type FlatFunction = (free: readonly Tensor[], bound: readonly Tensor[]) => readonly Tensor[];

export interface FlatProgram {
  /** Write the free inputs here before a run. Neighbours are contiguous in memory where the backend can do it. */
  readonly inputs: readonly Data[];
  readonly outputTypes: readonly Type[];
  /** Whether making it compiled anything: false where it was read from `cacheDir`, or serves this length too. */
  readonly compiled: boolean;
  /** What it computes, as traced for these types; null where it runs eagerly. */
  readonly graph: Graph | null;
  /** The compiled stages; null where there are none because the function runs eagerly. */
  readonly lowered: Lowered | null;
  /** Milliseconds from the start of tracing to a program that can run. */
  readonly compileMs: number;
  /** New contents of the bound inputs, of the same types: what depends on them alone is computed anew, nothing is compiled. */
  bind(bound: readonly Tensor[]): void;
  /** What the program reads besides its free inputs: bound tensors (those of now, unless told), then what the function captured. */
  kept(bound?: readonly Tensor[]): readonly Data[];
  run(): void;
  /** The program as a function without any checks, right until `bind`; absent where the backend has none. */
  direct?(): () => void;
  /** The arrays that every run writes its outputs to; null where each run makes new ones. */
  readonly outputs: readonly Data[] | null;
  /** The contents of output i, valid until the next run. */
  output(i: number): Data;
  /** Where one was asked for and the backend has one. */
  readonly sampler?: Sampler;
  readonly rows?: Rows;
  dispose(): void;
}

export interface FlatOptions {
  /** Named in errors: `infer.logDensity(model)`. */
  readonly label: string;
  readonly jit: boolean;
  readonly backend?: string;
  /** "f32": every f64 value of the program, its slots included, is held and computed in single precision. Default "f64". */
  readonly dtype?: "f64" | "f32";
  /** Relaxed SIMD where the engine has it. */
  readonly relaxedSimd?: boolean;
  /** Free inputs and the outputs that are their next values: the program may keep both in one place. */
  readonly next?: CompileOptions["next"];
  /** Makes `lowered.kernelTimes()` possible. */
  readonly profile?: boolean;
  /** Where compiled programs are kept from one process to the next: see CompileOptions. */
  readonly cacheDir?: CompileOptions["cacheDir"];
  /** A sampler in the same module, where the backend has one: see CompileOptions. */
  readonly sampler?: SamplerPlan;
  /** The program is run at many points, where the backend can do that in one call: see CompileOptions. */
  readonly rows?: boolean;
  /** Few runs are to come: what is little work is interpreted, which is sooner done than compiling. */
  readonly seldom?: boolean;
  /** Programs of the same function for other leading lengths: from the second length on one program serves all. */
  readonly families?: ProgramFamilies;
}

export function flatProgram(
  options: FlatOptions,
  free: readonly Type[],
  bound: readonly Tensor[],
  fn: FlatFunction,
): FlatProgram {
  if (options.jit) return compiled(options, free, bound, fn);
  // Single precision is a property of graphs: without compiling, the graph runs equation by equation.
  if (options.dtype === "f32") return compiled({ ...options, backend: "interpret" }, free, bound, fn);
  return eager(options, free, bound, fn);
}

function checkTypes(label: string, expected: readonly Type[], given: readonly Tensor[]): void {
  if (expected.length !== given.length)
    throw new Error(`${label}: ${expected.length} bound tensors are needed, got ${given.length}.`);
  expected.forEach((type, i) => {
    if (!sameType(type, given[i].type))
      throw new Error(
        `${label}: bound tensor ${i} is ${showType(given[i].type)}, the program was compiled for ${showType(type)}.`,
      );
  });
}

function compiled(
  options: FlatOptions,
  free: readonly Type[],
  bound: readonly Tensor[],
  fn: FlatFunction,
): FlatProgram {
  const { label, backend, dtype, relaxedSimd, next, profile, cacheDir, sampler, rows, seldom } = options;
  const { families = new ProgramFamilies() } = options;
  const began = performance.now();
  const builder = new Builder(label);
  const trace = new Trace(builder, label, currentTrace(), "forbid");
  const argument = (type: Type): Tensor => trace.tensor(builder.input(type), `an argument of ${label}`);
  const freeArgs = free.map(argument);
  const boundArgs = bound.map((t) => argument(t.type));
  const outputs = within(trace, () => fn(freeArgs, boundArgs).map((t) => trace.lift(t)));
  // What the function captured became inputs behind the arguments: bound for good.
  const traced = builder.finish(outputs);
  const graph = dtype === "f32" ? narrow(traced) : traced;
  const types = bound.map((t) => t.type);
  let held = bound;
  const args = free.length + bound.length;
  const member = families.program(
    [...free, ...types].map(familyText).join(),
    graph,
    args,
    backend ?? (seldom && isLittle(graph) ? "interpret" : defaultBackend),
    {
      name: label,
      bound: graph.inputs.map((_, i) => i >= free.length),
      ...(relaxedSimd === undefined ? {} : { relaxedSimd }),
      ...(next === undefined ? {} : { next }),
      ...(profile === undefined ? {} : { profile }),
      ...(cacheDir === undefined ? {} : { cacheDir }),
      ...(sampler === undefined ? {} : { sampler }),
      ...(rows === undefined ? {} : { rows }),
    },
  );
  const { program } = member;
  const set = (tensors: readonly Tensor[]): void =>
    tensors.forEach((t, i) => program.setInput(free.length + i, t.data()));
  set(bound);
  const captured = trace.captures.map((t) => t.data());
  if (member.contents)
    member.contents.forEach((c, i) => {
      if (i >= args) program.setInput(i, c.kind === "data" ? c.data : captured[c.index - args]!);
    });
  else captured.forEach((data, i) => program.setInput(args + i, data));
  return {
    inputs: free.map((_, i) => program.inputView(i)),
    outputTypes: graph.outputs.map((v) => v.type),
    compiled: member.compiled,
    graph,
    get lowered() {
      return printable(program.lowered);
    },
    compileMs: performance.now() - began,
    bind(next) {
      checkTypes(label, types, next);
      set(next);
      held = next;
    },
    kept: (of = held) =>
      [...of, ...trace.captures].map((t, i) => {
        const contents = allocate(graph.inputs[free.length + i]!.type);
        contents.set(t.data());
        return contents;
      }),
    run: () => program.run(),
    ...(program.direct ? { direct: () => program.direct!() } : {}),
    outputs: program.outputs ?? null,
    output: (i) => program.output(i),
    ...(program.sampler ? { sampler: program.sampler } : {}),
    ...(program.rows ? { rows: program.rows } : {}),
    dispose: () => program.dispose(),
  };
}

/** Elements of all values up to which interpreting a graph takes well below a millisecond. */
const LITTLE = 4000;

const isLittle = ({ equations }: Graph): boolean =>
  !equations.some(holdsGraph) &&
  equations.reduce((n, { outputs }) => outputs.reduce((m, v) => m + sizeOf(v.type.shape), n), 0) <= LITTLE;

/** Runs the function itself, operation by operation, at every run. */
function eager(
  { label }: FlatOptions,
  free: readonly Type[],
  bound: readonly Tensor[],
  fn: FlatFunction,
): FlatProgram {
  const inputs = free.map(allocate);
  const types = bound.map((t) => t.type);
  let tensors = bound;
  let results: readonly Tensor[] | null = null;
  const evaluate = (): readonly Tensor[] =>
    fn(
      free.map((type, i) => concrete(type, inputs[i].slice())),
      tensors,
    );
  return {
    inputs,
    get outputTypes() {
      return (results ?? evaluate()).map((t) => t.type);
    },
    compiled: false,
    graph: null,
    lowered: null,
    compileMs: 0,
    bind(next) {
      checkTypes(label, types, next);
      tensors = next;
    },
    kept: (of = tensors) => of.map((t) => t.data().slice()),
    run() {
      results = evaluate();
    },
    outputs: null,
    output(i) {
      if (!results) throw new Error(`${label}: call run() before output(${i}).`);
      return results[i].data();
    },
    dispose() {
      tensors = [];
      results = null;
    },
  };
}
