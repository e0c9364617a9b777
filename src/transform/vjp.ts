// Graph in, reverse-mode derivative out: inputs ++ cotangents of the float outputs -> cotangents of the active inputs.
import { isFloat } from "../ir/types.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import type { Emit, Transforms } from "../ir/op.js";
import { emitInto } from "../ops/emit.js";
import { where } from "../ops/index.js";
import { Cotangents } from "./cotangents.js";
import { Replay, checkFlags } from "./replay.js";

export function vjpWith(
  transforms: Transforms,
  graph: Graph,
  active: readonly boolean[],
  guarded: boolean,
): Graph {
  checkFlags("vjp", graph, active, true);
  const replay = new Replay(graph, `vjp_${graph.name}`);
  replay.copyInputs();
  const floats = graph.outputs.filter((v) => isFloat(v.type.dtype));
  const given = floats.map((v, i) => replay.builder.input(v.type, `ct${i}`));
  const e = emitInto(replay.builder, transforms);
  const reverse = forward(replay, active);
  const seeds = floats.map((v, i): [Value, Value] => [v, given[i]]);
  return replay.builder.finish(reverse(e, seeds, guarded));
}

/**
 * A graph whose first output is a scalar, to one with the outputs value ++ its gradients with respect to the inputs
 * `wrt` (by position, in that order) ++ the other outputs as they are.
 */
export function valueAndGradWith(transforms: Transforms, graph: Graph, wrt: readonly number[]): Graph {
  const [value, ...aux] = graph.outputs;
  if (value === undefined || value.type.shape.length > 0 || !isFloat(value.type.dtype)) {
    const got = value === undefined ? "no output" : `${value.type.dtype}[${value.type.shape.join(",")}]`;
    throw new Error(
      `grad: the first output of graph ${graph.name} must be a float scalar, got ${got}; reduce it first, for instance with sum.`,
    );
  }
  const active = graph.inputs.map((_, i) => wrt.includes(i));
  for (const i of wrt)
    if (!Number.isInteger(i) || i < 0 || i >= graph.inputs.length)
      throw new Error(`grad: graph ${graph.name} has ${graph.inputs.length} inputs; there is no input ${i}.`);
  checkFlags("grad", graph, active, true);
  const replay = new Replay(graph, `grad_${graph.name}`);
  replay.copyInputs();
  const e = emitInto(replay.builder, transforms);
  const reverse = forward(replay, active);
  const gradients = reverse(e, [[value, e.literal(1, value.type.dtype)]], false);
  const order = active.flatMap((on, i) => (on ? [i] : []));
  return replay.builder.finish([
    replay.at(value),
    ...wrt.map((i) => gradients[order.indexOf(i)]),
    ...aux.map((v) => replay.at(v)),
  ]);
}

type Reverse = (
  e: Emit,
  seeds: readonly (readonly [output: Value, cotangent: Value])[],
  guarded: boolean,
) => readonly Value[];

/** Copies the forward part, remembering what depends on active inputs; the result walks back over just that. */
function forward(replay: Replay, active: readonly boolean[]): Reverse {
  const { graph, builder } = replay;
  const varied = new Set<Value>();
  graph.inputs.forEach((v, i) => {
    if (active[i]) varied.add(v);
  });
  const tape: { eq: Equation; site: Equation }[] = [];
  for (const eq of graph.equations) {
    const site = replay.copy(eq);
    if (!eq.inputs.some((v) => varied.has(v))) continue;
    let reaches = false;
    for (const v of eq.outputs)
      if (isFloat(v.type.dtype)) {
        varied.add(v);
        reaches = true;
      }
    if (reaches) tape.push({ eq, site });
  }
  builder.origin = undefined;

  return (e, seeds, guarded) => {
    const cotangents = new Cotangents(e, builder);
    for (const [v, ct] of seeds) if (varied.has(v)) cotangents.add(v, ct, guarded);
    for (const { eq, site } of tape.reverse()) {
      builder.origin = eq.origin;
      const totals = eq.outputs.map((v) => cotangents.take(v));
      if (totals.every((t) => t === null)) continue;
      const guard = totals.some((t) => t?.guarded);
      const back = eq.op.vjp(
        e,
        site,
        totals.map((t) => t?.value ?? null),
        guard,
        eq.inputs.map((v) => varied.has(v)),
      );
      // A cotangent that has come through a `where` holds zeros for the elements not taken: they must stay zeros.
      eq.inputs.forEach((v, i) => {
        const ct = back[i];
        if (ct && varied.has(v)) cotangents.add(v, ct, guard || eq.op === where);
      });
    }
    builder.origin = undefined;
    return graph.inputs
      .filter((_, i) => active[i])
      .map((v) => cotangents.take(v)?.value ?? e.literal(0, v.type.dtype, v.type.shape));
  };
}
