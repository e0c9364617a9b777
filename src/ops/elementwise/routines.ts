// The routines that rows of this folder call, with stand-ins that throw for those that have not landed yet.
import type { Routine } from "../../ir/machine.js";

const missing = (name: string, arity = 1): Routine => ({
  name,
  doc: "Stand-in.",
  arity,
  simd: true,
  body() {
    throw new Error(`${name}: its routine is not there yet.`);
  },
});

export { exp, expm1 } from "../routines/exp.js";
export { log, log1p } from "../routines/log.js";
export { sigmoid, softplus, logaddexp, log1mexp, xlogy, xlog1py } from "../routines/logistic.js";
export { tanh, sinh, cosh, asinh, acosh, atanh } from "../routines/hyperbolic.js";
export { sin, cos, tan } from "../routines/trigonometric.js";
export const gammainc = missing("gammainc", 2);
export const gammaincc = missing("gammaincc", 2);
export const betainc = missing("betainc", 3);
export { exp2, log2, log10 } from "./bases.js";
export { pow } from "../routines/power.js";
export { asin, acos, atan, atan2 } from "../routines/inverse-trigonometric.js";
export { erf, erfc, ndtr, logNdtr } from "../routines/erf.js";
export { erfinv, ndtri } from "../routines/normal-quantile.js";
export { lgamma, digamma, trigamma } from "../routines/gamma.js";
export { i0e, i1e } from "../routines/bessel.js";
