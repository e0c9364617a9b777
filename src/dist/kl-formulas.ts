// Divergences of pairs of families in closed form, by the names of both: parameters of p and q in, KL(p, q) out.
import { broadcastShapes, np, type Tensor } from "../tensor/index.js";
import { scaleTrilOf } from "./multivariate-normal.js";
import { failureOf, logFailure, logProbs, probsOf } from "./odds.js";
import { stretch } from "./shapes.js";
import { logOddsOf, probabilitiesOf } from "./simplex-odds.js";
import { logBeta, over } from "./standardise.js";
import { solveLower } from "./triangular.js";

type Params = Readonly<Record<string, Tensor>>;
type Formula = (p: Params, q: Params) => Tensor;

const { digamma, lgamma } = np.special;
/** Euler's constant. */
const EULER = 0.5772156649015329;

const log = np.log;
const square = (x: Tensor): Tensor => x.mul(x);
/** w (a - b), 0 where the weight is 0, whatever the logs are. */
const weighted = (w: Tensor, a: Tensor, b: Tensor): Tensor => np.where(w.eq(0), 0, w.mul(a.sub(b)));

const normal: Formula = (p, q) => {
  const [m1, s1, m2, s2] = [p.loc!, p.scale!, q.loc!, q.scale!];
  const spread = square(s1)
    .add(square(m1.sub(m2)))
    .div(square(s2).mul(2));
  return log(s2.div(s1)).add(spread).sub(0.5);
};

const gamma: Formula = (p, q) => {
  const [a1, b1, a2, b2] = [p.concentration!, p.rate!, q.concentration!, q.rate!];
  return a1
    .sub(a2)
    .mul(digamma(a1))
    .sub(lgamma(a1))
    .add(lgamma(a2))
    .add(a2.mul(log(b1).sub(log(b2))))
    .add(a1.mul(b2.sub(b1).div(b1)));
};

const beta: Formula = (p, q) => {
  const [a1, b1, a2, b2] = [p.concentration1!, p.concentration0!, q.concentration1!, q.concentration0!];
  const total = a1.add(b1);
  return logBeta(a2, b2)
    .sub(logBeta(a1, b1))
    .add(a1.sub(a2).mul(digamma(a1)))
    .add(b1.sub(b2).mul(digamma(b1)))
    .add(a2.add(b2).sub(total).mul(digamma(total)));
};

const dirichlet: Formula = ({ concentration: a }, { concentration: b }) => {
  const total = np.sum(a!, -1, { keepdims: true });
  const logNormaliser = (c: Tensor): Tensor => lgamma(np.sum(c, -1)).sub(np.sum(lgamma(c), -1));
  const slopes = digamma(a!).sub(digamma(total));
  return logNormaliser(a!)
    .sub(logNormaliser(b!))
    .add(np.sum(a!.sub(b!).mul(slopes), -1));
};

const categorical: Formula = (p, q) => np.sum(weighted(probabilitiesOf(p), logOddsOf(p), logOddsOf(q)), -1);

const bernoulli: Formula = (p, q) =>
  weighted(probsOf(p), logProbs(p), logProbs(q)).add(weighted(failureOf(p), logFailure(p), logFailure(q)));

/** Over the same number of trials. */
const binomial: Formula = (p, q) =>
  np.where(p.totalCount!.eq(q.totalCount!), p.totalCount!.mul(bernoulli(p, q)), NaN);

const multivariateNormal: Formula = (p, q) => {
  const [l1, l2] = [scaleTrilOf(p), scaleTrilOf(q)];
  const d = l1.shape[l1.ndim - 1]!;
  const batch = broadcastShapes("dist.kl", l1.shape.slice(0, -2), l2.shape.slice(0, -2));
  const wide = (l: Tensor): Tensor => stretch(l, [...batch, d, d]);
  const ratio = np.linalg.solveTriangular(wide(l2), wide(l1));
  const apart = solveLower(l2, stretchVector(q.loc!.sub(p.loc!), d));
  const logDet = (l: Tensor): Tensor => np.sum(log(np.diagonal(l, 0, -2, -1)), -1);
  return np
    .sum(square(ratio), [-1, -2])
    .add(np.sum(square(apart), -1))
    .sub(d)
    .mul(0.5)
    .add(logDet(l2))
    .sub(logDet(l1));
};

/** A location may be one number for all elements. */
const stretchVector = (v: Tensor, d: number): Tensor => stretch(v, [...v.shape.slice(0, -1), d]);

const laplace: Formula = (p, q) => {
  const apart = np.abs(p.loc!.sub(q.loc!));
  const inside = np.exp(apart.div(p.scale!).neg()).mul(p.scale!);
  return log(q.scale!.div(p.scale!)).add(apart.add(inside).div(q.scale!)).sub(1);
};

const halfNormal: Formula = (p, q) => {
  const ratio = p.scale!.div(q.scale!);
  return square(ratio).mul(0.5).sub(log(ratio)).sub(0.5);
};

const exponential: Formula = (p, q) => log(p.rate!).sub(log(q.rate!)).add(q.rate!.div(p.rate!)).sub(1);

const poisson: Formula = (p, q) => weighted(p.rate!, log(p.rate!), log(q.rate!)).sub(p.rate!).add(q.rate!);

const geometric: Formula = (p, q) => bernoulli(p, q).div(probsOf(p));

const uniform: Formula = (p, q) => {
  const covered = np.logicalAnd(q.low!.le(p.low!), q.high!.ge(p.high!));
  return np.where(covered, log(q.high!.sub(q.low!)).sub(log(p.high!.sub(p.low!))), Infinity);
};

/** Bauckhage (2014): E log x is log scale - EULER / k, E x is scale Gamma(1 + 1 / k). */
const weibullGamma: Formula = ({ scale, concentration: k }, { concentration: a, rate }) => {
  const logMean = log(scale!).sub(over(EULER, k!));
  const mean = scale!.mul(np.exp(lgamma(over(1, k!).add(1))));
  const negativeEntropy = log(k!)
    .sub(log(scale!))
    .add(over(EULER, k!))
    .sub(EULER + 1);
  const crossTerm = a!.mul(log(rate!)).sub(lgamma(a!)).add(a!.sub(1).mul(logMean)).sub(rate!.mul(mean));
  return negativeEntropy.sub(crossTerm);
};

export const formulas: Readonly<Record<string, Formula | undefined>> = {
  "Bernoulli Bernoulli": bernoulli,
  "Beta Beta": beta,
  "Binomial Binomial": binomial,
  "Categorical Categorical": categorical,
  "Dirichlet Dirichlet": dirichlet,
  "Exponential Exponential": exponential,
  "Gamma Gamma": gamma,
  "Geometric Geometric": geometric,
  "HalfNormal HalfNormal": halfNormal,
  "InverseGamma InverseGamma": gamma,
  "Laplace Laplace": laplace,
  "LogNormal LogNormal": normal,
  "MultivariateNormal MultivariateNormal": multivariateNormal,
  "Normal Normal": normal,
  "OneHotCategorical OneHotCategorical": categorical,
  "Poisson Poisson": poisson,
  "Uniform Uniform": uniform,
  "Weibull Gamma": weibullGamma,
};
