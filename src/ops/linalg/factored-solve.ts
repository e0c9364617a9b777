// Row of factoredSolve: x with a x = b by factors that were made once; differentiated as a solution, not through the factors.
import { Builder } from "../../ir/builder.js";
import type { Graph, Type, Value } from "../../ir/types.js";
import { sameShape } from "../../ir/types.js";
import { addAlong, takeAlong } from "../along.js";
import { liftAll } from "../define/batching.js";
import { Calculus } from "../define/calculus.js";
import { checkCount, flag, typeError } from "../define/check.js";
import { special } from "../define/special.js";
import { emitInto } from "../emit.js";
import { asColumns, checkSquare, solveTriangle } from "./matrices.js";

/** What the row computes, as equations: triangular solves around the order of the rows. */
export function solution(types: readonly Type[], trans: boolean): Graph {
  const builder = new Builder("factoredSolve");
  const [factors, perm, , b] = types.map((t) => builder.input(t));
  const m = new Calculus(emitInto(builder));
  const { shape } = b.type;
  const order = asColumns(m, perm, shape[shape.length - 1]);
  const axis = shape.length - 2;
  if (!trans) {
    const ordered = takeAlong(m, b, order, axis);
    const half = solveTriangle(m, factors, ordered, { lower: true, trans: false, unit: true });
    return builder.finish([solveTriangle(m, factors, half, { lower: false, trans: false })]);
  }
  const half = solveTriangle(m, factors, b, { lower: false, trans: true });
  const ordered = solveTriangle(m, factors, half, { lower: true, trans: true, unit: true });
  return builder.finish([addAlong(m, ordered, order, axis)]);
}

const paramsFor = (inputs: readonly Value[], trans: boolean): { trans: boolean; graph: Graph } => ({
  trans,
  graph: solution(
    inputs.map((v) => v.type),
    trans,
  ),
});

export const factoredSolve = special({
  name: "factoredSolve",
  doc: "The x [..., n, m] with a x = b (or a' x = b under trans), from the factors and the order of rows of lu(a); inputs factors, order, a, b.",
  // Parameter `graph` computes it.
  lowering: "call",
  infer(inputs) {
    checkCount("factoredSolve", inputs, 4);
    const n = checkSquare("factoredSolve", inputs, 2);
    const [factors, , a, b] = inputs;
    if (!sameShape(factors.shape, a.shape) || b.shape[b.shape.length - 2] !== n)
      throw typeError(
        "factoredSolve",
        inputs,
        `the right-hand side is not [..., ${n}, m]`,
        "pass lu(a), a and b",
      );
    return [b];
  },
  evaluate: (inputs, params, _types, host) =>
    host.interpret(params.graph as Graph, inputs).map((x) => x.slice()),
  // a dx = db - da x
  jvp(e, at, [, , ta, tb]) {
    if (ta === null && tb === null) return [null];
    const m = new Calculus(e);
    const [factors, perm, a] = at.inputs;
    const [x] = at.outputs;
    const pull = ta && m.neg(m.matmul(flag(at.params, "trans") ? m.swap(ta) : ta, x));
    return [e(factoredSolve, [factors, perm, a, m.total([tb, pull]) as Value], at.params)];
  },
  vjp(e, at, [ct], _guarded, wanted) {
    if (ct === null) return [null, null, null, null];
    const m = new Calculus(e);
    const [factors, perm, a] = at.inputs;
    const [x] = at.outputs;
    const trans = flag(at.params, "trans");
    const back = [factors, perm, a, ct];
    const onB = e(factoredSolve, back, paramsFor(back, !trans));
    if (wanted?.[2] === false) return [null, null, null, onB];
    const outer = trans ? m.matmul(x, m.swap(onB)) : m.matmul(onB, m.swap(x));
    return [null, null, m.neg(outer), onB];
  },
  vmap(e, inputs, batched, params, size) {
    const trans = flag(params, "trans");
    if (!batched.includes(true)) return { outputs: e.all(factoredSolve, inputs, params), batched: [false] };
    const [factors, perm, a, b] = inputs;
    // One matrix for the whole batch: its right-hand sides become columns of one solve.
    if (!batched[0] && !batched[1] && !batched[2] && a.type.shape.length === 2) {
      const m = new Calculus(e);
      const [, n, columns] = b.type.shape;
      const wide = m.reshape(m.transpose(b, [1, 0, 2]), [n, size * columns]);
      const joined = [factors, perm, a, wide];
      const out = e(factoredSolve, joined, paramsFor(joined, trans));
      return { outputs: [m.transpose(m.reshape(out, [n, size, columns]), [1, 0, 2])], batched: [true] };
    }
    const lifted = liftAll(e, inputs, batched, size);
    return { outputs: e.all(factoredSolve, lifted, paramsFor(lifted, trans)), batched: [true] };
  },
});
