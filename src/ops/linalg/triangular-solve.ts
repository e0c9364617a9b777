// Row of triangularSolve: x with a x = b (or a' x = b) for triangular a.
import type { Data } from "../../ir/types.js";
import { sameShape, sizeOf } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import { checkCount, checkKind, checkSameDtype, flag, typeError } from "../define/check.js";
import { shiftedVmap, special } from "../define/special.js";
import { checkSquare } from "./matrices.js";

export const triangularSolve = special({
  name: "triangularSolve",
  doc: "The x with a x = b, or a' x = b under trans, reading only a's lower (or upper) triangle; unit takes its diagonal as ones.",
  lowering: "triangularSolve",
  infer(inputs) {
    checkCount("triangularSolve", inputs, 2);
    checkKind("triangularSolve", inputs, 0, "float");
    checkSameDtype("triangularSolve", inputs);
    const n = checkSquare("triangularSolve", inputs);
    const [a, b] = inputs;
    const rank = a.shape.length;
    const fits = b.shape.length === rank && sameShape(a.shape.slice(0, rank - 2), b.shape.slice(0, rank - 2));
    if (!fits || b.shape[rank - 2] !== n)
      throw typeError(
        "triangularSolve",
        inputs,
        `the right-hand side is not [..., ${n}, m] with the same leading axes`,
        "reshape a vector to one column, broadcast the batch",
      );
    return [b];
  },
  evaluate([a, b], params, { inputs: [, type] }) {
    const rank = type.shape.length;
    const [n, columns] = type.shape.slice(rank - 2);
    const out = b.slice();
    const how = { lower: flag(params, "lower"), trans: flag(params, "trans"), unit: flag(params, "unit") };
    for (let i = 0, count = sizeOf(type.shape.slice(0, rank - 2)); i < count; i++)
      substitute(
        a.subarray(i * n * n, (i + 1) * n * n),
        out.subarray(i * n * columns, (i + 1) * n * columns),
        n,
        columns,
        how,
      );
    return [out];
  },
  jvp(e, at, [ta, tb]) {
    if (ta === null && tb === null) return [null];
    const m = new Calculus(e);
    const [a] = at.inputs;
    const [x] = at.outputs;
    const { lower, trans, unit } = flags(at.params);
    const moved = ta === null ? null : m.triangle(ta, lower, unit);
    const pull = moved === null ? null : m.neg(m.matmul(trans ? m.swap(moved) : moved, x));
    const rhs = m.total([tb, pull]);
    return [rhs === null ? null : e(triangularSolve, [a, rhs], at.params)];
  },
  vjp(e, at, [ct], _guarded, [onA] = [true]) {
    if (ct === null) return [null, null];
    const m = new Calculus(e);
    const [a] = at.inputs;
    const [x] = at.outputs;
    const { lower, trans, unit } = flags(at.params);
    const onB = e(triangularSolve, [a, ct], { lower, trans: !trans, unit });
    if (!onA) return [null, onB];
    const outer = trans ? m.matmul(x, m.swap(onB)) : m.matmul(onB, m.swap(x));
    return [m.neg(m.triangle(outer, lower, unit)), onB];
  },
  vmap(e, inputs, batched, params, size) {
    const [a, b] = inputs;
    // One matrix for the whole batch: its right-hand sides become columns of one solve.
    if (!batched[0] && batched[1] && a.type.shape.length === 2) {
      const m = new Calculus(e);
      const [, n, columns] = b.type.shape;
      const wide = m.reshape(m.transpose(b, [1, 0, 2]), [n, size * columns]);
      const out = m.reshape(e(triangularSolve, [a, wide], params), [n, size, columns]);
      return { outputs: [m.transpose(out, [1, 0, 2])], batched: [true] };
    }
    return shiftedVmap(() => triangularSolve)(e, inputs, batched, params, size);
  },
});

interface Flags {
  readonly lower: boolean;
  readonly trans: boolean;
  readonly unit: boolean;
}
const flags = (params: Parameters<typeof flag>[0]): Flags => ({
  lower: flag(params, "lower"),
  trans: flag(params, "trans"),
  unit: flag(params, "unit"),
});

function substitute(a: Data, x: Data, n: number, columns: number, { lower, trans, unit }: Flags): void {
  const round = a instanceof Float32Array ? Math.fround : (v: number) => v;
  const forward = lower !== trans;
  const entry = (i: number, k: number) => (trans ? a[k * n + i] : a[i * n + k]);
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    for (let c = 0; c < columns; c++) {
      let s = x[i * columns + c];
      for (let before = 0; before < step; before++) {
        const k = forward ? before : n - 1 - before;
        s = round(s - round(entry(i, k) * x[k * columns + c]));
      }
      x[i * columns + c] = unit ? s : round(s / entry(i, i));
    }
  }
}
