// A key, parameters and a shape in; draws from continuous distributions out. Pure: the same key gives the same draw.
import * as ops from "../../ops/index.js";
import type { DType } from "../../ir/types.js";
import { apply } from "../../trace/apply.js";
import { broadcastShapes, cast, same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import * as np from "../np.js";
import { bits } from "./keys.js";
import { lengths, type Shape } from "./draw-shape.js";

/**
 * Uniform on the open interval (0, 1): odd multiples of 2^-53 from 52 random bits, so that logarithms and quantiles of a
 * draw are finite.
 */
export function openUniform(k: Tensor, shape: Shape = []): Tensor {
  const words = bits(k, [2, ...lengths(shape, "random")]);
  const top26 = (w: Tensor): Tensor =>
    cast(apply(ops.shr, [w, np.broadcastTo(filled(6, "u32"), w.shape)], {}, "random.uniform"), "f64");
  return top26(words.at(0))
    .mul(2 ** 26)
    .add(top26(words.at(1)))
    .add(0.5)
    .mul(2 ** -52);
}

/** Uniform between low and high; before scaling never exactly 0 or 1. */
export function uniform(
  k: Tensor,
  shape: Shape = [],
  low: TensorLike = 0,
  high: TensorLike = 1,
  options: { dtype?: DType } = {},
): Tensor {
  const unit = openUniform(k, shape);
  const scaled = low === 0 && high === 1 ? unit : np.add(low, unit.mul(np.subtract(high, low)));
  return cast(scaled, options.dtype ?? "f64");
}

/** Standard normal, by the quantile function of an open uniform. */
export function normal(k: Tensor, shape: Shape = [], options: { dtype?: DType } = {}): Tensor {
  return cast(np.special.ndtri(openUniform(k, shape)), options.dtype ?? "f64");
}

/** The shape of the draws: as asked for, which the parameters must broadcast to, or else the parameters' own. */
export function drawShape(
  name: string,
  shape: Shape | undefined,
  ...params: readonly Tensor[]
): readonly number[] {
  const own = broadcastShapes(name, ...params.map((p) => p.shape));
  if (shape === undefined) return own;
  const asked = lengths(shape, name);
  if (broadcastShapes(name, own, asked).join() !== asked.join())
    throw new Error(
      `${name}: parameters of shape [${own.join(",")}] do not broadcast to draws of shape [${asked.join(",")}].`,
    );
  return asked;
}

/** Floats broadcast to the shape of the draws. */
export function parameters(
  name: string,
  shape: Shape | undefined,
  ...params: readonly TensorLike[]
): Tensor[] {
  const ts = same("float", name, params);
  const out = drawShape(name, shape, ...ts);
  return ts.map((t) => np.broadcastTo(t, out));
}

/** Rate 1. */
export const exponential = (k: Tensor, shape: Shape = []): Tensor =>
  np.negative(np.log(openUniform(k, shape)));

/** Standard Laplace. */
export function laplace(k: Tensor, shape: Shape = []): Tensor {
  const u = openUniform(k, shape).mul(2).sub(1);
  return np.negative(np.sign(u)).mul(np.log1p(np.negative(np.abs(u))));
}

/** Standard Cauchy. */
export const cauchy = (k: Tensor, shape: Shape = []): Tensor =>
  np.tan(openUniform(k, shape).sub(0.5).mul(Math.PI));

/** Standard logistic. */
export const logistic = (k: Tensor, shape: Shape = []): Tensor => np.special.logit(openUniform(k, shape));

/** Standard Gumbel. */
export const gumbel = (k: Tensor, shape: Shape = []): Tensor => np.negative(np.log(exponential(k, shape)));

/** Standard normal restricted to (low, high), by its quantile function; worked in the lower tail, where it is accurate. */
export function truncatedNormal(k: Tensor, low: TensorLike, high: TensorLike, shape?: Shape): Tensor {
  const [a, b] = parameters("random.truncatedNormal", shape, low, high) as [Tensor, Tensor];
  const upper = a.gt(0);
  const [from, to] = [np.where(upper, b.neg(), a), np.where(upper, a.neg(), b)];
  const [p, q] = [np.special.ndtr(from), np.special.ndtr(to)];
  const u = openUniform(k, a.shape);
  const z = np.clip(np.special.ndtri(p.add(u.mul(q.sub(p)))), from, to);
  return np.where(upper, z.neg(), z);
}
