// In: a function of np that works element by element. Out: the error it is held to: that of its row, or of the composition here.
import type { Elementwise } from "../../ir/op.js";
import * as ops from "../../ops/index.js";
import * as np from "../np.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";

type Apply = (...x: never[]) => Tensor;

export interface Accuracy {
  readonly apply: Apply;
  /** Largest error in units in the last place of the true value. */
  readonly ulp: number;
  /** Where the true value is smaller than this, at roots, `ulp` units of this instead. */
  readonly floor?: number;
  /** There the relative error is below this as well. */
  readonly relative?: number;
  /** The same of partial derivatives. */
  readonly slopes: NonNullable<Elementwise["slopes"]>;
}

/** A function that is one row: its bounds stand there. */
const row = (apply: Apply, op: Elementwise): Accuracy => ({
  apply,
  ulp: op.ulp,
  ...(op.floor === undefined ? {} : { floor: op.floor }),
  ...(op.relative === undefined ? {} : { relative: op.relative }),
  slopes: op.slopes ?? { ulp: 4 },
});

/** A composition of rows. */
const made = (
  apply: Apply,
  ulp: number,
  slopes: number | Accuracy["slopes"] = ulp,
  floor?: number,
): Accuracy => ({
  apply,
  ulp,
  ...(floor === undefined ? {} : { floor }),
  slopes: typeof slopes === "number" ? { ulp: slopes } : slopes,
});

/** Three numbers as a last axis. */
const folded =
  (fold: (x: Tensor) => Tensor) =>
  (...x: Tensor[]): Tensor =>
    fold(np.stack(x, -1));

const first =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    np.take(f(x), 0, -1);

const s = np.special;

/** By the names of golden functions: `sin` is np.sin, `special.erf` is np.special.erf. */
export const accuracy: Readonly<Record<string, Accuracy>> = {
  absolute: row(np.absolute, ops.abs),
  sign: row(np.sign, ops.sign),
  negative: row(np.negative, ops.neg),
  square: row(np.square, ops.square),
  reciprocal: row(np.reciprocal, ops.reciprocal),
  floor: row(np.floor, ops.floor),
  ceil: row(np.ceil, ops.ceil),
  round: row((x: TensorLike) => np.round(x), ops.round),
  trunc: row(np.trunc, ops.trunc),
  add: row(np.add, ops.add),
  subtract: row(np.subtract, ops.sub),
  multiply: row(np.multiply, ops.mul),
  divide: row(np.divide, ops.div),
  maximum: row(np.maximum, ops.max),
  minimum: row(np.minimum, ops.min),
  fmod: row(np.fmod, ops.fmod),
  mod: row(np.mod, ops.mod),
  floorDivide: made(np.floorDivide, 0),
  hypot: made(np.hypot, 2, 4),
  arctan2: row(np.arctan2, ops.atan2),
  sqrt: row(np.sqrt, ops.sqrt),
  deg2rad: made(np.deg2rad, 2),
  rad2deg: made(np.rad2deg, 2),
  nanToNum: made((x: TensorLike) => np.nanToNum(x), 0),
  exp: row(np.exp, ops.exp),
  exp2: made(np.exp2, 2),
  expm1: row(np.expm1, ops.expm1),
  log: row(np.log, ops.log),
  log2: row(np.log2, ops.log2),
  log10: row(np.log10, ops.log10),
  log1p: row(np.log1p, ops.log1p),
  sigmoid: row(np.sigmoid, ops.sigmoid),
  logaddexp: row(np.logaddexp, ops.logaddexp),
  power: row(np.power, ops.pow),
  sin: row(np.sin, ops.sin),
  cos: row(np.cos, ops.cos),
  tan: row(np.tan, ops.tan),
  arcsin: row(np.arcsin, ops.asin),
  arccos: row(np.arccos, ops.acos),
  arctan: row(np.arctan, ops.atan),
  sinh: row(np.sinh, ops.sinh),
  cosh: row(np.cosh, ops.cosh),
  tanh: row(np.tanh, ops.tanh),
  arcsinh: row(np.arcsinh, ops.asinh),
  arccosh: row(np.arccosh, ops.acosh),
  arctanh: row(np.arctanh, ops.atanh),
  logsumexp: made(
    folded((x) => np.logsumexp(x, -1)),
    4,
  ),
  softmax: made(folded(first((x) => np.softmax(x))), 4),
  logSoftmax: made(folded(first((x) => np.logSoftmax(x))), 4),
  mean: made(
    folded((x) => np.mean(x, -1)),
    4,
  ),
  var: made(
    folded((x) => np.var(x, -1)),
    4,
  ),
  std: made(
    folded((x) => np.std(x, -1)),
    4,
  ),
  "linalg.norm": made(
    folded((x) => np.linalg.norm(x, undefined, -1)),
    4,
  ),
  "special.softplus": row(s.softplus, ops.softplus),
  "special.logExpit": made(s.logExpit, 2),
  "special.logit": made(s.logit, 4),
  "special.log1mexp": row(s.log1mexp, ops.log1mexp),
  "special.xlogy": row(s.xlogy, ops.xlogy),
  "special.xlog1py": row(s.xlog1py, ops.xlog1py),
  "special.entr": row(s.entr, ops.entr),
  "special.relEntr": row(s.relEntr, ops.relEntr),
  "special.klDiv": row(s.klDiv, ops.klDiv),
  "special.erf": row(s.erf, ops.erf),
  "special.erfc": row(s.erfc, ops.erfc),
  "special.ndtr": row(s.ndtr, ops.ndtr),
  "special.logNdtr": row(s.logNdtr, ops.logNdtr),
  "special.ndtri": row(s.ndtri, ops.ndtri),
  "special.erfinv": row(s.erfinv, ops.erfinv),
  "special.erfcinv": made(s.erfcinv, 4),
  "special.lgamma": row(s.lgamma, ops.lgamma),
  "special.digamma": row(s.digamma, ops.digamma),
  "special.trigamma": row(s.trigamma, ops.trigamma),
  "special.logFactorial": made(s.logFactorial, 4),
  "special.multigammaln": made((x: TensorLike) => s.multigammaln(x, 3), 4),
  "special.betaln": row(s.betaln, ops.betaln),
  "special.logComb": row(s.logComb, ops.logComb),
  "special.gammainc": row(s.gammainc, ops.gammainc),
  "special.gammaincc": row(s.gammaincc, ops.gammaincc),
  "special.betainc": row(s.betainc, ops.betainc),
  "special.betaincc": row(s.betaincc, ops.betaincc),
  "special.i0e": row(s.i0e, ops.i0e),
  "special.i1e": row(s.i1e, ops.i1e),
  "special.i0": made(s.i0, 4),
  "special.i1": made(s.i1, 4),
};
