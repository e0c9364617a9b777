// Density ~ x^alpha from low on (alpha < -1), or between low and high (any alpha).
import { constraints, membership, type Constraint } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { requireIncreasing } from "./parameter-order.js";
import { minus } from "./standardise.js";

const lowerQuantile = ({ alpha, low }: { alpha: Tensor; low: Tensor }, q: Tensor): Tensor =>
  low.mul(np.exp(np.log1p(q.neg()).div(alpha.add(1))));

const belowMinusOne: Constraint = {
  name: "lessThan(-1)",
  eventDim: 0,
  isDiscrete: false,
  check: membership((x) => x.lt(-1)),
  element: (x) => x < -1,
};

/** LowerTruncatedPowerLaw(alpha, low): density ~ x^alpha for x >= low, alpha below -1. */
export const LowerTruncatedPowerLaw = family("LowerTruncatedPowerLaw", {
  parameters: { alpha: { constraint: belowMinusOne }, low: { constraint: constraints.positive } },
  hasRsample: true,
  support: ({ low }) => constraints.greaterThanEqual(low),
  draw: (p, key, shape) => np.maximum(lowerQuantile(p, random.uniform(key, shape)), p.low),
  logDensity: ({ alpha, low }, x) =>
    alpha
      .mul(np.log(x).sub(np.log(low)))
      .sub(np.log(low))
      .add(np.log(minus(-1, alpha))),
  cdf: ({ alpha, low }, x) => np.expm1(alpha.add(1).mul(np.log(np.maximum(x, low)).sub(np.log(low)))).neg(),
  icdf: lowerQuantile,
});

export interface Doubly {
  readonly alpha: Tensor;
  readonly low: Tensor;
  readonly high: Tensor;
}

/** (exp(b t) - 1) / b, t where b is 0: the integral of x^alpha in units of low, with b = alpha + 1 and t = log(x / low). */
function mass(b: Tensor, t: Tensor): Tensor {
  const flat = np.abs(b.mul(t)).lt(1e-10);
  return np.where(flat, t, np.expm1(b.mul(t)).div(np.where(flat, 1, b)));
}

/** Its inverse in t. */
function massInverse(b: Tensor, m: Tensor): Tensor {
  const flat = np.abs(b.mul(m)).lt(1e-10);
  return np.where(flat, m, np.log1p(np.where(flat, 0, b.mul(m))).div(np.where(flat, 1, b)));
}

const spread = ({ low, high }: Doubly): Tensor => np.log(high).sub(np.log(low));
const quantile = (p: Doubly, q: Tensor): Tensor =>
  np.clip(
    p.low.mul(np.exp(massInverse(p.alpha.add(1), q.mul(mass(p.alpha.add(1), spread(p)))))),
    p.low,
    p.high,
  );

/** DoublyTruncatedPowerLaw(alpha, low, high): density ~ x^alpha between low and high; log-uniform at alpha = -1. */
export const DoublyTruncatedPowerLaw = family("DoublyTruncatedPowerLaw", {
  parameters: {
    alpha: { constraint: constraints.real },
    low: { constraint: constraints.positive },
    high: { constraint: constraints.positive },
  },
  hasRsample: true,
  check: ({ low, high }) => requireIncreasing("DoublyTruncatedPowerLaw", low, high),
  support: ({ low, high }) => constraints.interval(low, high),
  draw: (p, key, shape) => quantile(p, random.uniform(key, shape)),
  logDensity: (p, x) =>
    p.alpha
      .mul(np.log(x).sub(np.log(p.low)))
      .sub(np.log(p.low))
      .sub(np.log(mass(p.alpha.add(1), spread(p)))),
  cdf(p, x) {
    const b = p.alpha.add(1);
    const t = np.log(np.clip(x, p.low, p.high)).sub(np.log(p.low));
    return mass(b, t).div(mass(b, spread(p)));
  },
  icdf: quantile,
});
