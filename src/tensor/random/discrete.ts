// A key, parameters and a shape in; counts, categories, orders and choices out.
import { cast, same, tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import * as np from "../np.js";
import { drawShape, gumbel, openUniform, parameters, uniform } from "./continuous.js";
import { foldIn, split } from "./keys.js";
import { lengths, type Shape } from "./draw-shape.js";

/** True with probability p. */
export function bernoulli(k: Tensor, p: TensorLike, shape?: Shape): Tensor {
  const [prob] = parameters("random.bernoulli", shape, p) as [Tensor];
  return uniform(k, prob.shape).lt(prob);
}

/** Whole numbers in [low, high), as i32. */
export function randint(k: Tensor, shape: Shape, low: TensorLike, high: TensorLike): Tensor {
  const [from, to] = parameters("random.randint", shape, low, high) as [Tensor, Tensor];
  return cast(np.floor(uniform(k, shape).mul(to.sub(from))).add(from), "i32");
}

/** Category indices (i32) by the largest of logits + Gumbel noise over the last axis; shape is that of the batch. */
export function categorical(k: Tensor, logits: TensorLike, shape?: Shape): Tensor {
  const [l] = same("float", "random.categorical", [logits]) as [Tensor];
  if (l.ndim === 0) throw new Error("random.categorical: a vector of logits is needed, got a scalar.");
  const full =
    shape === undefined ? l.shape : [...lengths(shape, "random.categorical"), l.shape[l.ndim - 1]!];
  drawShape("random.categorical", full, l);
  return np.argmax(gumbel(k, full).add(l), -1);
}

/** Repeats `propose` for every lane until each has accepted once; lanes with `skip` start done. */
function reject(k: Tensor, skip: Tensor, propose: (k: Tensor) => { accept: Tensor; value: Tensor }): Tensor {
  const [, , kept] = np.whileLoop(
    ([, done]) => done.all().not(),
    ([i, done, value]): [Tensor, Tensor, Tensor] => {
      const next = propose(foldIn(k, i));
      return [i.add(1), done.logicalOr(next.accept), np.where(done, value, next.value)];
    },
    [filled(0, "i32"), skip, np.zeros(skip.shape)] as [Tensor, Tensor, Tensor],
  );
  return kept;
}

/** Sequential search of the distribution function from 0 up; `ratio(k)` is P(k) / P(k - 1). */
function invert(u: Tensor, p0: Tensor, skip: Tensor, ratio: (k: Tensor) => Tensor): Tensor {
  const zero = np.zeros(u.shape);
  const [, count] = np.whileLoop(
    ([open]) => open.any(),
    ([open, n, p, total, i]): [Tensor, Tensor, Tensor, Tensor, Tensor] => {
      const k = i.add(1);
      const next = p.mul(ratio(k));
      const sum = total.add(next);
      // Below the smallest representable mass nothing more can be added: stop there.
      const more = open.logicalAnd(u.ge(sum)).logicalAnd(next.gt(0));
      return [more, np.where(open, n.add(1), n), next, sum, k];
    },
    [skip.not().logicalAnd(u.ge(p0)), zero, p0, p0, filled(0, "f64")] as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ],
  );
  return count;
}

/**
 * Poisson counts (f64 whole numbers): inversion below rate 10, else PTRS of Hörmann, The transformed rejection method for
 * generating Poisson random variables (1993).
 */
export function poisson(k: Tensor, rate: TensorLike, shape?: Shape): Tensor {
  const [given] = parameters("random.poisson", shape, rate) as [Tensor];
  const lam = np.stopGradient(given);
  const [ks, kl] = split(k) as unknown as [Tensor, Tensor];
  const small = lam.lt(10);
  const low = np.where(small, lam, 1);
  const few = invert(uniform(ks, lam.shape), np.exp(low.neg()), small.not(), (n) => low.div(n));
  const big = np.where(small, 10, lam);
  const logBig = np.log(big);
  const b = np.sqrt(big).mul(2.53).add(0.931);
  const a = b.mul(0.02483).sub(0.059);
  const invAlpha = np.add(1.1239, np.divide(1.1328, b.sub(3.4)));
  const vr = np.subtract(0.9277, np.divide(3.6224, b.sub(2)));
  const many = reject(kl, small, (key) => {
    const [ku, kv] = split(key) as unknown as [Tensor, Tensor];
    const u = openUniform(ku, lam.shape).sub(0.5);
    const v = openUniform(kv, lam.shape);
    const us = np.subtract(0.5, np.abs(u));
    const n = np.floor(a.mul(2).div(us).add(b).mul(u).add(big).add(0.43));
    const quick = us.ge(0.07).logicalAnd(v.le(vr));
    const bad = n.lt(0).logicalOr(us.lt(0.013).logicalAnd(v.gt(us)));
    const left = np.log(v.mul(invAlpha).div(a.div(np.square(us)).add(b)));
    const right = n
      .mul(logBig)
      .sub(big)
      .sub(np.special.lgamma(np.maximum(n, 0).add(1)));
    return { accept: quick.logicalOr(bad.not().logicalAnd(left.le(right))), value: n };
  });
  return np.where(small, few, many);
}

