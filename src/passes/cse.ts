// Graph in, the same with equal equations merged out: same operation, operands and parameters. Effects are never merged.
import type { Op } from "../ir/op.js";
import { paramKey, sameParam } from "../ir/equal.js";
import { withInputs } from "../ir/builder.js";
import { mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";

export function mergeCommon(graph: Graph, fire: (rule: string) => void): Graph {
  const numbers = new Map<Value, number>();
  const numberOf = (v: Value): number => {
    let n = numbers.get(v);
    if (n === undefined) numbers.set(v, (n = numbers.size));
    return n;
  };
  const ops = new Map<Op, number>();
  const seen = new Map<string, Equation>();
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  const equations: Equation[] = [];
  let changed = false;

  for (const original of graph.equations) {
    let eq = mapSubGraphs(original, (g) => mergeCommon(g, fire));
    if (eq.inputs.some((v) => replaced.has(v))) eq = withInputs(eq, eq.inputs.map(current));
    changed ||= eq !== original;
    if (eq.op.effect !== true) {
      if (!ops.has(eq.op)) ops.set(eq.op, ops.size);
      const operands = eq.inputs.map(numberOf);
      if (eq.op.kind === "elementwise" && eq.op.traits?.commutative) operands.sort((a, b) => a - b);
      const key = `${ops.get(eq.op)} ${operands.join(" ")} ${paramKey(eq.params)}`;
      const twin = seen.get(key);
      // Array contents stand in keys as hashes, so a hit is confirmed.
      if (twin && sameParam(twin.params, eq.params)) {
        eq.outputs.forEach((v, i) => replaced.set(v, twin.outputs[i]));
        fire("merge-equal");
        changed = true;
        continue;
      }
      seen.set(key, eq);
    }
    equations.push(eq);
  }
  return changed ? { ...graph, equations, outputs: graph.outputs.map(current) } : graph;
}
