// In: a function of np that works element by element. Out: the error it is held to: that of its row, or of the composition here.
import type { Bound, Elementwise } from "../../ir/op.js";
import * as ops from "../../ops/index.js";
import * as np from "../np.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";

type Apply = (...x: never[]) => Tensor;

export interface Accuracy extends Bound {
  readonly apply: Apply;
  /** Bounds of the partial derivatives, by argument. */
  readonly slopes: (argument: number) => Bound;
}

/** Partial derivatives that are differences of saturated numbers, or exponentials of rounded ones: 1e-12 relative. */
const HARD: Bound = { ulp: 4000 };

/** A function that is one row: its bounds stand there. */
const row = (apply: Apply, op: Elementwise): Accuracy => ({
  apply,
  ulp: op.ulp,
  ...(op.floor === undefined ? {} : { floor: op.floor }),
  ...(op.relative === undefined ? {} : { relative: op.relative }),
  slopes: (i) => {
    const { slopes = { ulp: 4 } } = op;
    return "ulp" in slopes ? slopes : slopes[i];
  },
});

/** A composition of rows. */
const made = (apply: Apply, bound: number | Bound, slopes = bound): Accuracy => ({
  apply,
  ...(typeof bound === "number" ? { ulp: bound } : bound),
  slopes: () => (typeof slopes === "number" ? { ulp: slopes } : slopes),
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
  hypot: row(np.hypot, ops.hypot),
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
    { ulp: 4, floor: 1 },
    HARD,
  ),
  softmax: made(folded(first((x) => np.softmax(x))), HARD, { ulp: 4000, floor: 1 }),
  logSoftmax: made(folded(first((x) => np.logSoftmax(x))), { ulp: 4, floor: 1 }, { ulp: 4000, floor: 1 }),
  mean: made(
    folded((x) => np.mean(x, -1)),
    4,
  ),
  var: made(
    folded((x) => np.var(x, -1)),
    { ulp: 4 },
    { ulp: 16, floor: 1 },
  ),
  std: made(
    folded((x) => np.std(x, -1)),
    { ulp: 4 },
    { ulp: 16, floor: 1 },
  ),
  "linalg.norm": made(
    folded((x) => np.linalg.norm(x, undefined, -1)),
    4,
  ),
  "special.softplus": row(s.softplus, ops.softplus),
  "special.logExpit": made(s.logExpit, 2),
  "special.logit": made(s.logit, 4),
  "special.log1psquare": row(s.log1psquare, ops.log1pSquare),
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
  "special.erfcinv": made(s.erfcinv, 16, HARD),
  "special.lgamma": row(s.lgamma, ops.lgamma),
  "special.digamma": row(s.digamma, ops.digamma),
  "special.trigamma": row(s.trigamma, ops.trigamma),
  "special.logFactorial": made(s.logFactorial, { ulp: 4, floor: 1 }),
  "special.multigammaln": made((x: TensorLike) => s.multigammaln(x, 3), 4, { ulp: 16, floor: 1 }),
  "special.betaln": row(s.betaln, ops.betaln),
  "special.logComb": row(s.logComb, ops.logComb),
  "special.gammainc": row(s.gammainc, ops.gammainc),
  "special.gammaincc": row(s.gammaincc, ops.gammaincc),
  "special.betainc": row(s.betainc, ops.betainc),
  "special.betaincc": row(s.betaincc, ops.betaincc),
  "special.i0e": row(s.i0e, ops.i0e),
  "special.i1e": row(s.i1e, ops.i1e),
  "special.i0": row(s.i0, ops.i0),
  "special.i1": row(s.i1, ops.i1),
};

/** What does not compute with each number by itself, or only compares and copies: tested beside its source. */
export const elsewhere: ReadonlySet<string> = new Set(
  [
    "arange array asarray eye full identity linspace logspace meshgrid oneHot ones tril triu zeros fullLike onesLike zerosLike",
    "astype bitwiseAnd bitwiseOr bitwiseXor clip equal greater greaterEqual isfinite isinf isnan keep less lessEqual",
    "logicalAnd logicalNot logicalOr logicalXor notEqual stopGradient where allclose arrayEqual isclose",
    "all any cummax cummin cumprod cumsum logcumsumexp max min prod sum bincount corrcoef cov median percentile quantile",
    "broadcastArrays broadcastTo columnStack concatenate expandDims flip hstack moveaxis pad ravel repeat reshape roll split squeeze",
    "stack swapaxes tile transpose vstack at diag diagonal scatterAdd setAt slice take takeAlongAxis trace",
    "special.gammaincinv special.gammainccinv special.betaincinv",
    "cross dot einsum kron matmul outer cond fori scan whileLoop argmax argmin argsort sort diff interp searchsorted",
  ].flatMap((line) => line.split(" ")),
);
