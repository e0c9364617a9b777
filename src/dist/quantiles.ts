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
  );

/** The z >= 0 with P(T > z) = tail for tail up to 1/2. */
export function studentTailQuantile(df: Tensor, tail: Tensor): Tensor {
  const half = df.mul(0.5);
  const upper = (z: Tensor): Tensor => {
    const squared = z.mul(z);
    // From whichever side of the beta is the smaller.
    const far = squared.gt(df);
    const outer = betainc(half, 0.5, df.div(df.add(squared)));
    const inner = minus(1, betainc(0.5, half, squared.div(df.add(squared))));
    return np.where(far, outer, inner).mul(0.5);
  };
  const constant = lgamma(half.add(0.5))
    .sub(lgamma(half))
    .sub(np.log(df.mul(Math.PI)).mul(0.5));
  // The search runs from large z to small: its argument is -z, in which the tail increases.
  const found = invertCdf(
    tail,
    broadcastShapes("icdf", df.shape, tail.shape),
    { low: -positiveNumbers.high, high: -positiveNumbers.low, at: (u) => np.exp(u.neg()).neg() },
    (x) => upper(x.neg()),
    (x) => constant.sub(half.add(0.5).mul(np.log1p(np.square(x).div(df)))),
  );
  return np.where(tail.ge(0.5), 0, found.neg());
}
