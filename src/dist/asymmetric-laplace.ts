// AsymmetricLaplace(loc, scale, asymmetry): exponential tails of two rates around loc; and the same told by a quantile.
import { constraints } from "../bijectors/index.js";
import { np, random, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { minus, over } from "./standardise.js";

/** Scales of the left and of the right tail. */
export interface Tails {
  readonly loc: Tensor;
  readonly left: Tensor;
  readonly right: Tensor;
}

/** |x - loc| in units of the tail that x lies in. */
const distance = ({ loc, left, right }: Tails, x: Tensor): Tensor => {
  const d = x.sub(loc);
  return np.abs(d).mul(np.where(d.lt(0), over(1, left), over(1, right)));
};

const total = ({ left, right }: Tails): Tensor => left.add(right);

const facts = {
  draw(t: Tails, key: Tensor, shape: readonly number[]): Tensor {
    const e = random.exponential(key, [2, ...shape]);
    return t.loc.add(e.at(0).mul(t.right)).sub(e.at(1).mul(t.left));
  },
  logDensity: (t: Tails, x: Tensor): Tensor =>
    distance(t, x)
      .add(np.log(total(t)))
      .neg(),
  mean: (t: Tails): Tensor => t.loc.add(t.right).sub(t.left),
  variance: (t: Tails): Tensor => t.left.mul(t.left).add(t.right.mul(t.right)),
  entropy: (t: Tails): Tensor => np.log(total(t)).add(1),
  cdf(t: Tails, x: Tensor): Tensor {
    const tail = np.exp(distance(t, x).neg()).div(total(t));
    return np.where(x.lt(t.loc), t.left.mul(tail), minus(1, t.right.mul(tail)));
  },
  icdf(t: Tails, q: Tensor): Tensor {
    const below = q.mul(total(t)).lt(t.left);
    const low = np.log(q.mul(total(t)).div(t.left)).mul(t.left);
    const high = np.log(minus(1, q).mul(total(t)).div(t.right)).mul(t.right);
    return t.loc.add(np.where(below, low, high.neg()));
  },
};

export interface Asymmetric {
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly asymmetry: Tensor;
}
const byAsymmetry = ({ loc, scale, asymmetry }: Asymmetric): Tails => ({
  loc,
  left: scale.mul(asymmetry),
  right: scale.div(asymmetry),
});

/** AsymmetricLaplace(loc, scale, asymmetry): the left tail has scale * asymmetry, the right one scale / asymmetry. */
export const AsymmetricLaplace = family("AsymmetricLaplace", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
    asymmetry: { constraint: constraints.positive, default: 1 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: (p, key, shape) => facts.draw(byAsymmetry(p), key, shape),
  logDensity: (p, x) => facts.logDensity(byAsymmetry(p), x),
  mean: (p) => facts.mean(byAsymmetry(p)),
  variance: (p) => facts.variance(byAsymmetry(p)),
  entropy: (p) => facts.entropy(byAsymmetry(p)),
  cdf: (p, x) => facts.cdf(byAsymmetry(p), x),
  icdf: (p, q) => facts.icdf(byAsymmetry(p), q),
});

export interface AtQuantile {
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly quantile: Tensor;
}
const byQuantile = ({ loc, scale, quantile }: AtQuantile): Tails => ({
  loc,
  left: scale.div(minus(1, quantile)),
  right: scale.div(quantile),
});

/** AsymmetricLaplaceQuantile(loc, scale, quantile): the asymmetric Laplace whose quantile of that level is loc. */
export const AsymmetricLaplaceQuantile = family("AsymmetricLaplaceQuantile", {
  parameters: {
    loc: { constraint: constraints.real, default: 0 },
    scale: { constraint: constraints.positive, default: 1 },
    quantile: { constraint: constraints.unitInterval, default: 0.5 },
  },
  hasRsample: true,
  support: () => constraints.real,
  draw: (p, key, shape) => facts.draw(byQuantile(p), key, shape),
  logDensity: (p, x) => facts.logDensity(byQuantile(p), x),
  mean: (p) => facts.mean(byQuantile(p)),
  variance: (p) => facts.variance(byQuantile(p)),
  entropy: (p) => facts.entropy(byQuantile(p)),
  cdf: (p, x) => facts.cdf(byQuantile(p), x),
  icdf: (p, q) => facts.icdf(byQuantile(p), q),
});
