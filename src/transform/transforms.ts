// The graph transforms under their public names; the rules of sub-graph operations receive them as one object.
import type { Transforms } from "../ir/op.js";
import type { Graph } from "../ir/types.js";
import { jvpWith } from "./jvp.js";
import { valueAndGradWith, vjpWith } from "./vjp.js";
import { vmapWith } from "./vmap.js";

export const transforms: Transforms = {
  jvp: (graph, active) => jvpWith(transforms, graph, active),
  vjp: (graph, active, guarded = false) => vjpWith(transforms, graph, active, guarded),
  vmap: (graph, batched, size, all) => vmapWith(transforms, graph, batched, size, all),
};

export const { jvp, vjp, vmap } = transforms;

/** outputs value, ...aux -> value, gradient of value per input in `wrt` (positions), ...aux. The value is a float scalar. */
export const valueAndGrad = (graph: Graph, wrt: readonly number[]): Graph =>
  valueAndGradWith(transforms, graph, wrt);
