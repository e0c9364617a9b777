// A Graph in, the same computation in single precision out: every f64 value, inputs and outputs included, becomes f32.
import { mapSubGraphs } from "../ir/sub-graphs.js";
import type { Data, Equation, Graph, Params, Type, Value } from "../ir/types.js";
import { constant, convert, iota } from "../ops/index.js";
import { Replay } from "./replay.js";

/** Largest finite and smallest normal number of single precision. */
const LARGEST = 3.4028234663852886e38;
const SMALLEST = 1.1754943508222875e-38;

/**
 * A literal in single precision. Guards such as 1e-300 or -1e308 keep their purpose: what is finite stays finite, and what is
 * not zero stays so.
 */
function narrowNumber(x: number): number {
  const y = Math.fround(x);
  if (Number.isFinite(x) && !Number.isFinite(y)) return x < 0 ? -LARGEST : LARGEST;
  if (x !== 0 && Math.abs(x) < SMALLEST) return x < 0 ? -SMALLEST : SMALLEST;
  return y;
}

const narrowType = (type: Type): Type => (type.dtype === "f64" ? { ...type, dtype: "f32" } : type);

function narrowData(data: Params[string] | undefined): Params[string] | undefined {
  if (typeof data === "number") return narrowNumber(data);
  return data instanceof Float64Array ? Float32Array.from(data as Data, narrowNumber) : data;
}

/** Parameters that name an element type; only the rows that make values out of nothing, or out of another type, have them. */
function narrowParams(eq: Equation): Params {
  const { op, params } = eq;
  if (op === constant && params.type === "f64")
    return { ...params, type: "f32", data: narrowData(params.data)! };
  if ((op === iota || op === convert) && params.dtype === "f64") return { ...params, dtype: "f32" };
  return params;
}

/** The whole program in f32; integers, booleans and keys stay as they are. */
export function narrow(graph: Graph): Graph {
  const done = new Map<Graph, Graph>();
  const visit = (g: Graph): Graph => {
    let result = done.get(g);
    if (!result) done.set(g, (result = narrowOne(g, visit)));
    return result;
  };
  return visit(graph);
}

function narrowOne(graph: Graph, subGraph: (g: Graph) => Graph): Graph {
  const replay = new Replay(graph, graph.name);
  for (const v of graph.inputs) replay.set(v, replay.builder.input(narrowType(v.type), v.hint));
  for (const original of graph.equations) {
    const eq = mapSubGraphs(original, subGraph);
    const inputs = eq.inputs.map((v) => replay.at(v));
    const [target] = eq.outputs;
    if (eq.op === convert && inputs[0].type.dtype === narrowType(target.type).dtype) {
      // Between f64 and f32 nothing is left to convert.
      replay.set(target, inputs[0]);
      continue;
    }
    const outputs = eq.outputs.map((v): Value => ({ ...v, type: narrowType(v.type) }));
    eq.outputs.forEach((v, i) => replay.set(v, outputs[i]));
    replay.builder.append({ ...eq, params: narrowParams(eq), inputs, outputs });
  }
  return replay.builder.finish(graph.outputs.map((v) => replay.at(v)));
}
