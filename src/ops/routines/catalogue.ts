// Every special function with the error it is tested to: what the elementwise rows and the golden test read.
import type { Routine } from "../../ir/machine.js";
import type { Bound } from "../../ir/op.js";
import { i0e, i1e } from "./bessel.js";
import { betaln } from "./beta.js";
import { erf, erfc, erfcx, logNdtr, ndtr } from "./erf.js";
import { exp, expm1 } from "./exp.js";
import { digamma, lgamma, trigamma } from "./gamma.js";
import { betainc, betaincc } from "./incomplete-beta.js";
import { gammainc, gammaincc } from "./incomplete-gamma.js";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.js";
import { acos, asin, atan, atan2 } from "./inverse-trigonometric.js";
import { excess, log, log1p } from "./log.js";
import { log1mexp, logaddexp, logSigmoid, sigmoid, softplus, xlog1py, xlogy } from "./logistic.js";
import { erfinv, ndtri } from "./normal-quantile.js";
import { pow } from "./power.js";
import { cos, sin, tan } from "./trigonometric.js";

export interface Entry extends Bound {
  readonly routine: Routine;
}

export const catalogue: readonly Entry[] = [
  { routine: exp, ulp: 1 },
  { routine: expm1, ulp: 2 },
  { routine: log, ulp: 1 },
  { routine: log1p, ulp: 1 },
  { routine: sigmoid, ulp: 2 },
  { routine: softplus, ulp: 2 },
  { routine: logSigmoid, ulp: 2 },
  { routine: logaddexp, ulp: 2, floor: 1 },
  { routine: log1mexp, ulp: 4 },
  { routine: xlogy, ulp: 2 },
  { routine: xlog1py, ulp: 3 },
  { routine: sin, ulp: 2 },
  { routine: cos, ulp: 2 },
  { routine: tan, ulp: 4 },
  { routine: tanh, ulp: 2 },
  { routine: sinh, ulp: 4 },
  { routine: cosh, ulp: 4 },
  { routine: asinh, ulp: 4 },
  { routine: acosh, ulp: 4 },
  { routine: atanh, ulp: 4 },
  { routine: asin, ulp: 4 },
  { routine: acos, ulp: 4 },
  { routine: atan, ulp: 2 },
  { routine: atan2, ulp: 4 },
  { routine: pow, ulp: 2 },
  { routine: erf, ulp: 2 },
  { routine: erfc, ulp: 4 },
  { routine: erfcx, ulp: 50 },
  { routine: ndtr, ulp: 5 },
  { routine: logNdtr, ulp: 8 },
  { routine: ndtri, ulp: 7 },
  { routine: erfinv, ulp: 4 },
  { routine: lgamma, ulp: 8, floor: 1, relative: 1e-12 },
  { routine: digamma, ulp: 6, floor: 1, relative: 1e-12 },
  { routine: trigamma, ulp: 4 },
  { routine: excess, ulp: 4 },
  { routine: gammainc, ulp: 4000 },
  { routine: gammaincc, ulp: 4000 },
  { routine: betainc, ulp: 4000 },
  { routine: betaincc, ulp: 4000 },
  { routine: betaln, ulp: 400, floor: 1 },
  { routine: i0e, ulp: 4 },
  { routine: i1e, ulp: 4 },
];
