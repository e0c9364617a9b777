// VonMises(loc, concentration): angles around loc, the Gaussian of the circle.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { RULE } from "./gauss-legendre.js";
import { minus } from "./standardise.js";

const { i0e, i1e } = np.special;

/** An angle brought into [-pi, pi). */
const wrapped = (x: Tensor): Tensor => np.mod(x.add(Math.PI), 2 * Math.PI).sub(Math.PI);

/** 1 - I1(k) / I0(k), from 1000 on by its series in 1 / k: there the quotient is near one. */
function spread(k: Tensor): Tensor {
  const large = k.gt(1000);
  const small = np.where(large, 1, k);
  const u = np.divide(1, np.where(large, k, 1000));
  const series = [1 / 2, 1 / 8, 1 / 8, 25 / 128, 13 / 32].reduceRight<Tensor>(
    (sum, c) => sum.add(c).mul(u),
    np.zeros([]),
  );
  return np.where(large, series, minus(1, i1e(small).div(i0e(small))));
}

const PANELS = 8;

/** P(0 < angle <= t) for t in [0, pi] around the mean: an integral over the part of [0, t] in which there is any mass. */
function half(k: Tensor, t: Tensor): Tensor {
  const reach = np.minimum(t, np.divide(Math.PI * 9, np.sqrt(np.maximum(k, 81))));
  const width = reach.mul(0.5 / PANELS);
  const sum = Array.from({ length: PANELS }, (_, i) => width.mul(2 * i + 1))
    .flatMap((middle) =>
      RULE.map(([node, weight]) => {
        const angle = middle.add(width.mul(node)).mul(0.5);
        return np.exp(k.mul(-2).mul(np.square(np.sin(angle)))).mul(weight);
      }),
    )
    .reduce((a, b) => a.add(b));
  return sum.mul(width).div(i0e(k).mul(2 * Math.PI));
}

/** VonMises(loc, concentration): angles around loc, the Gaussian of the circle. */
export const VonMises = family("VonMises", {
  parameters: {
    loc: { constraint: constraints.real },
    concentration: { constraint: constraints.positive },
  },
  hasRsample: false,
  support: () => constraints.circular,
  draw: ({ loc, concentration }, key, shape) => wrapped(random.vonMises(key, concentration, shape).add(loc)),
  // With the exponentially scaled Bessel function the peak term is k (cos - 1), never large.
  logDensity: ({ loc, concentration: k }, x) =>
    k.mul(np.cos(x.sub(loc)).sub(1)).sub(np.log(i0e(k)).add(numbers.log(2 * Math.PI))),
  /** The circular mean. */
  mean: ({ loc }) => wrapped(loc),
  /** The circular variance, 1 - I1(k) / I0(k). */
  variance: ({ concentration: k }) => spread(k),
  entropy: ({ concentration: k }) =>
    np
      .log(i0e(k))
      .add(numbers.log(2 * Math.PI))
      .add(k.mul(spread(k))),
  /** From -pi on. */
  cdf({ loc, concentration: k }, x) {
    // From the angle opposite to the mean upwards the distribution function is 1/2 + signed half; from -pi on, less its value there.
    const upTo = (y: Tensor): Tensor => {
      const away = wrapped(y.sub(loc));
      const part = half(k, np.abs(away));
      const turns = np.floor(
        y
          .sub(loc)
          .add(Math.PI)
          .div(2 * Math.PI),
      );
      return np.where(away.lt(0), part.neg(), part).add(turns);
    };
    return upTo(x).sub(upTo(np.full([], -Math.PI)));
  },
});
