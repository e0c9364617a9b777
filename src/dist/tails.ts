// A distribution and a value in; log P(X <= x) and log P(X > x) out, accurate in whichever tail the family knows.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { FamilyDistribution } from "./family.js";

const { logNdtr, softplus } = np.special;

type Parameters = Readonly<Record<string, Tensor>>;
type Tail = (p: Parameters, x: Tensor) => Tensor;

/** Families whose upper tail has a logarithm in closed form. */
const upper: Readonly<Record<string, Tail>> = {
  Normal: ({ loc, scale }, x) => logNdtr(loc!.sub(x).div(scale!)),
  LogNormal: ({ loc, scale }, x) => logNdtr(loc!.sub(np.log(x)).div(scale!)),
  Logistic: ({ loc, scale }, x) => softplus(x.sub(loc!).div(scale!)).neg(),
  Exponential: ({ rate }, x) => rate!.mul(x).neg(),
  // As in its density, so that models with both compute the power once.
  Weibull: ({ scale, concentration }, x) => np.exp(concentration!.mul(np.log(x).sub(np.log(scale!)))).neg(),
  HalfNormal: ({ scale }, x) => logNdtr(x.div(scale!).neg()).add(Math.LN2),
  HalfCauchy: ({ scale }, x) => np.log(np.arctan2(scale!, x).mul(2 / Math.PI)),
  Gompertz: ({ concentration, rate }, x) => concentration!.mul(np.expm1(rate!.mul(x))).neg(),
  Pareto: ({ scale, alpha }, x) => alpha!.mul(np.log(scale!).sub(np.log(x))),
  Gamma: ({ concentration, rate }, x) => np.log(np.special.gammaincc(concentration!, rate!.mul(x))),
  Chi2: ({ df }, x) => np.log(np.special.gammaincc(df!.mul(0.5), x.mul(0.5))),
  Beta: ({ concentration1, concentration0 }, x) =>
    np.log(np.special.betainc(concentration0!, concentration1!, np.subtract(1, x))),
};

const lower: Readonly<Record<string, Tail>> = {
  Normal: ({ loc, scale }, x) => logNdtr(x.sub(loc!).div(scale!)),
  LogNormal: ({ loc, scale }, x) => logNdtr(np.log(x).sub(loc!).div(scale!)),
  Logistic: ({ loc, scale }, x) => softplus(loc!.sub(x).div(scale!)).neg(),
};

/** Families whose two tails mirror each other at loc. */
export const SYMMETRIC: ReadonlySet<string> = new Set([
  "Normal",
  "Cauchy",
  "Laplace",
  "Logistic",
  "SoftLaplace",
  "StudentT",
]);

const parametersOf = (d: Distribution): Parameters | null =>
  d instanceof FamilyDistribution ? (d.params as Parameters) : null;

/** The centre of a symmetric family, or null. */
export const centreOf = (d: Distribution): Tensor | null =>
  SYMMETRIC.has(d.name) ? (parametersOf(d)?.["loc"] ?? null) : null;

/** log P(X <= x). */
export function logCdf(d: Distribution, x: TensorLike): Tensor {
  const value = d.valueOf(x);
  const p = parametersOf(d);
  return p && Object.hasOwn(lower, d.name) ? lower[d.name](p, value) : np.log(d.cdf(value));
}

/** log P(X > x). */
export function logSurvival(d: Distribution, x: TensorLike): Tensor {
  const value = d.valueOf(x);
  const p = parametersOf(d);
  if (p && Object.hasOwn(upper, d.name)) return upper[d.name](p, value);
  const centre = centreOf(d);
  return centre ? logCdf(d, centre.mul(2).sub(value)) : np.log1p(d.cdf(value).neg());
}
