// Which values of a graph must have statements of their own, so that what is computed in place stays shallow and small.
import { paramKey } from "../ir/equal.js";
import { subGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { keep } from "../ops/index.js";
import { anchorLevels } from "./anchor-levels.js";

/** Longest chain of equations computed in place: each link takes a few frames of the stack. */
const DEEPEST = 200;
/** Most ways (chains of movements and look-ups) in which a value is read in place; stencils of stencils multiply them. */
const MOST_WAYS = 12;

/**
 * Elementwise equations, movements and look-ups are computed wherever they are read, at the index at hand. A chain of
 * thousands of them would overflow the stack, and values read at several indices by values read at several indices
 * would be written out exponentially often. An anchored value is computed once, in a loop that its readers share where
 * they can; there is no memory behind it unless someone reads it from another loop.
 */
export function anchorsOf(graph: Graph): Set<Value> {
  const found = new Set<Value>();
  anchorDeep(
    graph,
    graph.inputs.map(() => 0),
    found,
  );
  anchorSpread(
    graph,
    graph.outputs.map(() => new Set([""])),
    found,
  );
  anchorLevels(graph, inPlace, found);
  return found;
}

const inPlace = (eq: Equation): boolean =>
  eq.op.kind === "elementwise" ||
  eq.op.kind === "movement" ||
  (eq.op.kind === "special" && eq.op.lowering === "gather");

const isCall = (eq: Equation): boolean => eq.op.kind === "special" && eq.op.lowering === "call";

/** The operand that a sub-graph's input stands for: cond has its test before them, every other form lines up from the start. */
const operandOf = (eq: Equation, input: number): Value | undefined =>
  eq.inputs[input + (eq.op.kind === "special" && eq.op.lowering === "cond" ? 1 : 0)];

/** Depths of the outputs from depths of the inputs; values are computed as deep as their operands, scalars and roots start anew. */
function anchorDeep(graph: Graph, inputs: readonly number[], found: Set<Value>): number[] {
  const depth = new Map<Value, number>();
  graph.inputs.forEach((v, i) => depth.set(v, inputs[i]!));
  const of = (v: Value | undefined): number => (v && depth.get(v)) ?? 0;
  for (const eq of graph.equations) {
    const out = eq.outputs[0];
    if (inPlace(eq) && out) {
      let deepest = eq.op === keep && out.type.shape.length > 0 ? DEEPEST + 1 : 0;
      for (const v of eq.inputs) deepest = Math.max(deepest, of(v) + 1);
      if (out.type.shape.length === 0) continue;
      if (deepest > DEEPEST) found.add(out);
      else depth.set(out, deepest);
      continue;
    }
    if (eq.op.kind !== "special") continue;
    for (const { graph: sub } of subGraphs(eq.params)) {
      const results = anchorDeep(
        sub,
        sub.inputs.map((_, i) => of(operandOf(eq, i)) + 1),
        found,
      );
      if (isCall(eq)) eq.outputs.forEach((v, i) => depth.set(v, results[i]!));
    }
  }
  return graph.outputs.map(of);
}

/** The ways in which inputs are read from the ways in which outputs are; a way is a name, "" reads at the loop's own index. */
function anchorSpread(
  graph: Graph,
  outputs: readonly ReadonlySet<string>[],
  found: Set<Value>,
): ReadonlySet<string>[] {
  const ways = new Map<Value, ReadonlySet<string>>();
  // Most values are read as the values made from them are: they share one set.
  const read = (v: Value | undefined, by: ReadonlySet<string>): void => {
    if (!v) return;
    const known = ways.get(v);
    if (!known) ways.set(v, by);
    else if (known !== by && known.size <= MOST_WAYS) {
      const both = new Set(known);
      for (const way of by) if (both.size <= MOST_WAYS) both.add(way);
      if (both.size > known.size) ways.set(v, both);
    }
  };
  const names = new Map<string, string>();
  /** A short name for a step after a way. */
  const after = (way: string, step: string): string => {
    const key = `${way}>${step}`;
    let name = names.get(key);
    if (name === undefined) names.set(key, (name = String(names.size + 1)));
    return name;
  };
  const along = (by: ReadonlySet<string>, step: string): ReadonlySet<string> => {
    const out = new Set<string>();
    for (const way of by) out.add(after(way, step));
    return out;
  };
  graph.outputs.forEach((v, i) => read(v, outputs[i]!));
  const own = new Set([""]);
  for (let n = graph.equations.length - 1; n >= 0; n--) {
    const eq = graph.equations[n]!;
    const out = eq.outputs[0];
    if (inPlace(eq) && out) {
      let by = ways.get(out) ?? own;
      if (by.size > MOST_WAYS && eq.op.kind !== "movement" && out.type.shape.length > 0) found.add(out);
      if (found.has(out) || out.type.shape.length === 0) by = own;
      if (eq.op.kind === "elementwise") for (const v of eq.inputs) read(v, by);
      else if (eq.op.kind === "movement")
        read(eq.inputs[0], along(by, `${eq.op.name}${paramKey(eq.params)}`));
      else eq.inputs.forEach((v, i) => read(v, along(by, `${n}.${i}`)));
      continue;
    }
    const subs = eq.op.kind === "special" ? subGraphs(eq.params) : [];
    if (subs.length === 0) for (const v of eq.inputs) read(v, own);
    else read(eq.inputs[0], own);
    for (const { graph: sub } of subs) {
      const inner = anchorSpread(
        sub,
        sub.outputs.map((_, i) => (isCall(eq) ? (ways.get(eq.outputs[i]!) ?? own) : own)),
        found,
      );
      inner.forEach((by, i) => read(operandOf(eq, i), along(by, `${n}:${i}`)));
    }
  }
  return graph.inputs.map((v) => ways.get(v) ?? new Set());
}
