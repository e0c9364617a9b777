// The meaning of a Graph: a graph and dense data for its inputs in, data of its outputs out. Everything else is tested against it.
import type { EvaluateHost } from "./op.js";
import type { Data, DType, Equation, Graph, Type, Value } from "./types.js";
import { showType, sizeOf } from "./types.js";

const host: EvaluateHost = { interpret };

const storage: Readonly<Record<DType, { new (n: number): Data; readonly name: string }>> = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  bool: Uint8Array,
  key: Uint32Array,
};

/** Runs the equations in order. Throws an Error that names the graph, the equation and its origin. */
export function interpret(graph: Graph, inputs: readonly Data[]): readonly Data[] {
  if (inputs.length !== graph.inputs.length)
    throw new Error(
      `interpret: graph ${graph.name} takes ${graph.inputs.length} inputs, got ${inputs.length}.`,
    );
  const values = new Map<Value, Data>();
  for (let i = 0; i < inputs.length; i++) {
    const v = graph.inputs[i];
    const problem = mismatch(v.type, inputs[i]);
    if (problem) throw new Error(`interpret: input ${i} of graph ${graph.name}: ${problem}.`);
    values.set(v, inputs[i]);
  }
  const { equations } = graph;
  for (let n = 0; n < equations.length; n++) {
    const eq = equations[n];
    const args = new Array<Data>(eq.inputs.length);
    for (let i = 0; i < args.length; i++) {
      const data = values.get(eq.inputs[i]);
      if (!data) undefinedAt(`operand ${i} of ${describe(graph, eq, n)}`, eq.inputs[i]);
      args[i] = data;
    }
    let results: readonly Data[];
    try {
      results = eq.op.evaluate(args, eq.params, typesOf(eq), host);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`interpret: ${describe(graph, eq, n)} failed: ${reason}`, { cause });
    }
    for (let i = 0; i < eq.outputs.length; i++) {
      const problem = mismatch(eq.outputs[i].type, results[i]);
      if (problem) throw new Error(`interpret: output ${i} of ${describe(graph, eq, n)}: ${problem}.`);
      values.set(eq.outputs[i], results[i]);
    }
  }
  return graph.outputs.map((v, i) => values.get(v) ?? undefinedAt(`output ${i} of graph ${graph.name}`, v));
}

interface Types {
  readonly inputs: readonly Type[];
  readonly outputs: readonly Type[];
}

/** Made once an equation: bodies of loops are interpreted at every step. */
const known = new WeakMap<Equation, Types>();

function typesOf(eq: Equation): Types {
  let types = known.get(eq);
  if (!types) {
    types = { inputs: eq.inputs.map((v) => v.type), outputs: eq.outputs.map((v) => v.type) };
    known.set(eq, types);
  }
  return types;
}

function undefinedAt(where: string, v: Value): never {
  throw new Error(`interpret: ${where} (${showType(v.type)}) is not defined before its use.`);
}

function describe(graph: Graph, eq: Equation, n: number): string {
  const operands = eq.inputs.map((v) => showType(v.type)).join(", ");
  const origin = eq.origin === undefined ? "" : ` made by ${eq.origin}`;
  return `equation ${n} of graph ${graph.name}, ${eq.op.name}(${operands})${origin},`;
}

function mismatch(type: Type, data: Data | undefined): string | null {
  const kind = storage[type.dtype];
  const length = sizeOf(type.shape) * (type.dtype === "key" ? 2 : 1);
  if (!data) return `${showType(type)} has no data`;
  if (!(data instanceof kind))
    return `${showType(type)} is held in a ${kind.name}, got a ${data.constructor.name}`;
  return data.length === length ? null : `${showType(type)} has ${length} stored numbers, got ${data.length}`;
}
