// Weibull(scale, concentration): P(X > x) = exp(-(x / scale)^concentration).
import { constraints } from "../bijectors/index.js";
import { np, random } from "../tensor/index.js";
import { family } from "./family.js";
import { over } from "./standardise.js";

const { lgamma } = np.special;
/** Euler's constant. */
const EULER = 0.5772156649015329;

/** Weibull(scale, concentration): P(X > x) = exp(-(x / scale)^concentration). */
export const Weibull = family("Weibull", {
  parameters: {
    scale: { constraint: constraints.positive },
    concentration: { constraint: constraints.positive },
  },
  hasRsample: true,
  support: () => constraints.positive,
  draw: ({ scale, concentration }, key, shape) =>
    np.power(random.exponential(key, shape), over(1, concentration)).mul(scale),
  logDensity({ scale, concentration: k }, x) {
    const logX = np.log(x);
    const logScale = np.log(scale);
    const constant = np.log(k).sub(k.mul(logScale));
    return constant.add(k.sub(1).mul(logX)).sub(np.exp(k.mul(logX.sub(logScale))));
  },
  mean: ({ scale, concentration: k }) => scale.mul(np.exp(lgamma(over(1, k).add(1)))),
  variance({ scale, concentration: k }) {
    const m = np.exp(lgamma(over(1, k).add(1)));
    return scale.mul(scale).mul(np.exp(lgamma(over(2, k).add(1))).sub(m.mul(m)));
  },
  entropy: ({ scale, concentration: k }) =>
    over(-EULER, k)
      .add(EULER + 1)
      .add(np.log(scale))
      .sub(np.log(k)),
  cdf: ({ scale, concentration }, x) => np.expm1(np.power(x.div(scale), concentration).neg()).neg(),
  icdf: ({ scale, concentration }, q) => np.power(np.log1p(q.neg()).neg(), over(1, concentration)).mul(scale),
});
