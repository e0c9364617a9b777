// Graph and which of its inputs are bound in; a prologue that runs once per data set and a main graph that runs always out.
import type { Op } from "../ir/op.js";
import { subGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { typical } from "../ir/size.js";
import { sizeOf } from "../ir/types.js";
import { concatenate, gather, matmul, scatterAdd, setAt } from "../ops/index.js";

export interface Split {
  /** Bound inputs (all, in order) -> derived values. Absent when nothing is worth deriving. */
  readonly prologue?: Graph;
  /** Unbound inputs (all, in order) ++ derived values ++ the bound inputs that it still reads. */
  readonly main: Graph;
  /** Positions in the original graph of those bound inputs, in order. */
  readonly reads: readonly number[];
}

/** Values larger than this many elements are recomputed rather than kept between calls (128 MiB of f64). */
const largest = 1 << 24;

export function split(graph: Graph, bound: readonly boolean[], fire: (rule: string) => void): Split {
  if (bound.length !== graph.inputs.length)
    throw new Error(
      `split: graph ${graph.name} has ${graph.inputs.length} inputs, got ${bound.length} flags; give one per input.`,
    );
  const made = new Map<Value, Equation>();
  // What depends on nothing but bound inputs and constants.
  const fixed = new Set<Value>();
  graph.inputs.forEach((v, i) => {
    if (bound[i]) fixed.add(v);
  });
  const varying: Equation[] = [];
  for (const eq of graph.equations) {
    for (const v of eq.outputs) made.set(v, eq);
    const stays =
      eq.op.effect === true ||
      eq.inputs.some((v) => !fixed.has(v)) ||
      eq.outputs.some((v) => typical(sizeOf(v.type.shape)) > largest);
    if (stays) varying.push(eq);
    else for (const v of eq.outputs) fixed.add(v);
  }

  // Walk from what main needs: views, constants and index arrays are repeated there, everything else fixed is derived.
  const derived = new Set<Value>();
  const read = new Set<Value>();
  const repeatedInMain = new Set<Equation>();
  const need = (v: Value, asWhole = false): void => {
    if (!fixed.has(v)) return;
    const eq = made.get(v);
    if (eq === undefined) read.add(v);
    else if (eq.inputs.length === 0 || (eq.op.kind === "movement" && !asWhole)) {
      if (repeatedInMain.has(eq)) return;
      repeatedInMain.add(eq);
      eq.inputs.forEach((x) => need(x));
    } else if (!derived.has(v)) {
      derived.add(v);
      fire("to-prologue");
    }
  };
  for (const eq of varying) eq.inputs.forEach((v) => need(v, readsWhole(eq)));
  graph.outputs.forEach((v) => need(v));

  const staying = new Set(varying);
  const unbound = graph.inputs.filter((_, i) => !bound[i]);
  const reads = graph.inputs.flatMap((v, i) => (bound[i] && read.has(v) ? [i] : []));
  const main: Graph = {
    ...graph,
    inputs: [...unbound, ...derived, ...reads.map((i) => graph.inputs[i])],
    equations: graph.equations.filter((eq) => staying.has(eq) || repeatedInMain.has(eq)),
  };
  if (derived.size === 0) return { main, reads };
  return {
    prologue: {
      kind: "graph",
      name: `${graph.name}_prologue`,
      inputs: graph.inputs.filter((_, i) => bound[i]),
      equations: upstream(graph, derived),
      outputs: [...derived],
    },
    main,
    reads,
  };
}

const inPlace = new Set<Op>([gather, scatterAdd, setAt, concatenate, matmul]);

/** Whether it is a routine over whole arrays, for which a view would be written out at every call. */
const readsWhole = (eq: Equation): boolean =>
  eq.op.kind === "special" && !inPlace.has(eq.op) && subGraphs(eq.params).length === 0;

/** The equations that the values depend on. */
function upstream(graph: Graph, values: ReadonlySet<Value>): Equation[] {
  const needed = new Set(values);
  const kept: Equation[] = [];
  for (let i = graph.equations.length - 1; i >= 0; i--) {
    const eq = graph.equations[i];
    if (!eq.outputs.some((v) => needed.has(v))) continue;
    for (const v of eq.inputs) needed.add(v);
    kept.push(eq);
  }
  return kept.reverse();
}
