// A graph for every length in; the same one row longer out, and whether what became of both is the same but for the length.
import { linearOf, NotGeneric } from "../../ir/size.js";
import type { Graph } from "../../ir/types.js";
import { compare, dataOf, isSameLiteral, stepsOf } from "./steps.js";
import { walk } from "./walk.js";

const longer = (x: number): number => x + (linearOf(x)?.by ?? 0);

/** The graph with n + 1 in place of n. */
export function shifted(graph: Graph): Graph {
  return walk(graph, graph.inputs.length, {
    fixed: () => undefined,
    number: longer,
    source: () => ({ kind: "literal" }),
  });
}

/** Throws unless `b` is `a` with n + 1 in place of n: then nothing that passes did to them hangs on the length. */
export function checkShifted(a: Graph, b: Graph): void {
  const [x, y] = [a, b].map((g) => stepsOf(g, g.inputs.length).steps) as [
    ReturnType<typeof stepsOf>["steps"],
    ReturnType<typeof stepsOf>["steps"],
  ];
  compare(x, y, {
    number(p, q, where) {
      if (linearOf(p) === null || q !== longer(p))
        throw new NotGeneric(`${where} follows from the length in a way that has no form for every length`);
    },
    source(p, q) {
      if (p.literal && q.literal && !isSameLiteral(p.literal, q.literal))
        throw new NotGeneric(
          `a number that follows from the length (${String(dataOf(p.literal))}) was computed in advance`,
        );
    },
  });
}