/**
 * Binomial counts (f64 whole numbers): inversion where n min(p, 1-p) < 10, else BTRS of Hörmann, The generation of binomial
 * random variates (1993).
 */
export function binomial(k: Tensor, n: TensorLike, p: TensorLike, shape?: Shape): Tensor {
  const [size, prob] = parameters("random.binomial", shape, n, p).map(np.stopGradient) as [Tensor, Tensor];
  const [ks, kl] = split(k) as unknown as [Tensor, Tensor];
  const flipped = prob.gt(0.5);
  const q = np.where(flipped, np.subtract(1, prob), prob);
  const small = size.mul(q).lt(10);
  const odds = np.where(small, q.div(np.subtract(1, q)), 0);
  const p0 = np.where(small, np.exp(size.mul(np.log1p(q.neg()))), 1);
  const few = invert(uniform(ks, q.shape), p0, small.not(), (i) => size.sub(i).add(1).div(i).mul(odds));
  const [m, r] = [np.where(small, 100, size), np.where(small, 0.5, q)];
  const spread = np.sqrt(m.mul(r).mul(np.subtract(1, r)));
  const b = spread.mul(2.53).add(1.15);
  const a = b.mul(0.0248).sub(0.0873).add(r.mul(0.01));
  const c = m.mul(r).add(0.5);
  const vr = np.subtract(0.92, np.divide(4.2, b));
  const alpha = np.add(2.83, np.divide(5.1, b)).mul(spread);
  const mode = np.floor(m.add(1).mul(r));
  const logFact = (x: Tensor): Tensor => np.special.lgamma(x.add(1));
  const logOdds = np.special.logit(r);
  const atMode = logFact(mode).add(logFact(m.sub(mode)));
  const many = reject(kl, small, (key) => {
    const [ku, kv] = split(key) as unknown as [Tensor, Tensor];
    const u = openUniform(ku, q.shape).sub(0.5);
    const v = openUniform(kv, q.shape);
    const us = np.subtract(0.5, np.abs(u));
    const x = np.floor(a.mul(2).div(us).add(b).mul(u).add(c));
    const inside = x.ge(0).logicalAnd(x.le(m));
    const y = np.clip(x, 0, m);
    const quick = us.ge(0.07).logicalAnd(v.le(vr));
    const left = np.log(v.mul(alpha).div(a.div(np.square(us)).add(b)));
    const right = atMode
      .sub(logFact(y))
      .sub(logFact(m.sub(y)))
      .add(y.sub(mode).mul(logOdds));
    return { accept: inside.logicalAnd(quick.logicalOr(left.le(right))), value: y };
  });
  const count = np.where(small, np.minimum(few, size), many);
  return np.where(flipped, size.sub(count), count);
}

/** A random order of 0..n-1 (i32), or the rows of x in random order. */
export function permutation(k: Tensor, x: number | TensorLike): Tensor {
  const rows = typeof x === "number" ? x : tensor(x).shape[0];
  if (rows === undefined)
    throw new Error("random.permutation: a scalar tensor has no rows; give a count or an array.");
  const order = np.argsort(uniform(k, [rows]));
  return typeof x === "number" ? order : np.take(x, order, 0);
}

/** Options of `choice`. */
export interface ChoiceOptions {
  /** Whether an element may be drawn twice; true by default. */
  readonly replace?: boolean;
  /** Probabilities; uniform by default. */
  readonly p?: TensorLike;
}

/** Elements of 0..n-1, or rows of x. */
export function choice(
  k: Tensor,
  x: number | TensorLike,
  shape: Shape = [],
  options: ChoiceOptions = {},
): Tensor {
  const rows = typeof x === "number" ? x : (tensor(x).shape[0] ?? 0);
  const asked = lengths(shape, "random.choice");
  const count = asked.reduce((n, d) => n * d, 1);
  const { replace = true, p } = options;
  let picks: Tensor;
  if (replace) picks = p === undefined ? randint(k, shape, 0, rows) : categorical(k, np.log(p), shape);
  else {
    if (count > rows)
      throw new RangeError(`random.choice: ${count} draws without replacement from ${rows} elements.`);
    // The largest perturbed log-weights are a draw without replacement (Efraimidis and Spirakis, 2006).
    const score = p === undefined ? uniform(k, [rows]) : np.negative(np.add(np.log(p), gumbel(k, [rows])));
    picks = np.reshape(np.slice(np.argsort(score), [0, count]), asked);
  }
  return typeof x === "number" ? picks : np.take(x, picks, 0);
}
