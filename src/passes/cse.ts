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
  /** Operation, operands (in any order, where they may swap) and parameters. */
  const keyOf = ({ op, inputs, params }: Equation): string => {
    let name = ops.get(op);
    if (name === undefined) ops.set(op, (name = ops.size));
    if (inputs.length === 2 && op.kind === "elementwise") {
      const [a, b] = [numberOf(inputs[0]), numberOf(inputs[1])];
      const swap = a > b && op.traits?.commutative === true;
      return swap ? `${name} ${b} ${a} ${paramKey(params)}` : `${name} ${a} ${b} ${paramKey(params)}`;
    }
    let key = `${name}`;
    for (const v of inputs) key += ` ${numberOf(v)}`;
    return `${key} ${paramKey(params)}`;
  };
  const seen = new Map<string, Equation>();
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  const equations: Equation[] = [];
  let changed = false;

  for (const original of graph.equations) {
    let eq = original.op.kind === "special" ? mapSubGraphs(original, (g) => mergeCommon(g, fire)) : original;
    if (replaced.size > 0 && eq.inputs.some((v) => replaced.has(v)))
      eq = withInputs(eq, eq.inputs.map(current));
    changed ||= eq !== original;
    if (eq.op.effect !== true) {
      const key = keyOf(eq);
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
