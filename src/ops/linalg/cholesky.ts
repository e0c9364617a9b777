// Row of the Cholesky factor of symmetric positive definite matrices.
import type { Data, Value } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import { checkCount, checkKind } from "../define/check.js";
import { shiftedVmap, special } from "../define/special.js";
import { checkSquare, foldedOnLower, mirrored, onDiagonal } from "./matrices.js";

/** The lower triangle with its diagonal halved: the derivative of a triangular factor from its symmetric equation. */
function halvedLower(m: Calculus, x: Value): Value {
  const weights = onDiagonal(m, m.fill(0.5, x.type), 1);
  return m.triangle(m.mul(x, weights), true);
}

const solve = (m: Calculus, l: Value, b: Value, trans: boolean): Value =>
  m.op("triangularSolve", [l, b], { lower: true, trans, unit: false });

export const cholesky = special({
  name: "cholesky",
  doc: "The lower triangular L with L L' = x, reading the lower triangle of x; filled with NaN where x is not positive definite. `symmetric`: x is so by the way it was made, and derivatives need not be told which triangle is read.",
  lowering: "cholesky",
  infer(inputs) {
    checkCount("cholesky", inputs, 1);
    checkKind("cholesky", inputs, 0, "float");
    checkSquare("cholesky", inputs);
    return [inputs[0]];
  },
  evaluate([x], _params, { inputs: [type] }) {
    const n = type.shape[type.shape.length - 1];
    const out = x.slice();
    for (let b = 0, count = sizeOf(type.shape.slice(0, -2)); b < count; b++)
      factor(out.subarray(b * n * n, (b + 1) * n * n), n);
    return [out];
  },
  // dL = L phi(L^-1 dA L^-T), phi taking the lower triangle with half its diagonal (Murray 2016, arXiv:1602.07527).
  jvp(e, at, [t]) {
    if (t === null) return [null];
    const m = new Calculus(e);
    const [l] = at.outputs;
    const left = solve(m, l, at.params.symmetric === true ? t : mirrored(m, t), false);
    const both = m.swap(solve(m, l, m.swap(left), false));
    return [m.matmul(l, halvedLower(m, both))];
  },
  // The cotangent of the symmetric matrix is L^-T phi(L' ct) L^-1, symmetrised, which a symmetric operand does by itself;
  // folded on the triangle that is read.
  vjp(e, at, [ct]) {
    if (ct === null) return [null];
    const m = new Calculus(e);
    const [l] = at.outputs;
    const p = halvedLower(m, m.matmul(m.swap(l), m.triangle(ct, true)));
    const left = solve(m, l, p, true);
    const s = m.swap(solve(m, l, m.swap(left), true));
    return [at.params.symmetric === true ? s : foldedOnLower(m, s)];
  },
  vmap: shiftedVmap(() => cholesky),
});

/** In place, column by column; a pivot that is not positive makes the whole matrix NaN. */
function factor(a: Data, n: number): void {
  const round = a instanceof Float32Array ? Math.fround : (x: number) => x;
  for (let j = 0; j < n; j++) {
    let d = a[j * n + j];
    for (let k = 0; k < j; k++) d = round(d - round(a[j * n + k] * a[j * n + k]));
    if (!(d > 0) || d === Infinity) {
      a.fill(NaN);
      return;
    }
    const pivot = round(Math.sqrt(d));
    a[j * n + j] = pivot;
    for (let i = j + 1; i < n; i++) {
      let s = a[i * n + j];
      for (let k = 0; k < j; k++) s = round(s - round(a[i * n + k] * a[j * n + k]));
      a[i * n + j] = round(s / pivot);
      a[j * n + i] = 0;
    }
  }
}
