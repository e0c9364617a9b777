// Quantiles of the standard gamma, beta and Student's t, by inversion of their cdfs.
import { broadcastShapes, np, type Tensor } from "../tensor/index.js";
import { invertCdf, positiveNumbers, type Search } from "./invert-cdf.js";
import { logBeta, minus } from "./standardise.js";

const { betainc, expit, gammainc, gammaincc, lgamma, xlog1py, xlogy } = np.special;

const gammaDensity =
  (a: Tensor) =>
  (x: Tensor): Tensor =>
    xlogy(a.sub(1), x).sub(x).sub(lgamma(a));

/** The x with P(a, x) = q. */
export const gammaQuantile = (a: Tensor, q: Tensor): Tensor =>
  invertCdf(
    q,
    broadcastShapes("icdf", a.shape, q.shape),
    positiveNumbers,
    (x) => gammainc(a, x),
    gammaDensity(a),
    (x) => gammaincc(a, x),
  );

/** The x with Q(a, x) = q, accurate where x is large and q small. */
export const upperGammaQuantile = (a: Tensor, q: Tensor): Tensor =>
  np.negative(
    invertCdf(
      q,
      broadcastShapes("icdf", a.shape, q.shape),
      {
        ...positiveNumbers,
        at: (u) => np.exp(u.neg()).neg(),
        low: -positiveNumbers.high,
        high: -positiveNumbers.low,
      },
      (x) => gammaincc(a, x.neg()),
      (x) => gammaDensity(a)(x.neg()),
      (x) => gammainc(a, x.neg()),
    ),
  );

/** All of (0, 1), close to 0; from 1 it keeps the spacing of doubles there. */
const unitNumbers: Search = { low: -745, high: 37, at: expit };

/** The x with I_x(a, b) = q. */
export const betaQuantile = (a: Tensor, b: Tensor, q: Tensor): Tensor =>
  invertCdf(
    q,
    broadcastShapes("icdf", a.shape, b.shape, q.shape),
    unitNumbers,
    (x) => betainc(a, b, x),
    (x) =>
      xlogy(a.sub(1), x)
        .add(xlog1py(b.sub(1), x.neg()))
        .sub(logBeta(a, b)),
    (x) => betainc(b, a, minus(1, x)),
  );

/** P(T > z) for z >= 0, from whichever side of the beta keeps its digits. */
export function studentTail(df: Tensor, z: Tensor): Tensor {
  const half = df.mul(0.5);
  const squared = z.mul(z);
  const far = squared.gt(np.minimum(df, 9));
  const outer = betainc(half, 0.5, df.div(df.add(squared)));
  const held = np.where(far, 0, squared);
  const inner = minus(1, betainc(0.5, half, held.div(df.add(held))));
  return np.where(far, outer, inner).mul(0.5);
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
