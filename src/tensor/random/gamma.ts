// A key and concentrations in; gamma draws and what is made of them (beta, Dirichlet, Student t, chi-squared) out.
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { same } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import { filled, type Tensor } from "../tensor.js";
import * as np from "../np.js";
import { normal, openUniform, parameters } from "./continuous.js";
import { foldIn, split } from "./keys.js";
import { lengths, type Shape } from "./draw-shape.js";

/**
 * The logarithm of a gamma draw with rate 1, finite also for tiny concentrations.
 * Marsaglia and Tsang, A simple method for generating gamma variables (2000); concentrations below 1 are raised by one
 * and scaled by a power of a uniform. Gradients to the concentration keep the draw's probability (implicit reparameterisation).
 */
export function logGamma(k: Tensor, concentration: TensorLike, shape?: Shape): Tensor {
  const [given] = parameters("random.gamma", shape, concentration) as [Tensor];
  const a = np.stopGradient(given);
  const [loopKey, boostKey] = split(k) as unknown as [Tensor, Tensor];
  const small = a.lt(1);
  const d = np.where(small, a.add(1), a).sub(1 / 3);
  const c = np.reciprocal(np.sqrt(d.mul(9)));
  const start: [Tensor, Tensor, Tensor] = [
    filled(0, "i32"),
    np.broadcastTo(false, a.shape),
    np.zeros(a.shape),
  ];
  const [, , logV] = np.whileLoop(
    ([, done]) => done.all().not(),
    ([i, done, kept]): [Tensor, Tensor, Tensor] => {
      const [kx, ku] = split(foldIn(loopKey, i)) as unknown as [Tensor, Tensor];
      const x = normal(kx, a.shape);
      const root = c.mul(x).add(1);
      const inside = root.gt(0);
      const lv = np.log(np.where(inside, root, 1)).mul(3);
      const bound = np
        .square(x)
        .mul(0.5)
        .add(d.mul(np.subtract(1, np.exp(lv)).add(lv)));
      const accept = inside.logicalAnd(np.log(openUniform(ku, a.shape)).lt(bound));
      return [i.add(1), done.logicalOr(accept), np.where(done, kept, lv)];
    },
    start,
  );
  const base = np.log(d).add(logV);
  const boost = np.log(openUniform(boostKey, a.shape)).div(np.where(small, a, 1));
  const draw = np.where(small, base.add(boost), base);
  if (!given.link) return draw;
  // The uniforms are fixed, the accepted proposal is not: the draw is tied to the concentration as a whole.
  const pair = [draw.astype(given.dtype), given];
  return apply(ops.logGammaDraw, pair, { graph: ops.first(pair.map((t) => t.type)) }, "random.gamma");
}

/** Gamma with rate 1. */
export const gamma = (k: Tensor, concentration: TensorLike, shape?: Shape): Tensor =>
  np.exp(logGamma(k, concentration, shape));

/** Beta, as a ratio of gammas in logarithms. */
export function beta(k: Tensor, a: TensorLike, b: TensorLike, shape?: Shape): Tensor {
  const [p, q] = parameters("random.beta", shape, a, b) as [Tensor, Tensor];
  const [ka, kb] = split(k) as unknown as [Tensor, Tensor];
  return np.sigmoid(logGamma(ka, p).sub(logGamma(kb, q)));
}

/** Dirichlet over the last axis of the concentrations; shape is that of the batch. */
export function dirichlet(k: Tensor, concentration: TensorLike, shape?: Shape): Tensor {
  const [a] = same("float", "random.dirichlet", [concentration]) as [Tensor];
  if (a.ndim === 0) throw new Error("random.dirichlet: a vector of concentrations is needed, got a scalar.");
  const full = shape === undefined ? a.shape : [...lengths(shape, "random.dirichlet"), a.shape[a.ndim - 1]!];
  return np.softmax(logGamma(k, a, full), -1);
}

/** Standard Student t. */
export function studentT(k: Tensor, df: TensorLike, shape?: Shape): Tensor {
  const [nu] = parameters("random.studentT", shape, df) as [Tensor];
  const [kz, kg] = split(k) as unknown as [Tensor, Tensor];
  const half = nu.mul(0.5);
  return normal(kz, nu.shape).mul(np.exp(np.log(half).sub(logGamma(kg, half)).mul(0.5)));
}

/** Chi-squared. */
export function chisquare(k: Tensor, df: TensorLike, shape?: Shape): Tensor {
  const [nu] = parameters("random.chisquare", shape, df) as [Tensor];
  return gamma(k, nu.mul(0.5)).mul(2);
}
