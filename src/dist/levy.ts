// Levy(loc, scale): the stable law on one side of loc, 1 / z^2 of a standard normal z; no moment exists.
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { over } from "./standardise.js";

const { erfc, ndtri } = np.special;
/** (1 + 3 gamma + log(16 pi)) / 2, gamma Euler's constant. */
const HALF_LINE_ENTROPY = 3.324482801396886;

/** Levy(loc, scale): the stable law on one side of loc, scale / z^2 of a standard normal z; no moment exists. */
export const Levy = family("Levy", {
  parameters: { loc: { constraint: constraints.real }, scale: { constraint: constraints.positive } },
  hasRsample: true,
  support: ({ loc }) => constraints.greaterThan(loc),
  draw: ({ loc, scale }, key, shape) => scale.div(np.square(random.normal(key, shape))).add(loc),
  logDensity({ loc, scale }, x) {
    const d = x.sub(loc);
    return np
      .log(scale.mul(1 / (2 * Math.PI)))
      .sub(np.log(d).mul(3))
      .sub(scale.div(d))
      .mul(0.5);
  },
  mean: ({ loc, scale }) => loc.add(scale).mul(0).add(Infinity),
  variance: ({ loc, scale }) => loc.add(scale).mul(0).add(Infinity),
  entropy: ({ scale }) => np.log(scale).add(HALF_LINE_ENTROPY),
  cdf: ({ loc, scale }, x) => erfc(np.sqrt(scale.mul(0.5).div(x.sub(loc)))),
  icdf: ({ loc, scale }, q) => scale.mul(over(1, np.square(ndtri(q.mul(0.5))))).add(loc),
});
