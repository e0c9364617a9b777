// A key and parameters in; draws that are made of other draws out: shapes of quantile functions, vectors, mixed counts.
import { cast, same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import * as np from "../np.js";
import { exponential, normal, openUniform, parameters } from "./continuous.js";
import { binomial, poisson } from "./discrete.js";
import { gamma, logGamma } from "./gamma.js";
import { foldIn, split } from "./keys.js";
import { lengths, type Shape } from "./draw-shape.js";

/** Half of a standard normal: its absolute value. */
export const halfNormal = (k: Tensor, shape: Shape = []): Tensor => np.abs(normal(k, shape));

/** exp(sigma z), z standard normal. */
export function logNormal(k: Tensor, sigma: TensorLike = 1, shape?: Shape): Tensor {
  const [s] = parameters("random.logNormal", shape, sigma) as [Tensor];
  return np.exp(normal(k, s.shape).mul(s));
}

/** Pareto with scale 1 and shape b: at least 1. */
export function pareto(k: Tensor, b: TensorLike, shape?: Shape): Tensor {
  const [s] = parameters("random.pareto", shape, b) as [Tensor];
  return np.exp(exponential(k, s.shape).div(s));
}

/** Weibull with a scale and a shape (concentration). */
export function weibull(k: Tensor, scale: TensorLike, concentration: TensorLike, shape?: Shape): Tensor {
  const [s, c] = parameters("random.weibull", shape, scale, concentration) as [Tensor, Tensor];
  return s.mul(np.power(exponential(k, s.shape), np.reciprocal(c)));
}

/** Rayleigh with a scale. */
export function rayleigh(k: Tensor, scale: TensorLike = 1, shape?: Shape): Tensor {
  const [s] = parameters("random.rayleigh", shape, scale) as [Tensor];
  return s.mul(np.sqrt(exponential(k, s.shape).mul(2)));
}

/** Triangular on [low, high] with its peak at the mode. */
export function triangular(
  k: Tensor,
  low: TensorLike,
  mode: TensorLike,
  high: TensorLike,
  shape?: Shape,
): Tensor {
  const [a, c, b] = parameters("random.triangular", shape, low, mode, high) as [Tensor, Tensor, Tensor];
  const u = openUniform(k, a.shape);
  const [width, left, right] = [b.sub(a), c.sub(a), b.sub(c)];
  const rising = u.mul(width).lt(left);
  const up = a.add(np.sqrt(np.where(rising, u.mul(width).mul(left), 1)));
  const down = b.sub(np.sqrt(np.where(rising, 1, np.subtract(1, u).mul(width).mul(right))));
  return np.where(rising, up, down);
}

/** The reciprocal of a gamma draw with rate 1. */
export const inverseGamma = (k: Tensor, concentration: TensorLike, shape?: Shape): Tensor =>
  np.exp(np.negative(logGamma(k, concentration, shape)));

/** Failures before the first success of probability p (f64 whole numbers, from 0). */
export function geometric(k: Tensor, p: TensorLike, shape?: Shape): Tensor {
  const [q] = parameters("random.geometric", shape, p).map(np.stopGradient) as [Tensor];
  const certain = q.ge(1);
  const rate = np.log1p(np.where(certain, 0.5, q).neg());
  return np.where(certain, 0, np.floor(exponential(k, q.shape).neg().div(rate)));
}

/** Failures before n successes of probability p (f64 whole numbers): a Poisson count whose rate is a gamma draw. */
export function negativeBinomial(k: Tensor, n: TensorLike, p: TensorLike, shape?: Shape): Tensor {
  const [size, q] = parameters("random.negativeBinomial", shape, n, p).map(np.stopGradient) as [
    Tensor,
    Tensor,
  ];
  const [kg, kp] = split(k) as unknown as [Tensor, Tensor];
  return poisson(kp, gamma(kg, size).mul(np.subtract(1, q)).div(q));
}

/** mean + L z for a covariance matrix [..., d, d] with L L^T = covariance; shape is that of the batch. */
export function multivariateNormal(
  k: Tensor,
  mean: TensorLike,
  covariance: TensorLike,
  shape?: Shape,
): Tensor {
  const [m, c] = same("float", "random.multivariateNormal", [mean, covariance]) as [Tensor, Tensor];
  const d = c.shape[c.ndim - 1]!;
  const centre = m.ndim === 0 ? np.broadcastTo(m, [d]) : m;
  const z = normal(k, [...lengths(shape ?? centre.shape.slice(0, -1), "random.multivariateNormal"), d]);
  return np.squeeze(np.matmul(np.linalg.cholesky(c), np.expandDims(z, -1)), -1).add(centre);
}

/**
 * Counts (f64 whole numbers) of `total` trials over the last axis of the probabilities; shape is that of the batch.
 * One binomial after another of what is left, each given the ones before.
 */
export function multinomial(k: Tensor, total: TensorLike, probs: TensorLike, shape?: Shape): Tensor {
  const [count, p] = same("float", "random.multinomial", [total, probs]).map(np.stopGradient) as [
    Tensor,
    Tensor,
  ];
  if (p.ndim === 0) throw new Error("random.multinomial: a vector of probabilities is needed, got a scalar.");
  const classes = p.shape[p.ndim - 1]!;
  const [left] = parameters("random.multinomial", shape ?? p.shape.slice(0, -1), count) as [Tensor];
  const wide = np.broadcastTo(p, [...left.shape, classes]);
  const leading = np.moveaxis(wide, wide.ndim - 1, 0);
  // The probability of this class or a later one.
  const tails = np.flip(np.cumsum(np.flip(leading, 0), 0), 0);
  const share = np.where(tails.gt(0), np.clip(leading.div(np.where(tails.gt(0), tails, 1)), 0, 1), 0);
  const certain = np.arange(classes).eq(classes - 1);
  const [, counts] = np.scan(
    (rest: Tensor, [i, q, last]): [Tensor, Tensor] => {
      const drawn = np.where(last, rest, binomial(foldIn(k, i), rest, q));
      return [rest.sub(drawn), drawn];
    },
    left,
    [cast(np.arange(classes), "u32"), share, certain] as [Tensor, Tensor, Tensor],
  ) as unknown as [Tensor, Tensor];
  return np.moveaxis(counts, 0, counts.ndim - 1);
}
