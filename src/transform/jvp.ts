// Graph in, forward-mode derivative out: inputs ++ tangents of the active inputs -> outputs ++ tangents of the float outputs.
import type { Transforms } from "../ir/op.js";
import { isFloat } from "../ir/types.js";
import type { Graph, Value } from "../ir/types.js";
import { emitInto } from "../ops/emit.js";
import { Replay, checkFlags } from "./replay.js";

export function jvpWith(transforms: Transforms, graph: Graph, active: readonly boolean[]): Graph {
  checkFlags("jvp", graph, active, true);
  const replay = new Replay(graph, `jvp_${graph.name}`);
  const { builder } = replay;
  const e = emitInto(builder, transforms);
  replay.copyInputs();
  // Keyed by the old graph's values; absent means an exact zero.
  const tangents = new Map<Value, Value>();
  graph.inputs.forEach((v, i) => {
    if (active[i]) tangents.set(v, builder.input(v.type, v.hint === undefined ? undefined : `d_${v.hint}`));
  });
  for (const eq of graph.equations) {
    const site = replay.copy(eq);
    if (!eq.inputs.some((v) => tangents.has(v))) continue;
    const given = eq.inputs.map((v) => tangents.get(v) ?? null);
    eq.op.jvp(e, site, given).forEach((t, i) => {
      if (t !== null) tangents.set(eq.outputs[i], t);
    });
  }
  builder.origin = undefined;
  const floats = graph.outputs.filter((v) => isFloat(v.type.dtype));
  const outputs = graph.outputs.map((v) => replay.at(v));
  const outward = floats.map((v) => tangents.get(v) ?? e.literal(0, v.type.dtype, v.type.shape));
  return builder.finish([...outputs, ...outward]);
}
