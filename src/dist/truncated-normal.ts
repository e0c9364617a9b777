// TruncatedNormal({ loc, scale, low, high }): a Gaussian restricted to [low, high] and renormalised; either end may be open.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { LOG_SQRT_2PI, minus, standardise } from "./standardise.js";
import { requireIncreasing } from "./parameter-order.js";
import { extendedReal } from "./extended-real.js";

const { logNdtr, log1mexp, ndtr, ndtri } = np.special;

export interface Bounds {
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly low: Tensor;
  readonly high: Tensor;
}

/** Whether a bound is known to be at infinity, so that its half of the arithmetic is not even compiled. */
const isOpen = (bound: Tensor): boolean => !bound.link && bound.data().every((b) => Math.abs(b) === Infinity);

/**
 * log(Phi(b) - Phi(a)). When both bounds lie above the mean the mirrored tail is used: there Phi keeps its digits.
 */
function logMass({ loc, scale, low, high }: Bounds): Tensor {
  if (isOpen(low) && isOpen(high)) return np.array(0, { dtype: scale.dtype });
  if (isOpen(high)) return logNdtr(standardise(low, loc, scale).neg());
  if (isOpen(low)) return logNdtr(standardise(high, loc, scale));
  const a = standardise(low, loc, scale);
  const b = standardise(high, loc, scale);
  const mirrored = a.gt(0);
  const top = logNdtr(np.where(mirrored, a.neg(), b));
  const bottom = logNdtr(np.where(mirrored, b.neg(), a));
  return top.add(log1mexp(bottom.sub(top)));
}

/** Standardised bounds, and the densities there over the mass between: what the moments are made of. */
function moments(p: Bounds): { first: Tensor; edge: Tensor } {
  const a = standardise(p.low, p.loc, p.scale);
  const b = standardise(p.high, p.loc, p.scale);
  const mass = logMass(p);
  // By logarithms: far from the centre both would underflow. 0 at infinity.
  const at = (z: Tensor): Tensor => np.exp(z.mul(z).mul(-0.5).sub(LOG_SQRT_2PI).sub(mass));
  // z phi(z) is 0, not NaN, at an open end.
  const times = (z: Tensor): Tensor => np.where(np.abs(z).lt(Infinity), z.mul(at(z)), 0);
  return { first: at(a).sub(at(b)), edge: times(a).sub(times(b)) };
}

/** The quantile, from whichever tail is the smaller. */
function quantile(p: Bounds, q: Tensor): Tensor {
  const a = standardise(p.low, p.loc, p.scale);
  const b = standardise(p.high, p.loc, p.scale);
  const mirrored = a.gt(0);
  const [from, to, share] = [
    np.where(mirrored, b.neg(), a),
    np.where(mirrored, a.neg(), b),
    np.where(mirrored, minus(1, q), q),
  ];
  const low = ndtr(from);
  const z = ndtri(low.add(share.mul(ndtr(to).sub(low))));
  return np.where(mirrored, z.neg(), z).mul(p.scale).add(p.loc);
}

/** TruncatedNormal({ loc, scale, low, high }): a Gaussian restricted to [low, high] and renormalised; either end may be open. */
export const TruncatedNormal = family("TruncatedNormal", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
    low: { constraint: extendedReal, default: -Infinity },
    high: { constraint: extendedReal, default: Infinity },
  },
  hasRsample: true,
  support({ low, high }) {
    if (isOpen(low) && isOpen(high)) return constraints.real;
    if (isOpen(high)) return constraints.greaterThanEqual(low);
    return isOpen(low) ? constraints.lessThanEqual(high) : constraints.interval(low, high);
  },
  check: ({ low, high }) => requireIncreasing("TruncatedNormal", low, high),
  draw: (p, key, shape) => np.clip(quantile(p, random.uniform(key, shape)), p.low, p.high),
  logDensity(p, x) {
    const z = standardise(x, p.loc, p.scale);
    return z
      .mul(z)
      .mul(-0.5)
      .sub(np.log(p.scale).add(LOG_SQRT_2PI).add(logMass(p)));
  },
  mean: (p) => p.loc.add(p.scale.mul(moments(p).first)),
  variance(p) {
    const { first, edge } = moments(p);
    return p.scale.mul(p.scale).mul(edge.sub(first.mul(first)).add(1));
  },
  entropy(p) {
    const { edge } = moments(p);
    return np
      .log(p.scale)
      .add(LOG_SQRT_2PI + 0.5)
      .add(logMass(p))
      .add(edge.mul(0.5));
  },
  cdf(p, x) {
    const inside = { ...p, high: np.clip(x, p.low, p.high) };
    const whole = logMass(p);
    const part = np.exp(logMass({ ...inside, low: p.low }).sub(whole));
    return np.where(x.le(p.low), 0, np.where(x.ge(p.high), 1, part));
  },
  icdf: quantile,
});
