// Graph in, the same with everything that depends on constants alone computed out.
import { interpret } from "../ir/interpret.js";
import type { EvaluateHost } from "../ir/op.js";
import { isData } from "../ir/number-text.js";
import { mapSubGraphs, subGraphs } from "../ir/sub-graphs.js";
import type { Data, Equation, Graph, Param, Value } from "../ir/types.js";
import { allocate, sizeOf } from "../ir/types.js";
import { constant, iota } from "../ops/index.js";

/** Results up to this many elements are stored even when they are larger than what they are computed from. */
const smallResult = 1024;
/** Filled constants and index arrays above this many elements are not written out to be computed with. */
const largestFill = 1 << 16;
const host: EvaluateHost = { interpret };

export function fold(graph: Graph, fire: (rule: string) => void): Graph {
  const made = new Map<Value, Equation>();
  const equations: Equation[] = [];
  let changed = false;
  for (const original of graph.equations) {
    const eq = original.op.kind === "special" ? mapSubGraphs(original, (g) => fold(g, fire)) : original;
    const results = isFoldable(eq, made) ? compute(eq, made) : null;
    changed ||= results !== null || eq !== original;
    if (results) fire("fold-constants");
    for (const e of results ?? [eq]) {
      equations.push(e);
      for (const v of e.outputs) made.set(v, e);
    }
  }
  return changed ? { ...graph, equations } : graph;
}

function isFoldable(eq: Equation, made: ReadonlyMap<Value, Equation>): boolean {
  if (eq.inputs.length === 0 || eq.op.effect === true) return false;
  const sources: Equation[] = [];
  for (const v of eq.inputs) {
    const source = made.get(v);
    if (source === undefined || (source.op !== constant && source.op !== iota)) return false;
    sources.push(source);
  }
  // Loops over constants may run long; they stay in the program.
  if (subGraphs(eq.params).length > 0) return false;
  let stored = 0;
  for (const s of new Set(sources)) {
    const size = sizeOf(s.outputs[0].type.shape);
    if (isData(s.params.data)) stored += size;
    else if (size > largestFill) return false;
  }
  const result = eq.outputs.reduce((n, v) => n + sizeOf(v.type.shape), 0);
  // A movement that repeats or pads is free where it is read; written out it would cost memory.
  return result <= stored || (result <= smallResult && (eq.op.kind !== "movement" || result <= 1));
}

function compute(eq: Equation, made: ReadonlyMap<Value, Equation>): Equation[] {
  const types = { inputs: eq.inputs.map((v) => v.type), outputs: eq.outputs.map((v) => v.type) };
  const inputs = eq.inputs.map((v) => contents(made.get(v)!));
  const results = eq.op.evaluate(inputs, eq.params, types, host);
  return eq.outputs.map((v, i) => {
    const { dtype, shape } = v.type;
    return {
      op: constant,
      inputs: [],
      params: { type: dtype, shape, data: compact(results[i], sizeOf(shape)) },
      outputs: [v],
      ...(eq.origin === undefined ? {} : { origin: eq.origin }),
    };
  });
}

function contents(eq: Equation): Data {
  const { data } = eq.params;
  const { type } = eq.outputs[0];
  if (isData(data)) return data;
  if (eq.op === constant) return allocate(type).fill(data as number);
  return eq.op.evaluate([], eq.params, { inputs: [], outputs: [type] }, host)[0];
}

/** One number where all elements are the same (keys, of two words each, stay arrays). */
function compact(data: Data, size: number): Param {
  if (size === 0 || data.length !== size) return data;
  const [first] = data;
  return data.every((x) => Object.is(x, first)) ? first : data;
}
