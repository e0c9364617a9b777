// A graph in; the values that would be computed anew in loop after loop, each of which waits for the one before, into a set.
import { subGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";

/** Most loops, one behind another, in which a value is computed in place. */
const MOST_LEVELS = 6;

/**
 * A statement stands behind the loops that compute what it reads, at a level above theirs: only statements of one level can
 * share a loop, so a value read in place at many levels is computed that often. In a chain of layers each would go back
 * through all before it.
 */
export function anchorLevels(graph: Graph, inPlace: (eq: Equation) => boolean, found: Set<Value>): void {
  const levels = new Map<Value, number>();
  const levelOf = (eq: Equation): number => {
    let level = 0;
    for (const v of eq.inputs) level = Math.max(level, levels.get(v) ?? 0);
    return level;
  };
  let highest = 0;
  for (const eq of graph.equations) {
    const level = levelOf(eq);
    if (level > highest) highest = level;
    for (const v of eq.outputs) levels.set(v, inPlace(eq) ? level : level + 1);
    if (eq.op.kind === "special")
      for (const sub of subGraphs(eq.params)) anchorLevels(sub.graph, inPlace, found);
  }
  // There are not enough levels to be read at too many.
  if (highest < MOST_LEVELS) return;
  const readAt = new Map<Value, Set<number>>();
  for (let n = graph.equations.length - 1; n >= 0; n--) {
    const eq = graph.equations[n]!;
    const out = eq.outputs[0];
    let by: ReadonlySet<number> = new Set([levelOf(eq)]);
    if (inPlace(eq) && out && out.type.shape.length > 0) {
      const read = readAt.get(out);
      if (read && read.size > MOST_LEVELS && eq.op.kind !== "movement") found.add(out);
      if (read && !found.has(out)) by = read;
    }
    for (const v of eq.inputs) {
      let known = readAt.get(v);
      if (!known) readAt.set(v, (known = new Set()));
      for (const level of by) if (known.size <= MOST_LEVELS) known.add(level);
    }
  }
}
