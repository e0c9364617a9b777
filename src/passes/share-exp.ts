// Graph in, the same with softplus and sigmoid of one argument written out so that they share one exponential out.
// A log-likelihood of booleans uses softplus(x), its gradient sigmoid(x) or sigmoid(-x); all need exp(-|x|).
import { Builder } from "../ir/builder.js";
import { mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { emitInto } from "../ops/emit.js";
import { abs, add, div, exp, ge, log1p, max, neg, sigmoid, softplus, where } from "../ops/index.js";

export function shareExponentials(graph: Graph, fire: (rule: string) => void): Graph {
  const negated = new Map<Value, Value>();
  const groups = new Map<Value, Equation[]>();
  const base = (v: Value): Value => negated.get(v) ?? v;
  for (const eq of graph.equations) {
    if (eq.op === neg) negated.set(eq.outputs[0], base(eq.inputs[0]));
    if (eq.op !== softplus && eq.op !== sigmoid) continue;
    const key = base(eq.inputs[0]);
    groups.set(key, [...(groups.get(key) ?? []), eq]);
  }
  // One of a kind keeps its own routine; two different ones share.
  const shares = (eq: Equation): boolean => {
    const group = (eq.op === softplus || eq.op === sigmoid) && groups.get(base(eq.inputs[0]));
    return (
      group !== false &&
      group !== undefined &&
      group.some((g) => g.op !== eq.op || g.inputs[0] !== eq.inputs[0])
    );
  };

  const builder = new Builder(graph.name);
  builder.inputs.push(...graph.inputs);
  const e = emitInto(builder);
  const replaced = new Map<Value, Value>();
  const current = (v: Value): Value => replaced.get(v) ?? v;
  const exponentials = new Map<Value, Value>();
  const exponential = (x: Value): Value => {
    const key = base(x);
    let found = exponentials.get(key);
    if (!found) {
      found = e(exp, [e(neg, [e(abs, [current(x)])])]);
      exponentials.set(key, found);
    }
    return found;
  };
  let changed = false;
  for (const original of graph.equations) {
    let eq = mapSubGraphs(original, (g) => shareExponentials(g, fire));
    changed ||= eq !== original;
    builder.origin = eq.origin;
    if (shares(original)) {
      const [x] = original.inputs;
      const [y] = original.outputs;
      const { dtype, shape } = x.type;
      const t = exponential(x);
      const fill = (c: number): Value => e.literal(c, dtype, shape);
      const result =
        eq.op === softplus
          ? e(add, [e(max, [current(x), fill(0)]), e(log1p, [t])])
          : e(div, [e(where, [e(ge, [current(x), fill(0)]), fill(1), t]), e(add, [fill(1), t])]);
      replaced.set(y, result);
      fire("share-exponential");
      changed = true;
      continue;
    }
    if (eq.inputs.some((v) => replaced.has(v))) eq = { ...eq, inputs: eq.inputs.map(current) };
    builder.append(eq);
  }
  return changed ? builder.finish(graph.outputs.map(current)) : graph;
}
