// What an operation must declare, by kind. The rows themselves stand in ops/; nothing outside ops/ tests an op's name.
import type { Data, DType, Equation, Graph, Params, Shape, Type, Value } from "./types.js";
import type { IndexMap } from "./index-map.js";
import type { Machine } from "./machine.js";

/** Where rules put the equations they make: a graph under construction, or an evaluator that computes at once. */
export interface Emit {
  /** Appends one equation and returns its first output. */
  (op: Op, inputs: readonly Value[], params?: Params): Value;
  /** Appends one equation and returns all of its outputs. */
  all(op: Op, inputs: readonly Value[], params?: Params): readonly Value[];
  /** A literal scalar (or, with a shape, a filled array) of the dtype. */
  literal(x: number | boolean, dtype: DType, shape?: Shape): Value;
  /** Graph transforms, handed in so that rules of sub-graph operations can use them without importing upwards. */
  readonly transforms: Transforms;
}

export interface Transforms {
  /** inputs ++ tangents (one per input with active[i]) -> outputs ++ tangents of all float outputs */
  jvp(g: Graph, active: readonly boolean[]): Graph;
  /** inputs ++ cotangents of all float outputs -> cotangents of the inputs with active[i] (recomputes the forward part); `guarded` as in the rows' vjp, false when absent */
  vjp(g: Graph, active: readonly boolean[], guarded?: boolean): Graph;
  /** adds a leading axis of the size to the marked inputs; `all` forces every output batched, and the flags say which are */
  vmap(
    g: Graph,
    batched: readonly boolean[],
    size: number,
    all: boolean,
  ): { graph: Graph; batched: readonly boolean[] };
}

/** An equation that stands in the graph under construction: its inputs and outputs are live values there. */
export type Site = Pick<Equation, "inputs" | "outputs" | "params">;

interface Common {
  readonly name: string;
  /** One sentence: what it computes. */
  readonly doc: string;
  /** Output types from input types; throws an Error whose message names the op, the shapes and dtypes, and the remedy. */
  infer(inputs: readonly Type[], params: Params): readonly Type[];
  /** The reference meaning on dense row-major data. Returns fresh arrays. */
  evaluate(
    inputs: readonly Data[],
    params: Params,
    types: { inputs: readonly Type[]; outputs: readonly Type[] },
    host: EvaluateHost,
  ): readonly Data[];
  /** Tangents of the outputs from tangents of the inputs; null is an exact zero (and the only choice for non-floats). */
  jvp(e: Emit, at: Site, tangents: readonly (Value | null)[]): readonly (Value | null)[];
  /** Cotangents of the inputs from cotangents of the outputs; null is an exact zero. `guarded`: a zero cotangent must stay zero even where a partial is not finite. */
  vjp(
    e: Emit,
    at: Site,
    cotangents: readonly (Value | null)[],
    guarded: boolean,
    /** Which inputs' cotangents are asked for (all when absent); those of the others are dropped, so rules may leave them out. */
    wanted?: readonly boolean[],
  ): readonly (Value | null)[];
  /** The operation over a new leading axis of the given size, present on the inputs marked batched. */
  vmap(
    e: Emit,
    inputs: readonly Value[],
    batched: readonly boolean[],
    params: Params,
    size: number,
  ): { outputs: readonly Value[]; batched: readonly boolean[] };
  /** False for operations that must not be removed, merged or reordered. Absent means pure. */
  readonly effect?: boolean;
}

/** Lets operations with sub-graphs evaluate them. */
export interface EvaluateHost {
  interpret(graph: Graph, inputs: readonly Data[]): readonly Data[];
}

/** How far results may be from the true values. */
export interface Bound {
  /** In units in the last place of the true value. */
  readonly ulp: number;
  /** Where the true value is smaller than this, at roots, in units of this instead. */
  readonly floor?: number;
  /** There the relative error is at most this as well. */
  readonly relative?: number;
}

/** One result element from one element of each input, all of the output's shape (broadcasting is explicit in the Graph). */
export interface Elementwise extends Common, Bound {
  readonly kind: "elementwise";
  /** The computation on one element; the input and output dtypes select among number kinds. Used for evaluate, scalar wasm and SIMD wasm alike. */
  body<V>(k: Machine<V>, x: readonly V[], dtypes: { inputs: readonly DType[]; output: DType }): V;
  /** Rough price in flops: 1 for an add, about 15 for exp. The scheduler recomputes cheap values and stores dear ones. */
  readonly cost: number;
  /** False when the body has no SIMD form and runs lane by lane. */
  readonly simd: boolean;
  /** What algebra passes may use, instead of testing names. */
  readonly traits?: { readonly commutative?: boolean; readonly associative?: boolean };
  /** Test range per input. */
  readonly range: readonly (readonly [number, number])[];
  /** Error bound of the partial derivatives, or of each; 4 ulp where it is absent. */
  readonly slopes?: Bound | readonly Bound[];
}

/** Output elements are input elements elsewhere (or a fill value): no arithmetic. */
export interface Movement extends Common {
  readonly kind: "movement";
  /** For each output index, where it reads the input. */
  indexMap(input: Type, params: Params): IndexMap;
}

/** Folds the axes `params.axes` (number[], ascending) away with an associative combine. One input, one output. */
export interface Reduction extends Common {
  readonly kind: "reduction";
  identity(dtype: DType): number;
  combine<V>(k: Machine<V>, acc: V, x: V, dtype: DType): V;
  /** A cheaper way to fold many terms. */
  readonly running?: Running;
}

/**
 * Terms may be gathered in a running value, cheaply, that gives its part of the total now and then; it begins at 0. Where
 * terms are not gathered, the fold is that of `each` term by `total`.
 */
export interface Running {
  readonly each: Elementwise;
  readonly total: Reduction;
  /** One more term, or another running value, gathered. At most 1000 terms stand together. */
  gather<V>(k: Machine<V>, running: V, x: V): V;
  /** The running value's part of the total. */
  settle<V>(k: Machine<V>, running: V): V;
}

/** Everything else: constants, gather, scatter, concatenate, contractions, linear algebra, random bits, control flow. */
export interface Special extends Common {
  readonly kind: "special";
  /** How the scheduler lowers it: one of the few forms it knows, or a routine of codegen/ looked up by this name. */
  readonly lowering: string;
}

export type Op = Elementwise | Movement | Reduction | Special;
