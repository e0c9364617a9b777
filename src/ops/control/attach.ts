// Row of attach: a value whose partial derivatives were computed beside it, tied to what they are by.
import type { Graph, Type, Value } from "../../ir/types.js";
import { sameShape, sizeOf } from "../../ir/types.js";
import { liftAll } from "../define/batching.js";
import { Calculus } from "../define/calculus.js";
import { integer, typeError } from "../define/check.js";
import { special } from "../define/special.js";

const batchOf = (params: { readonly [key: string]: unknown }): number =>
  integer("attach", params as never, "batch");

/** The product over x's own axes: rows of partials [batch, x, y] times x [batch, x] (or times y, the other way round). */
function contract(m: Calculus, x: Value, partials: Value, like: Type, batch: number, back: boolean): Value {
  const lead = like.shape.slice(0, batch);
  const [b, wide] = [sizeOf(lead), sizeOf(like.shape.slice(batch))];
  const given = sizeOf(x.type.shape.slice(batch));
  const matrix = m.reshape(partials, back ? [b, wide, given] : [b, given, wide]);
  const product = back
    ? m.matmul(matrix, m.reshape(x, [b, given, 1]))
    : m.matmul(m.reshape(x, [b, 1, given]), matrix);
  return m.reshape(product, like.shape);
}

export const attach = special({
  name: "attach",
  doc: "The first input; its derivative is the sum over the pairs (x, partials [..., x, y]) that follow of partials times that of x. The first `batch` axes of all are shared.",
  // Parameter `graph` hands the first input through: compiled, it is only a name.
  lowering: "call",
  infer(inputs, params) {
    const batch = batchOf(params);
    const [y] = inputs;
    inputs.slice(1).forEach((_, i) => {
      if (i % 2 === 1) return;
      const [x, partials] = [inputs[i + 1], inputs[i + 2]];
      const wanted = [...x.shape, ...y.shape.slice(batch)];
      if (
        !partials ||
        !sameShape(partials.shape, wanted) ||
        partials.dtype !== y.dtype ||
        x.dtype !== y.dtype
      )
        throw typeError(
          "attach",
          inputs,
          `operand ${i + 2} is not [${wanted.join(",")}]`,
          "pass one partial for each number of x and of y",
        );
    });
    return [y];
  },
  evaluate: ([y]) => [y.slice()],
  jvp(e, at, tangents) {
    const m = new Calculus(e);
    const batch = batchOf(at.params);
    const [y] = at.inputs;
    const parts = at.inputs.slice(1).flatMap((p, i) => {
      const t = i % 2 === 1 ? tangents[i] : null;
      return t ? [contract(m, t, p, y.type, batch, false)] : [];
    });
    return [m.total(parts)];
  },
  vjp(e, at, [ct], guarded, wanted) {
    if (ct === null) return at.inputs.map(() => null);
    const m = new Calculus(e);
    const batch = batchOf(at.params);
    return at.inputs.map((x, i) => {
      if (i % 2 === 0 || wanted?.[i] === false) return null;
      let p = at.inputs[i + 1];
      if (guarded) {
        // A zero cotangent stays zero against a partial that is not finite.
        const rank = p.type.shape.length;
        const own = ct.type.shape.length - batch;
        const dims = [...ct.type.shape.keys()].map((d) => (d < batch ? d : rank - own + d - batch));
        p = m.where(m.compare("eq", m.broadcast(ct, p.type.shape, dims), 0), 0, p);
      }
      return contract(m, ct, p, x.type, batch, true);
    });
  },
  vmap(e, inputs, batched, params, size) {
    if (!batched.includes(true)) return { outputs: e.all(attach, inputs, params), batched: [false] };
    const wide = liftAll(e, inputs, batched, size);
    const outputs = e.all(attach, wide, {
      batch: batchOf(params) + 1,
      graph: first(wide.map((v) => v.type)),
    });
    return { outputs, batched: [true] };
  },
});

/** The graph that gives the first of inputs of these types. */
export function first(types: readonly Type[]): Graph {
  const inputs = types.map((type): Value => ({ type }));
  return { kind: "graph", name: "attach", inputs, equations: [], outputs: [inputs[0]] };
}
