// VonMises(loc, concentration): angles around loc, the Gaussian of the circle.
import { constraints } from "../bijectors/index.js";
import { np, numbers, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { minus } from "./standardise.js";

const { i0e, i1e } = np.special;

/** An angle brought into [-pi, pi). */
const wrapped = (x: Tensor): Tensor => np.mod(x.add(Math.PI), 2 * Math.PI).sub(Math.PI);

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
  variance: ({ concentration: k }) => minus(1, i1e(k).div(i0e(k))),
  entropy: ({ concentration: k }) =>
    np
      .log(i0e(k))
      .add(numbers.log(2 * Math.PI))
      .add(k)
      .sub(k.mul(i1e(k)).div(i0e(k))),
});
