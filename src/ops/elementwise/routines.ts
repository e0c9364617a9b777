// The routines that rows of this folder call, under one name: `routine.exp` is the routine, `exp` the row.
export { exp2, log10, log2 } from "./bases.js";
export { betaln, logComb } from "../routines/beta.js";
export { besselGap, i0, i0e, i1, i1e } from "../routines/bessel.js";
export { erf, erfc, logNdtr, ndtr } from "../routines/erf.js";
export { exp, expm1 } from "../routines/exp.js";
export { digammaGap } from "../routines/digamma-gap.js";
export { digamma, lgamma, tetragamma, trigamma } from "../routines/gamma.js";
export { acosh, asinh, atanh, cosh, sinh, tanh } from "../routines/hyperbolic.js";
export { betaDensity, betainc, betaincc } from "../routines/incomplete-beta.js";
export { gammaDensity, gammainc, gammaincc } from "../routines/incomplete-gamma.js";
export { acos, asin, atan, atan2 } from "../routines/inverse-trigonometric.js";
export { hypot } from "./hypot.js";
export { log, log1p, log1pSquare } from "../routines/log.js";
export { log1mexp, logaddexp, sigmoid, softplus, xlog1py, xlogy } from "../routines/logistic.js";
export { erfinv, ndtri } from "../routines/normal-quantile.js";
export { logHigh, logLow, pow, powFromLog } from "../routines/power.js";
export { entr, klDiv, logRatio, relEntr } from "../routines/relative-entropy.js";
export { cos, sin, tan } from "../routines/trigonometric.js";
