// Graph in, the same with calls written out, and choices whose test is a literal decided, out.
// The scheduler writes calls out anyway; done here, their equations meet the rules and merge with what is around them.
import { Builder, inline } from "../ir/builder.js";
import { holdsGraph, mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { call, cond, constant } from "../ops/index.js";

export function inlineCalls(graph: Graph, fire: (rule: string) => void): Graph {
  if (!graph.equations.some(holdsGraph)) return graph;
  const builder = new Builder(graph.name);
  const replaced = new Map<Value, Value>();
  const literals = new Map<Value, boolean>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  let changed = false;
  for (const original of graph.equations) {
    let eq = mapSubGraphs(original, (g) => inlineCalls(g, fire));
    if (eq.inputs.some((v) => replaced.has(v))) eq = { ...eq, inputs: eq.inputs.map(current) };
    changed ||= eq !== original;
    const { data } = eq.params;
    if (eq.op === constant && typeof data === "number") literals.set(eq.outputs[0], data !== 0);
    const written = writtenOut(eq, literals);
    if (!written) {
      builder.append(eq);
      continue;
    }
    fire(eq.op === call ? "inline-call" : "decide-cond");
    changed = true;
    const results = inline(builder, written.graph, written.inputs);
    eq.outputs.forEach((v, i) => replaced.set(v, results[i]));
  }
  if (!changed) return graph;
  return { ...graph, equations: builder.equations, outputs: graph.outputs.map(current) };
}

/** The graph that an equation stands for, and its operands. */
function writtenOut(
  eq: Equation,
  literals: ReadonlyMap<Value, boolean>,
): { graph: Graph; inputs: readonly Value[] } | null {
  if (eq.op === call) return { graph: eq.params.graph as Graph, inputs: eq.inputs };
  if (eq.op !== cond) return null;
  const test = literals.get(eq.inputs[0]);
  if (test === undefined) return null;
  return { graph: eq.params[test ? "then" : "otherwise"] as Graph, inputs: eq.inputs.slice(1) };
}
