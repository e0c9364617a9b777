// Special functions of np.special: rows by their mathematical names, and compositions of them.
import * as ops from "../../ops/index.js";
import { same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import * as numbers from "../numbers.js";
import type { Tensor } from "../tensor.js";
import {
  absolute,
  add,
  arctanh,
  less,
  log,
  log1p,
  logaddexp,
  multiply,
  negative,
  sigmoid,
  subtract,
  where,
} from "./elementwise.js";
import { binary, elementwise, unary } from "./rows.js";
import { logsumexp, logSoftmax, softmax } from "./reductions.js";

/** The log of the absolute value of the gamma function. */
export const lgamma = unary("np.special.lgamma", ops.lgamma, "float");
/** The derivative of lgamma. */
export const digamma = unary("np.special.digamma", ops.digamma, "float");
/** The second derivative of lgamma. */
export const trigamma = unary("np.special.trigamma", ops.trigamma, "float");
/** The error function 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = unary("np.special.erf", ops.erf, "float");
/** 1 - erf(x), accurate in the upper tail. */
export const erfc = unary("np.special.erfc", ops.erfc, "float");
/** The inverse of erf on (-1, 1). */
export const erfinv = unary("np.special.erfinv", ops.erfinv, "float");
/** The standard normal's distribution function. */
export const ndtr = unary("np.special.ndtr", ops.ndtr, "float");
/** The log of the standard normal's distribution function, accurate in the lower tail. */
export const logNdtr = unary("np.special.logNdtr", ops.logNdtr, "float");
/** The standard normal's quantile function. */
export const ndtri = unary("np.special.ndtri", ops.ndtri, "float");
/** log(1 + exp(x)), without overflow. */
export const softplus = unary("np.special.softplus", ops.softplus, "float");
/** log(1 + x^2), also where the square overflows (TensorFlow Probability's name). */
export const log1psquare = unary("np.special.log1psquare", ops.log1pSquare, "float");
/** log(1 - exp(x)) for x <= 0. */
export const log1mexp = unary("np.special.log1mexp", ops.log1mexp, "float");
/** x log y, 0 where x is 0. */
export const xlogy = binary("np.special.xlogy", ops.xlogy, "float");
/** x log(1 + y), 0 where x is 0. */
export const xlog1py = binary("np.special.xlog1py", ops.xlog1py, "float");
/** exp(-|x|) times the modified Bessel function I0. */
export const i0e = unary("np.special.i0e", ops.i0e, "float");
/** exp(-|x|) times the modified Bessel function I1. */
export const i1e = unary("np.special.i1e", ops.i1e, "float");
/** The logistic function 1 / (1 + exp(-x)). */
export const expit = sigmoid;
/** log(p / (1 - p)) */
export function logit(p: TensorLike): Tensor {
  const [t] = same("float", "np.special.logit", [p]);
  // Around 1/2 both logarithms are near log 2 and would cancel; there 2 p - 1 is exact.
  const odds = subtract(multiply(t!, 2), 1);
  const central = less(absolute(odds), 0.5);
  const middle = multiply(2, arctanh(where(central, odds, 0)));
  return where(central, middle, subtract(log(t!), log1p(negative(t!))));
}
/** The regularised lower incomplete gamma function P(a, x). */
export const gammainc = binary("np.special.gammainc", ops.gammainc, "float");
/** The regularised upper incomplete gamma function Q(a, x). */
export const gammaincc = binary("np.special.gammaincc", ops.gammaincc, "float");
/** The regularised incomplete beta function I_x(a, b). */
export const betainc = (a: TensorLike, b: TensorLike, x: TensorLike): Tensor =>
  elementwise("np.special.betainc", ops.betainc, "float", [a, b, x]);
/** 1 - I_x(a, b), accurate where it is small. */
export const betaincc = (a: TensorLike, b: TensorLike, x: TensorLike): Tensor =>
  elementwise("np.special.betaincc", ops.betaincc, "float", [a, b, x]);
/** The x with gammainc(a, x) = p. */
export const gammaincinv = binary("np.special.gammaincinv", ops.gammaincinv, "float");
/** The x with gammaincc(a, x) = q, accurate where q is small. */
export const gammainccinv = binary("np.special.gammainccinv", ops.gammainccinv, "float");
/** The x with betainc(a, b, x) = p. */
export const betaincinv = (a: TensorLike, b: TensorLike, p: TensorLike): Tensor =>
  elementwise("np.special.betaincinv", ops.betaincinv, "float", [a, b, p]);
/** The modified Bessel function I0; it overflows beyond 713, where i0e does not. */
export const i0 = unary("np.special.i0", ops.i0, "float");
/** The modified Bessel function I1; it overflows beyond 713, where i1e does not. */
export const i1 = unary("np.special.i1", ops.i1, "float");
/** log(1 / (1 + exp(-x))) */
export const logExpit = (x: TensorLike): Tensor => negative(softplus(negative(x)));
/** The inverse of erfc. */
export const erfcinv = (x: TensorLike): Tensor =>
  // The sum makes the -0 at 1 a 0.
  add(multiply(ndtri(multiply(x, 0.5)), -Math.SQRT1_2), 0);
export { lgamma as gammaln };
/** log n! */
export const logFactorial = (n: TensorLike): Tensor => lgamma(add(n, 1));
/** x log(x / y) of numbers that are not negative, 0 where x is 0. */
export const relEntr = binary("np.special.relEntr", ops.relEntr, "float");
/** x log(x / y) - x + y, never negative. */
export const klDiv = binary("np.special.klDiv", ops.klDiv, "float");
/** The log of the absolute value of the beta function; digits are kept where one argument is far above the other. */
export const betaln = binary("np.special.betaln", ops.betaln, "float");
/** log of n choose k */
export const logComb = binary("np.special.logComb", ops.logComb, "float");
/** The entropy term -x log x, 0 at 0. */
export const entr = unary("np.special.entr", ops.entr, "float");
/** The log of the multivariate gamma function of dimension p. */
export function multigammaln(a: TensorLike, p: number): Tensor {
  let total: Tensor = lgamma(a);
  for (let j = 1; j < p; j++) total = add(total, lgamma(subtract(a, j / 2)));
  return add(total, (p * (p - 1) * numbers.log(Math.PI)) / 4);
}
export { logaddexp, logsumexp, logSoftmax, softmax };
