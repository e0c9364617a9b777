// Dagum(concentration, sharpness, scale): P(X <= x) = (1 + (x / scale)^-sharpness)^-concentration; incomes.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { existsWhere, logBeta, over } from "./standardise.js";

export interface Parameters {
  readonly concentration: Tensor;
  readonly sharpness: Tensor;
  readonly scale: Tensor;
}
const { digamma, softplus } = np.special;
/** Euler's constant. */
const EULER = 0.5772156649015329;

/** E[X^n] for n below the sharpness. */
const moment = ({ concentration: p, sharpness: a, scale }: Parameters, n: number): Tensor => {
  const s = over(n, a);
  return existsWhere(
    a.gt(n),
    np
      .power(scale, n)
      .mul(p)
      .mul(np.exp(logBeta(np.subtract(1, s), p.add(s)))),
    Infinity,
  );
};

const quantile = ({ concentration: p, sharpness: a, scale }: Parameters, q: Tensor): Tensor =>
  scale.mul(np.power(np.expm1(np.log(q).neg().div(p)), over(-1, a)));

/** Dagum(concentration, sharpness, scale): P(X <= x) = (1 + (x / scale)^-sharpness)^-concentration; incomes. */
export const Dagum = family("Dagum", {
  parameters: {
    concentration: { constraint: constraints.positive },
    sharpness: { constraint: constraints.positive },
    scale: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.positive,
  draw: (p, key, shape) => quantile(p, random.uniform(key, shape)),
  logDensity({ concentration: p, sharpness: a, scale }, x) {
    const u = a.mul(np.log(x).sub(np.log(scale)));
    // log(x^ap / (1 + x^a)^(p + 1)) = p (u - softplus u) - softplus u, and u - softplus u = -softplus(-u).
    return np
      .log(a)
      .add(np.log(p))
      .sub(np.log(x))
      .sub(p.mul(softplus(u.neg())))
      .sub(softplus(u));
  },
  mean: (p) => moment(p, 1),
  variance: (p) => existsWhere(p.sharpness.gt(2), moment(p, 2).sub(np.square(moment(p, 1))), Infinity),
  entropy: ({ concentration: p, sharpness: a, scale }) =>
    np
      .log(scale.div(a.mul(p)))
      .add(digamma(p).add(EULER).mul(over(1, a).add(1)))
      .add(over(1, p))
      .add(1),
  cdf: ({ concentration: p, sharpness: a, scale }, x) =>
    np.exp(p.mul(softplus(a.mul(np.log(scale).sub(np.log(x))))).neg()),
  icdf: quantile,
});
