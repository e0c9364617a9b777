// TruncatedNormal({ loc, scale, low, high }): a Gaussian restricted to [low, high] and renormalised; either end may be open.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { RULE } from "./gauss-legendre.js";
import { LOG_SQRT_2PI, minus, standardise } from "./standardise.js";
import { requireIncreasing } from "./parameter-order.js";
import { extendedReal } from "./extended-real.js";

const { logNdtr, log1mexp, logaddexp, ndtr, ndtri } = np.special;

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

/** Tails from here on, and intervals narrower than one, have their moments by quadrature: the closed forms cancel. */
const EDGE = 4;
const PANELS = 4;

interface FromEdge {
  /** Where this is the way to go. */
  readonly test: Tensor;
  readonly mirrored: Tensor;
  readonly start: Tensor;
  /** E t and E t^2 of the distance t from the edge, and the log of the integral of exp(-start t - t^2 / 2). */
  readonly offset: Tensor;
  readonly square: Tensor;
  readonly logTotal: Tensor;
}

/** Averages over the distance from the edge that is nearer to the centre; all terms have one sign. */
function fromEdge(p: Bounds): FromEdge {
  const a = standardise(p.low, p.loc, p.scale);
  const b = standardise(p.high, p.loc, p.scale);
  const mirrored = b.lt(0);
  const edge = np.where(mirrored, b.neg(), a);
  const width = p.high.sub(p.low).div(p.scale);
  const test = np.logicalOr(edge.gt(EDGE), np.logicalAnd(width.lt(1), edge.gt(-EDGE)));
  const start = np.where(test, edge, EDGE);
  const reach = np.minimum(np.where(test, width, 1), np.divide(40, np.maximum(start, EDGE)));
  const step = reach.mul(0.5 / PANELS);
  let [total, first, second]: Tensor[] = [np.array(0), np.array(0), np.array(0)];
  for (let panel = 0; panel < PANELS; panel++)
    for (const [node, weight] of RULE) {
      const t = step.mul(2 * panel + 1 + node);
      const mass = np.exp(t.mul(t.mul(0.5).add(start)).neg()).mul(weight);
      total = total!.add(mass);
      first = first!.add(mass.mul(t));
      second = second!.add(mass.mul(t).mul(t));
    }
  return {
    test,
    mirrored,
    start,
    offset: first!.div(total!),
    square: second!.div(total!),
    logTotal: np.log(total!.mul(step)),
  };
}

function average(p: Bounds): { mean: Tensor; variance: Tensor } {
  const { first, edge } = moments(p);
  const { test, mirrored, offset, square } = fromEdge(p);
  const inwards = np.where(mirrored, p.high.sub(p.scale.mul(offset)), p.low.add(p.scale.mul(offset)));
  const plain = p.loc.add(p.scale.mul(first));
  const close = square.sub(offset.mul(offset));
  const spread = np.where(test, close, edge.sub(first.mul(first)).add(1));
  return { mean: np.where(test, inwards, plain), variance: p.scale.mul(p.scale).mul(spread) };
}

/** From here on a tail is handled by logarithms. */
const FAR_TAIL = -30;

/** The quantile, from whichever tail is the smaller; far out, where probabilities underflow, from their logarithms. */
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
  const near = ndtri(low.add(share.mul(ndtr(to).sub(low))));
  const isFar = to.lt(FAR_TAIL);
  const top = np.where(isFar, to, FAR_TAIL);
  const rest = np.where(mirrored, q, minus(1, q));
  const logQ = logaddexp(
    np.log(rest).add(logNdtr(np.where(isFar, from, -Infinity))),
    np.log(share).add(logNdtr(top)),
  );
  const z = np.where(isFar, ndtriExp(np.where(isFar, logQ, -1000), top), near);
  return np.clip(np.where(mirrored, z.neg(), z).mul(p.scale).add(p.loc), p.low, p.high);
}

/**
 * The z <= start < 0 with log Phi(z) = y, by Newton's method from a point above: log Phi is concave, so that each step stays above.
 * The last step, on a point that is held fixed, carries the derivative.
 */
function ndtriExp(y: Tensor, start: Tensor): Tensor {
  const target = np.stopGradient(y);
  const slope = (z: Tensor): Tensor => hazard(z.neg());
  const first = np.minimum(np.stopGradient(start), np.sqrt(target.mul(-2)).neg().add(1));
  let z = first;
  for (let i = 0; i < 8; i++) z = z.sub(logNdtr(z).sub(target).div(slope(z)));
  z = np.stopGradient(z);
  return z.sub(
    logNdtr(z)
      .sub(y)
      .div(np.stopGradient(slope(z))),
  );
}

/** phi(t) / Phi(-t) for t > 20, by its continued fraction. */
function hazard(t: Tensor): Tensor {
  let x: Tensor = t;
  for (let i = 12; i >= 1; i--) x = t.add(np.divide(i, x));
  return x;
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
  mean: (p) => average(p).mean,
  variance: (p) => average(p).variance,
  entropy(p) {
    const { edge } = moments(p);
    const plain = np
      .log(p.scale)
      .add(LOG_SQRT_2PI + 0.5)
      .add(logMass(p))
      .add(edge.mul(0.5));
    const { test, offset, square, logTotal, start } = fromEdge(p);
    const close = np.log(p.scale).add(logTotal).add(start.mul(offset)).add(square.mul(0.5));
    return np.where(test, close, plain);
  },
  cdf(p, x) {
    const inside = { ...p, high: np.clip(x, p.low, p.high) };
    const whole = logMass(p);
    const part = np.exp(logMass({ ...inside, low: p.low }).sub(whole));
    return np.where(x.le(p.low), 0, np.where(x.ge(p.high), 1, part));
  },
  icdf: quantile,
});
