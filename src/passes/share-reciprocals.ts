// Graph in, the same with x / d written as a product where 1 / d is computed anyway out.
// The derivative of a division needs the reciprocal of its divisor, so this leaves one division where two stood, and
// none per call where the divisor is bound data. A quotient may change by one unit in the last place; where 1 / d is
// not finite, neither is the derivative that asked for it.
import { mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { div, mul, reciprocal } from "../ops/index.js";

export function shareReciprocals(graph: Graph, fire: (rule: string) => void): Graph {
  const inverses = new Map<Value, Equation>();
  for (const eq of graph.equations) if (eq.op === reciprocal) inverses.set(eq.inputs[0], eq);
  const placed = new Set<Equation>();
  const equations: Equation[] = [];
  let changed = false;
  for (const original of graph.equations) {
    if (placed.has(original)) continue;
    const eq = mapSubGraphs(original, (g) => shareReciprocals(g, fire));
    changed ||= eq !== original;
    const inverse = eq.op === div ? inverses.get(eq.inputs[1]) : undefined;
    if (!inverse) {
      equations.push(eq);
      placed.add(original);
      continue;
    }
    // The reciprocal needs nothing but the divisor, so it can stand here if it stands later.
    if (!placed.has(inverse)) {
      equations.push(inverse);
      placed.add(inverse);
    }
    equations.push({ ...eq, op: mul, inputs: [eq.inputs[0], inverse.outputs[0]] });
    fire("share-reciprocal");
    changed = true;
  }
  return changed ? { ...graph, equations } : graph;
}
