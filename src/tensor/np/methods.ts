// np functions -> methods of Tensor: x.add(y) is np.add(x, y). Installed once, when np is imported.
import { Tensor } from "../tensor.js";
import type { TensorLike } from "../array.js";
import * as elementwise from "./elementwise.js";
import * as indexing from "./indexing.js";
import * as products from "./products.js";
import * as reductions from "./reductions.js";
import * as sorting from "./sorting.js";
import * as shape from "./shape.js";
import * as special from "./special.js";

const { add, subtract, multiply, divide, negative, absolute, power, mod } = elementwise;
const { less, lessEqual, greater, greaterEqual, equal, notEqual } = elementwise;

/** The function's first argument becomes `this`. */
const table = {
  add,
  sub: subtract,
  subtract,
  mul: multiply,
  multiply,
  div: divide,
  divide,
  neg: negative,
  negative,
  abs: absolute,
  absolute,
  pow: power,
  power,
  mod,
  remainder: mod,
  fmod: elementwise.fmod,
  floorDivide: elementwise.floorDivide,
  sign: elementwise.sign,
  minimum: elementwise.minimum,
  maximum: elementwise.maximum,
  square: elementwise.square,
  reciprocal: elementwise.reciprocal,
  sqrt: elementwise.sqrt,
  exp: elementwise.exp,
  exp2: elementwise.exp2,
  expm1: elementwise.expm1,
  log: elementwise.log,
  log1p: elementwise.log1p,
  log2: elementwise.log2,
  log10: elementwise.log10,
  sin: elementwise.sin,
  cos: elementwise.cos,
  tan: elementwise.tan,
  arcsin: elementwise.arcsin,
  asin: elementwise.arcsin,
  arccos: elementwise.arccos,
  acos: elementwise.arccos,
  arctan: elementwise.arctan,
  atan: elementwise.arctan,
  arctan2: elementwise.arctan2,
  atan2: elementwise.arctan2,
  sinh: elementwise.sinh,
  cosh: elementwise.cosh,
  tanh: elementwise.tanh,
  arcsinh: elementwise.arcsinh,
  asinh: elementwise.arcsinh,
  arccosh: elementwise.arccosh,
  acosh: elementwise.arccosh,
  arctanh: elementwise.arctanh,
  atanh: elementwise.arctanh,
  hypot: elementwise.hypot,
  deg2rad: elementwise.deg2rad,
  rad2deg: elementwise.rad2deg,
  sigmoid: elementwise.sigmoid,
  logaddexp: elementwise.logaddexp,
  floor: elementwise.floor,
  ceil: elementwise.ceil,
  round: elementwise.round,
  trunc: elementwise.trunc,
  lt: less,
  less,
  le: lessEqual,
  lessEqual,
  gt: greater,
  greater,
  ge: greaterEqual,
  greaterEqual,
  eq: equal,
  equal,
  ne: notEqual,
  notEqual,
  logicalAnd: elementwise.logicalAnd,
  and: elementwise.logicalAnd,
  logicalOr: elementwise.logicalOr,
  or: elementwise.logicalOr,
  logicalXor: elementwise.logicalXor,
  logicalNot: elementwise.logicalNot,
  not: elementwise.logicalNot,
  isnan: elementwise.isnan,
  isfinite: elementwise.isfinite,
  isinf: elementwise.isinf,
  nanToNum: elementwise.nanToNum,
  clip: elementwise.clip,
  astype: elementwise.astype,
  stopGradient: elementwise.stopGradient,
  lgamma: special.lgamma,
  digamma: special.digamma,
  trigamma: special.trigamma,
  erf: special.erf,
  erfc: special.erfc,
  erfinv: special.erfinv,
  ndtr: special.ndtr,
  logNdtr: special.logNdtr,
  ndtri: special.ndtri,
  softplus: special.softplus,
  expit: special.expit,
  logit: special.logit,
  log1mexp: special.log1mexp,
  xlogy: special.xlogy,
  xlog1py: special.xlog1py,
  i0e: special.i0e,
  i1e: special.i1e,
  gammainc: special.gammainc,
  gammaincc: special.gammaincc,
  betainc: special.betainc,
  sum: reductions.sum,
  prod: reductions.prod,
  mean: reductions.mean,
  max: reductions.max,
  min: reductions.min,
  all: reductions.all,
  any: reductions.any,
  var: reductions.var,
  std: reductions.std,
  logsumexp: reductions.logsumexp,
  softmax: reductions.softmax,
  logSoftmax: reductions.logSoftmax,
  cumsum: reductions.cumsum,
  cumprod: reductions.cumprod,
  cummax: reductions.cummax,
  cummin: reductions.cummin,
  logcumsumexp: reductions.logcumsumexp,
  argmax: sorting.argmax,
  argmin: sorting.argmin,
  sort: sorting.sort,
  argsort: sorting.argsort,
  reshape: shape.reshape,
  ravel: shape.ravel,
  transpose: shape.transpose,
  swapaxes: shape.swapaxes,
  moveaxis: shape.moveaxis,
  expandDims: shape.expandDims,
  squeeze: shape.squeeze,
  broadcastTo: shape.broadcastTo,
  flip: shape.flip,
  roll: shape.roll,
  matmul: products.matmul,
  dot: products.dot,
  at: indexing.at,
  slice: indexing.slice,
  take: indexing.take,
  diagonal: indexing.diagonal,
} as const;

type Method<F> = F extends (x: TensorLike, ...rest: infer R) => infer T ? (...rest: R) => T : never;
type Methods = { [K in keyof typeof table]: Method<(typeof table)[K]> };

declare module "../tensor.js" {
  // The interface adds members to the class of that name; it has none of its own.
  interface Tensor extends Methods {
    /** Axes reversed. */
    readonly T: Tensor;
    /** The parts along axis 0. */
    [Symbol.iterator](): IterableIterator<Tensor>;
  }
}

for (const [name, fn] of Object.entries(table))
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): Tensor {
      return (fn as (x: Tensor, ...rest: unknown[]) => Tensor)(this, ...rest);
    },
    writable: true,
    configurable: true,
  });

Object.defineProperty(Tensor.prototype, "T", {
  get(this: Tensor): Tensor {
    return shape.transpose(this);
  },
  configurable: true,
});

function* parts(this: Tensor): Generator<Tensor> {
  for (let i = 0; i < this.shape[0]!; i++) yield indexing.at(this, i);
}

// Scalars have no parts: for them the property is absent, so that `[...x]` says that x is not iterable.
Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  get(this: Tensor) {
    return this.ndim === 0 ? undefined : parts;
  },
  configurable: true,
});
