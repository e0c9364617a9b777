// Graph in, the same with independent scans of one length and direction made into one scan out.
// The gradient of a scan runs the forward loop once more to keep its carries; joined with the loop itself, the two share
// everything (slim-loops.ts finds what is equal).
import { Builder, inline } from "../ir/builder.js";
import { mapSubGraphs, subGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { scan } from "../ops/index.js";
import { partsOf, scanOf } from "./loop-parts.js";

/** A graph with more scans than this is left alone: every join walks over the graph once. */
const mostScans = 24;

export function joinScans(graph: Graph, fire: (rule: string) => void): Graph {
  let changed = false;
  let equations: readonly Equation[] = graph.equations.map((eq) => {
    const next = mapSubGraphs(eq, (g) => joinScans(g, fire));
    changed ||= next !== eq;
    return next;
  });
  if (equations.filter((eq) => eq.op === scan).length <= mostScans && !equations.some(hasEffect))
    for (let joined = joinOne(equations); joined !== null; joined = joinOne(equations)) {
      fire("join-scans");
      changed = true;
      equations = joined;
    }
  return changed ? { ...graph, equations } : graph;
}

export const hasEffect = (eq: Equation): boolean =>
  eq.op.effect === true || subGraphs(eq.params).some(({ graph }) => graph.equations.some(hasEffect));

/** The equations with the first two scans that can be one made so; null when there are none. */
function joinOne(equations: readonly Equation[]): readonly Equation[] | null {
  for (let i = 0; i < equations.length; i++) {
    if (equations[i].op !== scan) continue;
    const first = scanOf(equations[i]);
    const after = new Set<Value>(equations[i].outputs);
    const waiting: Equation[] = [];
    const free: Equation[] = [];
    for (let j = i + 1; j < equations.length; j++) {
      const eq = equations[j];
      if (eq.inputs.some((v) => after.has(v))) {
        for (const v of eq.outputs) after.add(v);
        waiting.push(eq);
        continue;
      }
      if (eq.op === scan) {
        const second = scanOf(eq);
        if (second.length === first.length && second.reverse === first.reverse)
          return [
            ...equations.slice(0, i),
            ...free,
            join(equations[i], eq),
            ...waiting,
            ...equations.slice(j + 1),
          ];
      }
      free.push(eq);
    }
  }
  return null;
}

function join(a: Equation, b: Equation): Equation {
  const [s, t] = [scanOf(a), scanOf(b)];
  const builder = new Builder(s.body.name);
  const sides = [s, t].map((l) => partsOf(l.body.inputs, l));
  const images = new Map<Value, Value>();
  for (const part of [0, 1, 2] as const)
    for (const side of sides) for (const v of side[part]) images.set(v, builder.input(v.type, v.hint));
  const [outA, outB] = [s, t].map((l) =>
    inline(
      builder,
      l.body,
      l.body.inputs.map((v) => images.get(v)!),
    ),
  );
  const both = <T>(xs: readonly T[], ys: readonly T[], from: number, to: number): T[] => [
    ...xs.slice(0, from),
    ...ys.slice(0, to),
    ...xs.slice(from),
    ...ys.slice(to),
  ];
  const [inA, inB] = [partsOf(a.inputs, s), partsOf(b.inputs, t)];
  return {
    ...a,
    inputs: [0, 1, 2].flatMap((part) => [...inA[part], ...inB[part]]),
    params: {
      body: builder.finish(both(outA, outB, s.carries, t.carries)),
      consts: s.consts + t.consts,
      carries: s.carries + t.carries,
      length: s.length,
      reverse: s.reverse,
    },
    outputs: both(a.outputs, b.outputs, s.carries, t.carries),
  };
}
