// Row of forwardCall: a call that reverse mode differentiates by forward sensitivities, so that loops inside need no tape.
import type { Emit, Site } from "../../ir/op.js";
import type { Graph, Value } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";
import { Calculus, axesFrom } from "../define/calculus.js";
import { special } from "../define/special.js";
import { graphParam, isFloatValue, spread } from "./bodies.js";
import { call } from "./call.js";

/**
 * With more numbers than this to differentiate by, one backward pass over taped loops is taken instead: forward cost grows
 * with their count, and a tape costs a few forward runs.
 */
const MANY = 256;

export const forwardCall = special({
  name: "forwardCall",
  doc: "The outputs of a sub-graph for the operands; reverse mode takes all partial derivatives forwards, in one run, and multiplies.",
  lowering: "call",
  infer: (inputs, params) => call.infer(inputs, params),
  evaluate: (inputs, params, types, host) => call.evaluate(inputs, params, types, host),
  jvp(e, at, tangents) {
    const active = tangents.map((t) => t !== null);
    if (!active.includes(true)) return at.outputs.map(() => null);
    const graph = derivativeOf(e, at, active);
    const given = tangents.filter((t) => t !== null);
    return spread(at.outputs.map(isFloatValue), e.all(forwardCall, [...at.inputs, ...given], { graph }));
  },
  vjp(e, at, cotangents, guarded, wanted) {
    const active = at.inputs.map((v, i) => isFloatValue(v) && wanted?.[i] !== false);
    if (!active.includes(true) || cotangents.every((ct) => ct === null)) return at.inputs.map(() => null);
    const by = at.inputs.filter((_, i) => active[i]);
    const count = by.reduce((n, v) => n + sizeOf(v.type.shape), 0);
    if (count > MANY) return call.vjp(e, at, cotangents, guarded, wanted);
    if (count === 0) return spread(active, by.map((v) => e.literal(0, v.type.dtype, v.type.shape))); // prettier-ignore
    return spread(active, pulled(e, at, active, by, count, cotangents, guarded));
  },
  vmap(e, inputs, batched, params, size) {
    const inner = graphParam("forwardCall", params, "graph");
    const { graph, batched: out } = e.transforms.vmap(inner, batched, size, false);
    return { outputs: e.all(forwardCall, inputs, { graph }), batched: out };
  },
});

/** The tangents of the outputs alone. */
function derivativeOf(e: Emit, at: Site, active: readonly boolean[]): Graph {
  const g = e.transforms.jvp(graphParam("forwardCall", at.params, "graph"), active);
  return { ...g, outputs: g.outputs.slice(at.outputs.length) };
}

/** One direction per number: the products of every output's partial derivatives with its cotangent, summed. */
function pulled(
  e: Emit,
  at: Site,
  active: readonly boolean[],
  by: readonly Value[],
  count: number,
  cotangents: readonly (Value | null)[],
  guarded: boolean,
): readonly Value[] {
  const m = new Calculus(e);
  const tangent = derivativeOf(e, at, active);
  const flags = tangent.inputs.map((_, i) => i >= at.inputs.length);
  const { graph } = e.transforms.vmap(tangent, flags, count, true);
  let start = 0;
  const directions = by.map((v) => {
    const size = sizeOf(v.type.shape);
    const rows = m.iota("i32", [count, size], 0);
    const columns = m.op("add", [m.iota("i32", [count, size], 1), e.literal(start, "i32", [count, size])]);
    start += size;
    const unit = m.where(m.compare("eq", rows, columns), m.fill(1, { dtype: v.type.dtype, shape: [count, size] }), 0); // prettier-ignore
    return m.reshape(unit, [count, ...v.type.shape]);
  });
  const partials = e.all(forwardCall, [...at.inputs, ...directions], { graph });
  const floats = cotangents.filter((_, i) => isFloatValue(at.outputs[i]!));
  const dtype = by[0]!.type.dtype;
  const total = m.total(
    partials.map((p, i) => {
      const ct = floats[i]!;
      if (ct === null) return null;
      const rank = ct.type.shape.length;
      const wide = m.broadcast(ct, p.type.shape, axesFrom(1, rank + 1));
      const product = m.mul(wide, p);
      const safe = guarded ? m.where(m.compare("eq", wide, 0), 0, product) : product;
      return m.convert(m.sum(safe, axesFrom(1, rank + 1)), dtype);
    }),
  )!;
  start = 0;
  return by.map((v) => {
    const size = sizeOf(v.type.shape);
    const part = m.op("slice", [total], { start: [start], stop: [start + size], step: [1] });
    start += size;
    return m.convert(m.reshape(part, v.type.shape), v.type.dtype);
  });
}
