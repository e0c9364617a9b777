// Graph and, for each equation, a value to stand in its result's place (or null) in; the graph with those in place out, in sub-graphs too.
// For passes that look at the whole graph before they replace; what looks at an equation and what makes its operands is a rule.
import { Builder, withInputs } from "../ir/builder.js";
import { mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";

export function replaceEquations(
  graph: Graph,
  inside: (subGraph: Graph) => Graph,
  /** `current`: what stands for a value of the graph given; what is emitted into the builder comes before the equation. */
  begin: (builder: Builder, current: (v: Value) => Value) => (eq: Equation) => Value | null,
): Graph {
  const builder = new Builder(graph.name);
  builder.inputs.push(...graph.inputs);
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  const replace = begin(builder, current);
  let changed = false;
  for (const original of graph.equations) {
    builder.origin = original.origin;
    const value = replace(original);
    if (value) {
      replaced.set(original.outputs[0], value);
      changed = true;
      continue;
    }
    let eq = mapSubGraphs(original, inside);
    changed ||= eq !== original;
    if (eq.inputs.some((v) => replaced.has(v))) eq = withInputs(eq, eq.inputs.map(current));
    builder.append(eq);
  }
  return changed ? builder.finish(graph.outputs.map(current)) : graph;
}
