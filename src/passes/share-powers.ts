// Graph in, the same with powers of one base made from one logarithm of it out.
// A power and its derivative, x^y and y x^(y - 1), are two of them. The logarithm in two parts is most of the work of each;
// powFromLog gives the bits of pow.
import { Builder, withInputs } from "../ir/builder.js";
import { holdsGraph, mapSubGraphs } from "../ir/sub-graphs.js";
import type { Graph, Value } from "../ir/types.js";
import { logHigh, logLow, pow, powFromLog } from "../ops/index.js";

export function sharePowers(graph: Graph, fire: (rule: string) => void): Graph {
  if (!graph.equations.some((eq) => eq.op === pow || holdsGraph(eq))) return graph;
  const powers = new Map<Value, number>();
  for (const { op, inputs } of graph.equations)
    if (op === pow && inputs[0].type.dtype === "f64") powers.set(inputs[0], (powers.get(inputs[0]) ?? 0) + 1);
  const builder = new Builder(graph.name);
  builder.inputs.push(...graph.inputs);
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  const logarithms = new Map<Value, readonly Value[]>();
  let changed = false;
  for (const original of graph.equations) {
    let eq = mapSubGraphs(original, (g) => sharePowers(g, fire));
    changed ||= eq !== original;
    if (eq.inputs.some((v) => replaced.has(v))) eq = withInputs(eq, eq.inputs.map(current));
    const [base] = original.inputs;
    if (eq.op !== pow || !((powers.get(base) ?? 0) > 1)) {
      builder.append(eq);
      continue;
    }
    builder.origin = eq.origin;
    let parts = logarithms.get(base);
    if (!parts) {
      parts = [logHigh, logLow].map((op) => builder.emit(op, [eq.inputs[0]])[0]);
      logarithms.set(base, parts);
    }
    replaced.set(original.outputs[0], builder.emit(powFromLog, [...eq.inputs, ...parts])[0]);
    fire("share-logarithm");
    changed = true;
  }
  return changed ? builder.finish(graph.outputs.map(current)) : graph;
}
