// Order statistics, covariances and counts: median, quantile, percentile, cov, corrcoef, bincount.
import { isFloat } from "../../ir/types.js";
import { same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import {
  add,
  astype,
  clip,
  divide,
  equal,
  floor,
  isinf,
  isnan,
  less,
  greaterEqual,
  logicalAnd,
  logicalOr,
  multiply,
  sqrt,
  subtract,
  where,
} from "./elementwise.js";
import { diagonal, scatterAdd, take } from "./indexing.js";
import { matmul } from "./products.js";
import { mean, type Axis, type Reduce } from "./reductions.js";
import { axesOf } from "./axes.js";
import { concatenate, expandDims, moveaxis, ravel, reshape, transpose } from "./shape.js";
import { sort } from "./sorting.js";

/** Throws where a known number lies outside [0, top]; traced ones are held inside, since compiled code does not throw. */
function within(q: Tensor, top: number, name: string): Tensor {
  if (q.link) return clip(q, 0, top);
  const bad = Array.from(q.data()).find((x) => !(x >= 0 && x <= top));
  if (bad !== undefined) throw new RangeError(`${name}: q must be in [0, ${top}], got ${bad}.`);
  return q;
}

function quantiles(name: string, x: TensorLike, q: Tensor, axis: Axis | undefined, options: Reduce): Tensor {
  const [given] = same("float", name, [x]) as [Tensor];
  const axes = axesOf(axis, given.ndim, name);
  const rest = given.shape.filter((_, i) => !axes.includes(i));
  const first = moveaxis(
    given,
    axes,
    axes.map((_, i) => i),
  );
  const t = reshape(first, [axes.reduce((size, k) => size * given.shape[k]!, 1), ...rest]);
  const n = t.shape[0]!;
  if (n === 0) throw new Error(`${name}: no elements to choose from in shape [${given.shape.join(",")}].`);
  const sorted = sort(t, 0);
  const place = multiply(q, n - 1);
  const below = clip(floor(place), 0, Math.max(0, n - 2));
  const fraction = astype(subtract(place, below), t.dtype);
  const spread = reshape(fraction, [...q.shape, ...t.shape.slice(1).map(() => 1)]);
  const [a, b] = [take(sorted, below, 0), take(sorted, clip(add(below, 1), 0, n - 1), 0)];
  // Infinities that are equal, and places on an element, are not interpolated.
  const between = where(
    logicalOr(equal(spread, 0), logicalAnd(equal(a, b), isinf(a))),
    a,
    where(equal(spread, 1), b, add(a, multiply(spread, subtract(b, a)))),
  );
  // NaN sorts last: one of them makes the quantile NaN, as in NumPy.
  const out = where(isnan(take(sorted, n - 1, 0)), NaN, between);
  if (!options.keepdims) return out;
  const kept = given.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return reshape(out, [...q.shape, ...kept]);
}

/**
 * The q-th quantiles along an axis (of all elements without one), interpolated linearly between neighbours, as NumPy's default;
 * the shape is q's followed by that of x without the axis. Throws when a known q is outside [0, 1].
 */
export function quantile(x: TensorLike, q: TensorLike, axis?: Axis, options: Reduce = {}): Tensor {
  const [p] = same("float", "np.quantile", [q]) as [Tensor];
  return quantiles("np.quantile", x, within(p, 1, "np.quantile"), axis, options);
}

/** `quantile` with q in percent, from 0 to 100. */
export function percentile(x: TensorLike, q: TensorLike, axis?: Axis, options: Reduce = {}): Tensor {
  const [p] = same("float", "np.percentile", [q]) as [Tensor];
  return quantiles("np.percentile", x, divide(within(p, 100, "np.percentile"), 100), axis, options);
}

/** The middle element along an axis (of all elements without one), or the mean of the middle two; NaN if any element is. */
export const median = (x: TensorLike, axis?: Axis, options: Reduce = {}): Tensor =>
  quantiles("np.median", x, filled(0.5, "f64"), axis, options);

/** Options of `cov`. */
export interface Covariance {
  /** Each row is a variable and each column an observation (the default); false for the other way round. */
  readonly rowvar?: boolean;
  /** Divide by observations - ddof; 1 unless told. */
  readonly ddof?: number;
}

/** Variables in rows, y's below those of x. */
function variables(name: string, x: TensorLike, y: TensorLike | null, rowvar: boolean): Tensor {
  const parts = same("float", name, y === null ? [x] : [x, y]).map((t) => {
    if (t.ndim > 2)
      throw new Error(`${name}: a vector or a matrix is needed, got shape [${t.shape.join(",")}].`);
    return t.ndim < 2 ? reshape(t, [1, -1]) : rowvar ? t : transpose(t);
  });
  const [first, second] = parts;
  if (second && second.shape[1] !== first!.shape[1])
    throw new Error(
      `${name}: x has ${first!.shape[1]} observations and y has ${second.shape[1]}; they must be as many.`,
    );
  return concatenate(parts, 0);
}

/** The covariance matrix [v, v] of the v variables in the rows of x (and of y); a scalar for one variable. */
export function cov(x: TensorLike, y: TensorLike | null = null, options: Covariance = {}): Tensor {
  const t = variables("np.cov", x, y, options.rowvar ?? true);
  const [v, n] = t.shape as readonly [number, number];
  const centred = subtract(t, mean(t, 1, { keepdims: true }));
  const c = divide(matmul(centred, transpose(centred)), n - (options.ddof ?? 1));
  return v === 1 ? reshape(c, []) : c;
}

/** Pearson's correlations [v, v] of the v variables in the rows of x (and of y), held inside [-1, 1]; a scalar for one variable. */
export function corrcoef(
  x: TensorLike,
  y: TensorLike | null = null,
  options: Pick<Covariance, "rowvar"> = {},
): Tensor {
  const c = cov(x, y, options);
  if (c.ndim === 0) return divide(c, c);
  const s = sqrt(diagonal(c));
  return clip(divide(divide(c, expandDims(s, 1)), s), -1, 1);
}

/**
 * How often each of 0, 1, ..., length - 1 occurs in x (i32), or the sum of the weights at its places. Without a length the greatest
 * of x ends the counts; compiled code needs one, because shapes cannot depend on values. Other values throw where x is known and are
 * not counted while tracing.
 */
export function bincount(x: TensorLike, length?: number | null, weights?: TensorLike): Tensor {
  const name = "np.bincount";
  if (length === undefined || length === null) {
    const known = tensor(x, name);
    if (known.link)
      throw new Error(`${name}: give the length: inside compiled code the greatest of x is not known.`);
    return bincount(
      known,
      Array.from(known.data()).reduce((top, i) => Math.max(top, i + 1), 1),
      weights,
    );
  }
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`${name}: length must be a whole number >= 1, got ${length}.`);
  const t = ravel(tensor(x, name));
  if (t.dtype === "bool" || t.dtype === "key")
    throw new TypeError(`${name}: x must hold whole numbers (i32 or f64), got ${t.dtype}.`);
  if (!t.link) {
    const bad = Array.from(t.data()).find((i) => !(i >= 0 && i < length));
    if (bad !== undefined) throw new RangeError(`${name}: ${bad} is not one of 0 ... ${length - 1}.`);
  }
  const w = weights === undefined ? filled(1, "i32", t.shape) : ravel(tensor(weights, name));
  if (w.size !== t.size)
    throw new Error(`${name}: ${w.size} weights for ${t.size} values; give one for each.`);
  const counted = t.link ? where(logicalAnd(greaterEqual(t, 0), less(t, length)), w, 0) : w;
  const dtype = isFloat(counted.dtype) ? counted.dtype : "i32";
  return scatterAdd(filled(0, dtype, [length]), t.link ? clip(t, 0, length - 1) : t, counted);
}
