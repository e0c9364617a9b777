// Graph in, the same without equations that nothing needs out; effects and sub-graphs' signatures stay.
import { holdsGraph, mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";

/** Drops what no output and no effect depends on, counting each equation dropped. */
export function dropDead(graph: Graph, fire?: () => void): Graph {
  const needed = new Set<Value>(graph.outputs);
  const kept: Equation[] = [];
  for (let i = graph.equations.length - 1; i >= 0; i--) {
    const eq = graph.equations[i];
    if (eq.op.effect !== true && !isAny(eq.outputs, needed)) {
      fire?.();
      continue;
    }
    for (const v of eq.inputs) needed.add(v);
    kept.push(eq);
  }
  return kept.length === graph.equations.length ? graph : { ...graph, equations: kept.reverse() };
}

function isAny(values: readonly Value[], among: ReadonlySet<Value>): boolean {
  for (const v of values) if (among.has(v)) return true;
  return false;
}

/** dropDead, in sub-graphs too. */
export function dropDeadDeep(graph: Graph, fire: () => void): Graph {
  const pruned = dropDead(graph, fire);
  if (!pruned.equations.some(holdsGraph)) return pruned;
  let changed = false;
  const equations = pruned.equations.map((eq) => {
    const next = mapSubGraphs(eq, (g) => dropDeadDeep(g, fire));
    changed ||= next !== eq;
    return next;
  });
  return changed ? { ...pruned, equations } : pruned;
}
