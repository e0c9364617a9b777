// Elementwise functions: operands are brought to one dtype and one shape, then one row applies.
import type { Op } from "../../ir/op.js";
import type { DType } from "../../ir/types.js";
import { isFloat } from "../../ir/types.js";
import * as ops from "../../ops/index.js";
import { apply, applyBroadcast } from "../../trace/apply.js";
import { broadcastShapes, cast, commonDType, same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import { binary, elementwise, truth, unary, type Binary, type Unary } from "./rows.js";

export type { Binary, Unary } from "./rows.js";

const logical =
  (name: string, op: Op): Binary =>
  (x, y) => {
    const [a, b] = [truth(x, name), truth(y, name)];
    return applyBroadcast(op, [a, b], broadcastShapes(name, a.shape, b.shape), name);
  };

// arithmetic
/** The sum x + y; the dtypes are promoted and the shapes broadcast, as in all arithmetic here. */
export const add = binary("np.add", ops.add, "numeric");
/** The difference x - y. */
export const subtract = binary("np.subtract", ops.sub, "numeric");
/** The product x * y. */
export const multiply = binary("np.multiply", ops.mul, "numeric");
/** True division: integers become f64. */
export const divide = binary("np.divide", ops.div, "float");
/** The negation -x. */
export const negative = unary("np.negative", ops.neg, "numeric");
/** The absolute value; its derivative at 0 is 0. */
export const absolute = unary("np.absolute", ops.abs, "numeric");
/** -1, 0 or 1 with the sign of x; NaN stays. */
export const sign = unary("np.sign", ops.sign, "numeric");
/** The lesser of two; NaN if either is. */
export const minimum = binary("np.minimum", ops.min, "numeric");
/** The greater of two; NaN if either is. */
export const maximum = binary("np.maximum", ops.max, "numeric");
/** x times x. */
export const square: Unary = (x) => {
  const [t] = same("numeric", "np.square", [x]);
  return apply(
    isFloat(t!.dtype) ? ops.square : ops.mul,
    isFloat(t!.dtype) ? [t!] : [t!, t!],
    {},
    "np.square",
  );
};
/** 1 / x, of floats. */
export const reciprocal = unary("np.reciprocal", ops.reciprocal, "float");

/** `Math.pow`; the gradient at exponent 0 is 0. Integers stay integers for whole non-negative exponents. */
export const power: Binary = (x, y) => {
  if (y === 2) return square(x);
  if (y === 0.5) return sqrt(x);
  const dtype = commonDType(
    "numeric",
    "np.power",
    [x, y].map((v) => (typeof v === "number" ? v : tensor(v))),
  );
  const result = elementwise("np.power", ops.pow, "float", [x, y]);
  return isFloat(dtype) || (typeof y === "number" && y < 0) ? result : cast(result, dtype);
};

/** The remainder with the divisor's sign, as NumPy. */
export const mod: Binary = (x, y) => {
  const operands = [x, y].map((v) => (typeof v === "number" ? v : tensor(v)));
  if (isFloat(commonDType("numeric", "np.mod", operands)))
    return elementwise("np.mod", ops.mod, "numeric", [x, y]);
  const r = elementwise("np.mod", ops.irem, "numeric", [x, y]);
  const differs = logicalAnd(notEqual(r, 0), notEqual(less(r, 0), less(y, 0)));
  return where(differs, add(r, y), r);
};

/** The remainder with the dividend's sign, as C and JavaScript's `%`. */
export const fmod: Binary = (x, y) => {
  const [a, b] = same("numeric", "np.fmod", [x, y]) as [Tensor, Tensor];
  if (!isFloat(a.dtype)) return elementwise("np.fmod", ops.irem, "numeric", [a, b]);
  return elementwise("np.fmod", ops.fmod, "numeric", [a, b]);
};

/** The quotient rounded towards minus infinity. */
export const floorDivide: Binary = (x, y) => {
  const operands = [x, y].map((v) => (typeof v === "number" ? v : tensor(v)));
  if (isFloat(commonDType("numeric", "np.floorDivide", operands))) return floor(divide(x, y));
  const towardZero = elementwise("np.floorDivide", ops.idiv, "numeric", [x, y]);
  const rest = elementwise("np.floorDivide", ops.irem, "numeric", [x, y]);
  const over = logicalAnd(notEqual(rest, 0), notEqual(less(rest, 0), less(y, 0)));
  return where(over, subtract(towardZero, 1), towardZero);
};

// floats
/** The square root; NaN below 0. */
export const sqrt = unary("np.sqrt", ops.sqrt, "float");
/** e to the power x. */
export const exp = unary("np.exp", ops.exp, "float");
/** 2 to the power x. */
export const exp2: Unary = (x) => elementwise("np.exp2", ops.pow, "float", [2, x]);
/** exp(x) - 1, accurate near 0. */
export const expm1 = unary("np.expm1", ops.expm1, "float");
/** The natural logarithm; -Infinity at 0, NaN below. */
export const log = unary("np.log", ops.log, "float");
/** log(1 + x), accurate near 0. */
export const log1p = unary("np.log1p", ops.log1p, "float");
/** The logarithm to base 2. */
export const log2 = unary("np.log2", ops.log2, "float");
/** The logarithm to base 10. */
export const log10 = unary("np.log10", ops.log10, "float");
/** The sine of x radians. */
export const sin = unary("np.sin", ops.sin, "float");
/** The cosine of x radians. */
export const cos = unary("np.cos", ops.cos, "float");
/** The tangent of x radians. */
export const tan = unary("np.tan", ops.tan, "float");
/** The inverse sine, in [-pi/2, pi/2]; NaN outside [-1, 1]. */
export const arcsin = unary("np.arcsin", ops.asin, "float");
/** The inverse cosine, in [0, pi]; NaN outside [-1, 1]. */
export const arccos = unary("np.arccos", ops.acos, "float");
/** The inverse tangent, in (-pi/2, pi/2). */
export const arctan = unary("np.arctan", ops.atan, "float");
/** The hyperbolic sine. */
export const sinh = unary("np.sinh", ops.sinh, "float");
/** The hyperbolic cosine. */
export const cosh = unary("np.cosh", ops.cosh, "float");
/** The hyperbolic tangent. */
export const tanh = unary("np.tanh", ops.tanh, "float");
/** The inverse hyperbolic sine. */
export const arcsinh = unary("np.arcsinh", ops.asinh, "float");
/** The inverse hyperbolic cosine; NaN below 1. */
export const arccosh = unary("np.arccosh", ops.acosh, "float");
/** The inverse hyperbolic tangent; NaN outside [-1, 1]. */
export const arctanh = unary("np.arctanh", ops.atanh, "float");
/** The logistic function 1 / (1 + exp(-x)), without overflow. */
export const sigmoid = unary("np.sigmoid", ops.sigmoid, "float");
/** The angle in (-pi, pi] of the point with ordinate x and abscissa y. */
export const arctan2 = binary("np.arctan2", ops.atan2, "float");
/** log(exp(x) + exp(y)), without overflow. */
export const logaddexp = binary("np.logaddexp", ops.logaddexp, "float");

/** sqrt(x^2 + y^2) without overflow on the way; the gradient at (0, 0) is 0. */
export const hypot = binary("np.hypot", ops.hypot, "float");

/** Degrees to radians. */
export const deg2rad: Unary = (x) => scaled("np.deg2rad", x, Math.PI / 180);
/** Radians to degrees. */
export const rad2deg: Unary = (x) => scaled("np.rad2deg", x, 180 / Math.PI);
const scaled = (name: string, x: TensorLike, factor: number): Tensor =>
  multiply(same("float", name, [x])[0]!, factor);

/** Rounding leaves integers as they are. */
const rounding =
  (name: string, op: Op): Unary =>
  (x) => {
    const [t] = same("numeric", name, [x]);
    return isFloat(t!.dtype) ? apply(op, [t!], {}, name) : t!;
  };
/** The greatest whole number that is not above x. */
export const floor = rounding("np.floor", ops.floor);
/** The least whole number that is not below x. */
export const ceil = rounding("np.ceil", ops.ceil);
const nearest = rounding("np.round", ops.round);
/** The nearest number of the given decimals (0 unless told; negative ones round tens); halves go to the even neighbour, as NumPy. */
export function round(x: TensorLike, decimals = 0): Tensor {
  if (!Number.isInteger(decimals))
    throw new RangeError(`np.round: decimals must be a whole number, got ${String(decimals)}.`);
  if (decimals === 0) return nearest(x);
  const factor = 10 ** Math.abs(decimals);
  return decimals > 0
    ? divide(nearest(multiply(x, factor)), factor)
    : multiply(nearest(divide(x, factor)), factor);
}
/** x without its fraction. */
export const trunc = rounding("np.trunc", ops.trunc);

// comparisons
/** Where x < y; false where either is NaN. */
export const less = binary("np.less", ops.lt, "numeric");
/** Where x <= y; false where either is NaN. */
export const lessEqual = binary("np.lessEqual", ops.le, "numeric");
/** Where x > y; false where either is NaN. */
export const greater = binary("np.greater", ops.gt, "numeric");
/** Where x >= y; false where either is NaN. */
export const greaterEqual = binary("np.greaterEqual", ops.ge, "numeric");
/** Where x equals y; NaN equals nothing. */
export const equal = binary("np.equal", ops.eq, "any");
/** Where x differs from y; NaN differs from everything. */
export const notEqual = binary("np.notEqual", ops.ne, "any");

// bits of integers
/** The bits that both integers have. */
export const bitwiseAnd = binary("np.bitwiseAnd", ops.bitAnd, "numeric");
/** The bits that either integer has. */
export const bitwiseOr = binary("np.bitwiseOr", ops.bitOr, "numeric");
/** The bits that one of both integers has. */
export const bitwiseXor = binary("np.bitwiseXor", ops.bitXor, "numeric");

// booleans
/** Where both are nonzero. */
export const logicalAnd = logical("np.logicalAnd", ops.and);
/** Where either is nonzero. */
export const logicalOr = logical("np.logicalOr", ops.or);
/** Where exactly one is nonzero. */
export const logicalXor = logical("np.logicalXor", ops.xor);
/** Where x is zero. */
export const logicalNot: Unary = (x) => apply(ops.not, [truth(x, "np.logicalNot")], {}, "np.logicalNot");

/** Where x is NaN. */
export const isnan: Unary = (x) => {
  const t = tensor(x, "np.isnan");
  return notEqual(t, t);
};
/** Where x is neither NaN nor infinite. */
export const isfinite: Unary = (x) => less(absolute(x), Infinity);
/** Where x is Infinity or -Infinity. */
export const isinf: Unary = (x) => equal(absolute(x), Infinity);

/** test ? x : y, elementwise; gradients never leak from the side not taken. */
export function where(test: TensorLike, x: TensorLike, y: TensorLike): Tensor {
  const t = truth(test, "np.where");
  const [a, b] = same("any", "np.where", [x, y]);
  const shape = broadcastShapes("np.where", t.shape, a!.shape, b!.shape);
  return applyBroadcast(ops.where, [t, a!, b!], shape, "np.where");
}

/** x held inside [low, high]; null for an open side. */
export function clip(x: TensorLike, low?: TensorLike | null, high?: TensorLike | null): Tensor {
  let t = tensor(x, "np.clip");
  if (low !== null && low !== undefined) t = maximum(t, low);
  if (high !== null && high !== undefined) t = minimum(t, high);
  return t;
}

/** What stands for the numbers that are not finite. */
export interface NanToNum {
  /** For NaN; 0 unless told. */
  readonly nan?: number;
  /** For Infinity; the greatest finite number of the dtype unless told. */
  readonly posinf?: number;
  /** For -Infinity; the least finite number of the dtype unless told. */
  readonly neginf?: number;
}

/** NaN and infinities replaced by finite numbers; no gradient flows where one was replaced. */
export function nanToNum(x: TensorLike, options: NanToNum = {}): Tensor {
  const [t] = same("any", "np.nanToNum", [x]) as [Tensor];
  if (!isFloat(t.dtype)) return t;
  const greatest = t.dtype === "f32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const { nan = 0, posinf = greatest, neginf = -greatest } = options;
  return where(isnan(t), nan, where(equal(t, Infinity), posinf, where(equal(t, -Infinity), neginf, t)));
}

/** x in another element type; floats to integers truncate and saturate. */
export function astype(x: TensorLike, dtype: DType): Tensor {
  return cast(tensor(x, "np.astype"), dtype);
}

/** x with zero derivative. */
export function stopGradient(x: TensorLike): Tensor {
  const t = tensor(x, "np.stopGradient");
  return t.link && isFloat(t.dtype) ? apply(ops.stopGradient, [t], {}, "np.stopGradient") : t;
}

/** x itself; compiled code computes it once and keeps it, where it would else compute short chains of cheap operations anew at each use. */
export function keep(x: TensorLike): Tensor {
  const t = tensor(x, "np.keep");
  return t.link ? apply(ops.keep, [t], {}, "np.keep") : t;
}

/** Zeros in the shape and dtype of x. */
export const zerosLike = (x: TensorLike): Tensor => likeWith(0, x);
/** Ones in the shape and dtype of x. */
export const onesLike = (x: TensorLike): Tensor => likeWith(1, x);
/** One value in the shape and dtype of x. */
export const fullLike = (x: TensorLike, value: number): Tensor => likeWith(value, x);
function likeWith(value: number, x: TensorLike): Tensor {
  const t = tensor(x);
  return filled(value, t.dtype, t.shape);
}

export { absolute as abs, arcsin as asin, arccos as acos, arctan as atan, arctan2 as atan2 };
export { arcsinh as asinh, arccosh as acosh, arctanh as atanh };
export { subtract as sub, multiply as mul, divide as div, negative as neg, power as pow, mod as remainder };
