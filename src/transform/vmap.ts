// Graph in, the same over a new leading axis out: marked inputs gain it, and so do the outputs that depend on them.
import type { Transforms } from "../ir/op.js";
import type { Graph, Value } from "../ir/types.js";
import { emitInto } from "../ops/emit.js";
import { broadcast } from "../ops/index.js";
import { Replay, checkFlags } from "./replay.js";

export function vmapWith(
  transforms: Transforms,
  graph: Graph,
  batched: readonly boolean[],
  size: number,
  all: boolean,
): { graph: Graph; batched: readonly boolean[] } {
  checkFlags("vmap", graph, batched, false);
  if (!Number.isInteger(size) || size < 0)
    throw new Error(`vmap: the size of the new axis must be a non-negative integer, got ${size}.`);
  const replay = new Replay(graph, `vmap_${graph.name}`);
  const { builder } = replay;
  const e = emitInto(builder, transforms);
  // Values of the old graph whose images carry the new axis.
  const wide = new Set<Value>();
  graph.inputs.forEach((v, i) => {
    const shape = batched[i] ? [size, ...v.type.shape] : v.type.shape;
    replay.set(v, builder.input({ dtype: v.type.dtype, shape }, v.hint));
    if (batched[i]) wide.add(v);
  });
  for (const eq of graph.equations) {
    const flags = eq.inputs.map((v) => wide.has(v));
    if (!flags.includes(true)) {
      replay.copy(eq);
      continue;
    }
    builder.origin = eq.origin;
    const inputs = eq.inputs.map((v) => replay.at(v));
    const result = eq.op.vmap(e, inputs, flags, eq.params, size);
    eq.outputs.forEach((v, i) => {
      replay.set(v, result.outputs[i]);
      if (result.batched[i]) wide.add(v);
    });
  }
  builder.origin = undefined;
  const outputs = graph.outputs.map((v) => {
    const image = replay.at(v);
    if (wide.has(v) || !all) return image;
    const { shape } = v.type;
    return e(broadcast, [image], { shape: [size, ...shape], dims: shape.map((_, i) => i + 1) });
  });
  return { graph: builder.finish(outputs), batched: graph.outputs.map((v) => all || wide.has(v)) };
}
