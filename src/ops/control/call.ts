// Row of call: a shared sub-graph applied to operands.
import type { Value } from "../../ir/types.js";
import { special } from "../define/special.js";
import { checkTypes, fresh, graphParam, isFloatValue, pick, spread, typesOf } from "./bodies.js";
import { zeroIfNull } from "./zero.js";

export const call = special({
  name: "call",
  doc: "The outputs of a sub-graph for the operands.",
  lowering: "call",
  infer(inputs, params) {
    const g = graphParam("call", params, "graph");
    checkTypes("call", `the operands of ${g.name}`, inputs, typesOf(g.inputs));
    return typesOf(g.outputs);
  },
  evaluate: (inputs, params, _types, host) =>
    fresh(host.interpret(graphParam("call", params, "graph"), inputs)),
  jvp(e, at, tangents) {
    const active = tangents.map((t) => t !== null);
    if (!active.includes(true)) return at.outputs.map(() => null);
    const g = e.transforms.jvp(graphParam("call", at.params, "graph"), active);
    const graph = { ...g, outputs: g.outputs.slice(at.outputs.length) };
    const given = tangents.filter((t) => t !== null);
    return spread(at.outputs.map(isFloatValue), e.all(call, [...at.inputs, ...given], { graph }));
  },
  vjp(e, at, cotangents, guarded, wanted): readonly (Value | null)[] {
    const active = at.inputs.map((v, i) => isFloatValue(v) && wanted?.[i] !== false);
    if (!active.includes(true)) return at.inputs.map(() => null);
    const graph = e.transforms.vjp(graphParam("call", at.params, "graph"), active, guarded);
    const floats = at.outputs.map(isFloatValue);
    const given = pick(
      at.outputs.map((v, i) => zeroIfNull(e, cotangents[i], v.type)),
      floats,
    );
    return spread(active, e.all(call, [...at.inputs, ...given], { graph }));
  },
  vmap(e, inputs, batched, params, size) {
    const { graph, batched: out } = e.transforms.vmap(
      graphParam("call", params, "graph"),
      batched,
      size,
      false,
    );
    return { outputs: e.all(call, inputs, { graph }), batched: out };
  },
});
