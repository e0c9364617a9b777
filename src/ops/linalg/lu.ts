// Row of lu: triangular factors of square matrices with rows exchanged; solve, inv and slogdet are made of it.
import type { Data } from "../../ir/types.js";
import { allocate } from "../../ir/types.js";
import type { Value } from "../../ir/types.js";
import { addAlong, takeAlong } from "../along.js";
import { Calculus } from "../define/calculus.js";
import { shiftedVmap, special } from "../define/special.js";
import { asColumns, checkSquare, eachMatrix, solveTriangle, stackOf } from "./matrices.js";

export const lu = special({
  name: "lu",
  doc: "Factors of x with its rows in the order perm: the strict lower triangle holds L (unit diagonal), the upper one U. Outputs factors, perm (i32) and its sign (1 or -1).",
  lowering: "lu",
  infer(inputs) {
    const { batch, rows } = stackOf("lu", inputs);
    checkSquare("lu", inputs);
    return [inputs[0], { dtype: "i32", shape: [...batch, rows] }, { dtype: inputs[0].dtype, shape: batch }];
  },
  evaluate([x], _params, { inputs: [type], outputs }) {
    const n = type.shape[type.shape.length - 1];
    const [perm, sign] = outputs.slice(1).map(allocate);
    const factors = x.slice();
    eachMatrix(factors, type, [perm, sign], (a, [p, s]) => (s[0] = factor(a, p, n)));
    return [factors, perm, sign];
  },
  // With F = L^-1 P dA U^-1: dL = L tril(F, -1) and dU = triu(F) U.
  jvp(e, at, [t]) {
    if (t === null) return [null, null, null];
    const m = new Calculus(e);
    const [factors, perm] = at.outputs;
    const left = solveTriangle(m, factors, permuted(m, t, perm), { lower: true, trans: false, unit: true });
    const f = m.swap(solveTriangle(m, factors, m.swap(left), { lower: false, trans: true }));
    const { l, u } = split(m, factors);
    return [m.add(m.matmul(l, m.triangle(f, true, true)), m.matmul(m.triangle(f, false), u)), null, null];
  },
  vjp(e, at, [ct]) {
    if (ct === null) return [null];
    const m = new Calculus(e);
    const [factors, perm] = at.outputs;
    const { l, u } = split(m, factors);
    const onL = m.triangle(m.matmul(m.swap(l), m.triangle(ct, true, true)), true, true);
    const onU = m.triangle(m.matmul(m.triangle(ct, false), m.swap(u)), false);
    const left = solveTriangle(m, factors, m.add(onL, onU), { lower: true, trans: true, unit: true });
    const both = m.swap(solveTriangle(m, factors, m.swap(left), { lower: false, trans: false }));
    const n = perm.type.shape[perm.type.shape.length - 1];
    return [addAlong(m, both, asColumns(m, perm, n), perm.type.shape.length - 1)];
  },
  vmap: shiftedVmap(() => lu),
});

function split(m: Calculus, factors: Value): { l: Value; u: Value } {
  const { shape } = factors.type;
  const below = m.triangle(factors, true, true);
  const rows = m.iota("i32", shape, shape.length - 2);
  const columns = m.iota("i32", shape, shape.length - 1);
  return { l: m.where(m.compare("eq", rows, columns), 1, below), u: m.triangle(factors, false) };
}

/** The rows of x in the order perm. */
function permuted(m: Calculus, x: Value, perm: Value): Value {
  const columns = x.type.shape[x.type.shape.length - 1];
  return takeAlong(m, x, asColumns(m, perm, columns), perm.type.shape.length - 1);
}

/** In place with partial pivoting (the first of the largest); returns the sign of the order. */
function factor(a: Data, perm: Data, n: number): number {
  const round = a instanceof Float32Array ? Math.fround : (x: number) => x;
  let sign = 1;
  for (let i = 0; i < n; i++) perm[i] = i;
  for (let j = 0; j < n; j++) {
    let pivot = j;
    for (let i = j + 1; i < n; i++) if (Math.abs(a[i * n + j]) > Math.abs(a[pivot * n + j])) pivot = i;
    if (pivot !== j) {
      sign = -sign;
      [perm[j], perm[pivot]] = [perm[pivot], perm[j]];
      for (let k = 0; k < n; k++) [a[j * n + k], a[pivot * n + k]] = [a[pivot * n + k], a[j * n + k]];
    }
    // A column of zeros is left as it is: U then has a zero on its diagonal, and solving gives infinities.
    if (a[j * n + j] === 0) continue;
    for (let i = j + 1; i < n; i++) {
      const ratio = round(a[i * n + j] / a[j * n + j]);
      a[i * n + j] = ratio;
      for (let k = j + 1; k < n; k++) a[i * n + k] = round(a[i * n + k] - round(ratio * a[j * n + k]));
    }
  }
  return sign;
}
