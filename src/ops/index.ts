// Every operation there is: named rows, and the table of them by name.
import type { Op } from "../ir/op.js";
import * as arithmetic from "./elementwise/arithmetic.js";
import * as bessel from "./elementwise/bessel.js";
import * as comparison from "./elementwise/comparison.js";
import * as errorFunction from "./elementwise/error-function.js";
import * as exponential from "./elementwise/exponential.js";
import * as gamma from "./elementwise/gamma.js";
import * as incomplete from "./elementwise/incomplete.js";
import * as logic from "./elementwise/logic.js";
import * as quantile from "./elementwise/quantile.js";
import * as select from "./elementwise/select.js";
import * as trigonometric from "./elementwise/trigonometric.js";
import { broadcast } from "./movement/broadcast.js";
import { flip } from "./movement/flip.js";
import { reshape } from "./movement/reshape.js";
import { pad, slice } from "./movement/slice.js";
import { transpose } from "./movement/transpose.js";
import { prod, sum } from "./reduction/arithmetic.js";
import { reduceMax, reduceMin } from "./reduction/extrema.js";
import { all, any } from "./reduction/logical.js";
import { sumLog1p } from "./reduction/sum-log1p.js";
import { concatenate } from "./concatenate.js";
import { constant, iota } from "./constant.js";
import { cumlogsumexp, cummax, cumprod, cumsum } from "./cumulative.js";
import { gather, scatterAdd } from "./gather.js";
import { setAt } from "./set-at.js";
import { cholesky } from "./linalg/cholesky.js";
import { designFactor } from "./linalg/design-factor.js";
import { designForm, designGradient, triangleBound } from "./linalg/design-products.js";
import { eigh } from "./linalg/eigh.js";
import { factoredSolve, solution } from "./linalg/factored-solve.js";
import { groupedFactor } from "./linalg/grouped-factor.js";
import { lu } from "./linalg/lu.js";
import { qr } from "./linalg/qr.js";
import { svd } from "./linalg/svd.js";
import { triangularSolve } from "./linalg/triangular-solve.js";
import { matmul } from "./matmul.js";
import { foldIn, randomBits, seedKey, splitKey } from "./random/keys.js";
import { logGammaDraw } from "./random/log-gamma-draw.js";
import { attach, first } from "./control/attach.js";
import { call } from "./control/call.js";
import { cond } from "./control/cond.js";
import { forwardCall } from "./control/forward-call.js";
import { scan } from "./control/scan.js";
import { while_ } from "./control/while.js";
import { argmax, argmin, argsort, sort } from "./sort.js";
import { bindRows } from "./define/rows.js";

export * from "./elementwise/arithmetic.js";
export * from "./elementwise/bessel.js";
export * from "./elementwise/comparison.js";
export * from "./elementwise/error-function.js";
export * from "./elementwise/exponential.js";
export * from "./elementwise/gamma.js";
export * from "./elementwise/incomplete.js";
export * from "./elementwise/logic.js";
export * from "./elementwise/quantile.js";
export * from "./elementwise/select.js";
export * from "./elementwise/trigonometric.js";
export { broadcast, flip, reshape, pad, slice, transpose };
export { sum, sumLog1p, prod, reduceMax, reduceMin, reduceMax as max_, reduceMin as min_, all, any };
export { constant, iota, gather, scatterAdd, setAt, concatenate, matmul };
export { cumsum, cumprod, cummax, cumlogsumexp, cholesky, triangularSolve };
export {
  lu,
  qr,
  eigh,
  svd,
  designFactor,
  groupedFactor,
  designForm,
  designGradient,
  triangleBound,
  factoredSolve,
  solution,
};
export { randomBits, splitKey, foldIn, seedKey, logGammaDraw };
export { argmax, argmin, sort, argsort, cond, while_, scan, call, forwardCall, attach, first };
export { emitInto } from "./emit.js";

const rows: readonly Op[] = [
  ...Object.values(arithmetic),
  ...Object.values(comparison),
  ...Object.values(logic),
  ...Object.values(select),
  ...Object.values(exponential),
  ...Object.values(trigonometric),
  ...Object.values(errorFunction),
  ...Object.values(gamma),
  ...Object.values(incomplete),
  ...Object.values(quantile),
  ...Object.values(bessel),
  ...[broadcast, reshape, transpose, slice, pad, flip],
  ...[sum, sumLog1p, prod, reduceMax, reduceMin, all, any],
  ...[constant, iota, gather, scatterAdd, setAt, concatenate, matmul],
  ...[cumsum, cumprod, cummax, cumlogsumexp, cholesky, triangularSolve],
  ...[
    lu,
    qr,
    eigh,
    svd,
    designFactor,
    groupedFactor,
    designForm,
    designGradient,
    triangleBound,
    factoredSolve,
  ],
  ...[randomBits, splitKey, foldIn, seedKey, logGammaDraw],
  ...[argmax, argmin, sort, argsort, cond, while_, scan, call, forwardCall, attach],
];

/** All rows by operation name. */
export const opTable: ReadonlyMap<string, Op> = new Map(rows.map((op) => [op.name, op]));
if (opTable.size !== rows.length) throw new Error("ops: two rows have the same name.");
bindRows(opTable);
