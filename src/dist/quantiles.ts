// Quantiles of the standard gamma, beta and Student's t, by inversion of their cdfs.
import { broadcastShapes, np, numbers, type Tensor } from "../tensor/index.js";
import { invertCdf, positiveNumbers } from "./invert-cdf.js";
import { logBeta } from "./standardise.js";

const { betainc, betaincc, betaincinv, gammaincinv, gammainccinv } = np.special;

/** The x with P(a, x) = q. */
export const gammaQuantile = gammaincinv;

/** The x with Q(a, x) = q, accurate where x is large and q small. */
export const upperGammaQuantile = gammainccinv;

/** The x with I_x(a, b) = q. */
export const betaQuantile = betaincinv;

/** Beyond these degrees of freedom the normal law with a changed argument is as good as exact. */
const MANY = 1e5;
/** From here on squares of z are left alone: the tail falls like a power. */
const FAR = 1e100;

/** P(T > z) for z >= 0: from whichever side of the beta keeps its digits, or by Hill's expansion (1970) for many degrees of freedom. */
export function studentTail(df: Tensor, z: Tensor): Tensor {
  const many = df.gt(MANY);
  const few = np.where(many, 1, df);
  const half = few.mul(0.5);
  const near = np.minimum(z, FAR);
  const squared = near.mul(near);
  const far = squared.gt(np.minimum(few, 9));
  const outer = betainc(half, 0.5, few.div(few.add(squared)));
  const held = np.where(far, 0, squared);
  const inner = betaincc(0.5, half, held.div(few.add(held)));
  const beyond = z.gt(FAR);
  const power = np.exp(few.mul(np.log(np.where(beyond, z, FAR)).sub(numbers.log(FAR))).neg());
  const exact = np.where(far, np.where(beyond, outer.mul(power), outer), inner).mul(0.5);
  return np.where(many, np.special.ndtr(normalised(np.where(many, df, MANY), z).neg()), exact);
}

/** The standard normal w with P(Z > w) = P(T > z), z >= 0, up to a relative error of df^-6. */
function normalised(df: Tensor, z: Tensor): Tensor {
  const a = df.sub(0.5);
  const b = np.square(a).mul(48);
  const y = a.mul(np.log1p(z.mul(z.div(df))));
  const top = y.mul(-0.4).sub(3.3).mul(y).sub(24).mul(y).sub(85.5);
  const bottom = np.square(y).mul(0.8).add(100).add(b);
  const shift = top.div(bottom).add(y).add(3).div(b);
  // No derivative of a root at 0: there the argument is z itself.
  const root = np.sqrt(np.where(y.gt(0), y, 1));
  return np.where(y.lt(Infinity), np.where(y.gt(0), root.mul(shift.add(1)), z), Infinity);
}

/** The z >= 0 with P(T > z) = tail for tail up to 1/2. */
export function studentTailQuantile(df: Tensor, tail: Tensor): Tensor {
  const half = df.mul(0.5);
  const constant = logBeta(half, 0.5).add(np.log(df).mul(0.5)).neg();
  // The search runs from large z to small: its argument is -z, in which the tail increases.
  const found = invertCdf(
    tail,
    broadcastShapes("icdf", df.shape, tail.shape),
    { low: -positiveNumbers.high, high: -positiveNumbers.low, at: (u) => np.exp(u.neg()).neg() },
    (x) => studentTail(df, x.neg()),
    (x) => constant.sub(half.add(0.5).mul(np.log1p(np.square(x).div(df)))),
  );
  return np.where(tail.ge(0.5), 0, found.neg());
}
