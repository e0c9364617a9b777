// Surgery on sub-graphs for the rules of control flow: graphs in, graphs with other inputs and outputs out.
import { Builder, inline } from "../../ir/builder.js";
import type { Emit } from "../../ir/op.js";
import type { Data, Equation, Graph, Param, Params, Type, Value } from "../../ir/types.js";
import { isFloat, sameType, showType } from "../../ir/types.js";
import { lift } from "../define/batching.js";
import { stopGradient } from "../elementwise/select.js";
import { emitInto } from "../emit.js";

const isGraph = (x: Param | undefined): x is Graph =>
  typeof x === "object" && x !== null && (x as { kind?: unknown }).kind === "graph";

export function graphParam(name: string, params: Params, key: string): Graph {
  const g = params[key];
  if (!isGraph(g)) throw new Error(`${name}: parameter ${key} must be a graph, got ${String(g)}.`);
  return g;
}

export const typesOf = (values: readonly Value[]): readonly Type[] => values.map((v) => v.type);
export const isFloatValue = (v: Value): boolean => isFloat(v.type.dtype);

/** Throws unless the types agree one by one. */
export function checkTypes(name: string, what: string, got: readonly Type[], wanted: readonly Type[]): void {
  const list = (ts: readonly Type[]) => `(${ts.map(showType).join(", ")})`;
  if (got.length !== wanted.length || got.some((t, i) => !sameType(t, wanted[i])))
    throw new Error(
      `${name}: ${what} are ${list(got)} where ${list(wanted)} are needed; convert or broadcast them first.`,
    );
}

/** Copies of arrays that a sub-graph may have passed through. */
export const fresh = (data: readonly Data[]): readonly Data[] => data.map((x) => x.slice());

/** Which outputs are floats that vary with the marked inputs. */
export function reached(graph: Graph, marked: readonly boolean[]): readonly boolean[] {
  const on = new Set(graph.inputs.filter((_, i) => marked[i]));
  for (const eq of graph.equations) {
    if (eq.op === stopGradient || !eq.inputs.some((v) => on.has(v))) continue;
    const varies = reachedBy(
      eq,
      eq.inputs.map((v) => on.has(v)),
    );
    eq.outputs.forEach((v, i) => {
      if (isFloatValue(v) && varies[i]) on.add(v);
    });
  }
  return graph.outputs.map((v) => on.has(v));
}

/** The same for one equation: loops and branches are looked into, so that what they only carry along does not count. */
function reachedBy({ params, outputs }: Equation, on: readonly boolean[]): readonly boolean[] {
  const { graph, body, then, otherwise } = params;
  if (isGraph(graph)) return reached(graph, on);
  if (isGraph(then) && isGraph(otherwise)) {
    const [a, b] = [then, otherwise].map((g) => reached(g, on.slice(1)));
    return a.map((x, i) => x || b[i]);
  }
  if (!isGraph(body)) return outputs.map(() => true);
  const consts = params.consts as number;
  const carries = (params.carries as number | undefined) ?? outputs.length;
  const [onConsts, onXs] = [on.slice(0, consts), on.slice(consts + carries)];
  const step = (carry: readonly boolean[]) => reached(body, [...onConsts, ...carry, ...onXs]);
  const carry = settle(on.slice(consts, consts + carries), (c) => step(c).slice(0, carries));
  return [...carry, ...step(carry).slice(carries)];
}

/** Grows flags on loop carries until they hold after a step as before it; `step` gives those after. */
export function settle(
  start: readonly boolean[],
  step: (carry: readonly boolean[]) => readonly boolean[],
): readonly boolean[] {
  let flags = start;
  for (;;) {
    const after = step(flags);
    const next = flags.map((f, i) => f || after[i]);
    if (next.every((f, i) => f === flags[i])) return flags;
    flags = next;
  }
}

/** The graph without what its outputs do not need, inputs included, and which inputs stay. */
export function trimmed(graph: Graph): { graph: Graph; used: readonly boolean[] } {
  const needed = new Set(graph.outputs);
  const equations = [...graph.equations]
    .reverse()
    .filter((eq) => {
      const stays = eq.op.effect === true || eq.outputs.some((v) => needed.has(v));
      if (stays) for (const v of eq.inputs) needed.add(v);
      return stays;
    })
    .reverse();
  const used = graph.inputs.map((v) => needed.has(v));
  return { graph: { ...graph, inputs: pick(graph.inputs, used), equations }, used };
}

/** A graph built from an emitter. */
export function build(
  e: Emit,
  name: string,
  inputs: readonly Type[],
  body: (
    e: Emit,
    x: readonly Value[],
    run: (g: Graph, x: readonly Value[]) => readonly Value[],
  ) => readonly Value[],
): Graph {
  const builder = new Builder(name);
  const values = inputs.map((t) => builder.input(t));
  const inner = emitInto(builder, e.transforms);
  return builder.finish(body(inner, values, (g, x) => inline(builder, g, x)));
}

/** The graph with outputs repeated over the batch where they should be batched and are not. */
export function forceBatched(
  e: Emit,
  graph: Graph,
  have: readonly boolean[],
  want: readonly boolean[],
  size: number,
): Graph {
  if (want.every((w, i) => !w || have[i])) return graph;
  return build(e, graph.name, typesOf(graph.inputs), (inner, x, run) =>
    run(graph, x).map((v, i) => (want[i] && !have[i] ? lift(inner, v, size) : v)),
  );
}

/** The elements at marked places. */
export const pick = <T>(xs: readonly T[], marks: readonly boolean[]): T[] => xs.filter((_, i) => marks[i]);

/** The marked ones of `given` in order, the others null. */
export function spread<T>(marks: readonly boolean[], given: readonly T[]): (T | null)[] {
  let next = 0;
  return marks.map((m) => (m ? given[next++] : null));
}

/** A type with a new leading axis. */
export const stacked = (t: Type, length: number): Type => ({ dtype: t.dtype, shape: [length, ...t.shape] });
