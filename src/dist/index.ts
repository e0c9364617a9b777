// The names of this room: `dist.*` is one function per family; the base class and the checks for the rooms to the right.
import { Bernoulli } from "./bernoulli.js";
import { BetaBinomial } from "./beta-binomial.js";
import { Beta } from "./beta.js";
import { Binomial } from "./binomial.js";
import { Categorical } from "./categorical.js";
import { Cauchy } from "./cauchy.js";
import { Chi2 } from "./chi2.js";
import { Delta } from "./delta.js";
import { DirichletMultinomial } from "./dirichlet-multinomial.js";
import { Dirichlet } from "./dirichlet.js";
import { DiscreteUniform } from "./discrete-uniform.js";
import { registerWrappers } from "./distribution.js";
import { Exponential } from "./exponential.js";
import { GammaPoisson } from "./gamma-poisson.js";
import { Gamma } from "./gamma.js";
import { GaussianRandomWalk } from "./gaussian-random-walk.js";
import { Geometric } from "./geometric.js";
import { Gumbel } from "./gumbel.js";
import { HalfCauchy } from "./half-cauchy.js";
import { HalfNormal } from "./half-normal.js";
import { HalfStudentT } from "./half-student-t.js";
import { ImproperUniform } from "./improper-uniform.js";
import { Independent as IndependentClass } from "./independent.js";
import { InverseGamma } from "./inverse-gamma.js";
import { kl } from "./kl.js";
import { Laplace } from "./laplace.js";
import { LKJ } from "./lkj.js";
import { LKJCholesky } from "./lkj-cholesky.js";
import { LogNormal } from "./log-normal.js";
import { Logistic } from "./logistic.js";
import { LowRankMultivariateNormal } from "./low-rank-multivariate-normal.js";
import { Masked } from "./masked.js";
import { MixtureSameFamily } from "./mixture-same-family.js";
import { Multinomial } from "./multinomial.js";
import { MultivariateNormal } from "./multivariate-normal.js";
import { MultivariateStudentT } from "./multivariate-student-t.js";
import { NegativeBinomial } from "./negative-binomial.js";
import { NegativeBinomial2 } from "./negative-binomial2.js";
import { Normal } from "./normal.js";
import { OneHotCategorical } from "./one-hot-categorical.js";
import { OrderedLogistic } from "./ordered-logistic.js";
import { Pareto } from "./pareto.js";
import { Poisson } from "./poisson.js";
import { StudentT } from "./student-t.js";
import { TransformedDistribution } from "./transformed-distribution.js";
import { TruncatedNormal } from "./truncated-normal.js";
import { Uniform } from "./uniform.js";
import { Unit } from "./unit.js";
import { VonMises } from "./von-mises.js";
import { Weibull } from "./weibull.js";
import { ZeroInflatedNegativeBinomial2 } from "./zero-inflated-negative-binomial2.js";
import { ZeroInflatedPoisson } from "./zero-inflated-poisson.js";
import { AsymmetricLaplace, AsymmetricLaplaceQuantile } from "./asymmetric-laplace.js";
import { BetaProportion } from "./beta-proportion.js";
import { CAR } from "./car.js";
import {
  IntervalCensoredDistribution,
  LeftCensoredDistribution,
  RightCensoredDistribution,
} from "./censored.js";
import { Dagum } from "./dagum.js";
import {
  HurdleDistribution,
  HurdleGamma,
  HurdleLogNormal,
  HurdleNegativeBinomial2,
  HurdlePoisson,
  ZeroInflatedDistribution,
} from "./extra-zeros.js";
import { FoldedDistribution } from "./folded.js";
import { Gompertz } from "./gompertz.js";
import { Kumaraswamy } from "./kumaraswamy.js";
import { Levy } from "./levy.js";
import { LogUniform } from "./log-uniform.js";
import { MatrixNormal } from "./matrix-normal.js";
import { Mixture, MixtureGeneral } from "./mixture-general.js";
import {
  BernoulliLogits,
  BernoulliProbs,
  BinomialLogits,
  BinomialProbs,
  CategoricalLogits,
  CategoricalProbs,
  GeometricLogits,
  GeometricProbs,
  MultinomialLogits,
  MultinomialProbs,
  NegativeBinomialLogits,
  NegativeBinomialProbs,
  RelaxedBernoulliLogits,
} from "./parameterisations.js";
import { DoublyTruncatedPowerLaw, LowerTruncatedPowerLaw } from "./power-law.js";
import { ProjectedNormal } from "./projected-normal.js";
import { RelaxedBernoulli } from "./relaxed-bernoulli.js";
import { SoftLaplace } from "./soft-laplace.js";
import {
  LeftTruncatedDistribution,
  RightTruncatedDistribution,
  TruncatedCauchy,
  TruncatedDistribution,
  TruncatedGamma,
  TwoSidedTruncatedDistribution,
} from "./truncated.js";
import { InverseWishart, Wishart, WishartCholesky } from "./wishart.js";
import { ExpandedDistribution, Independent, MaskedDistribution } from "./wrappers.js";
import { BetaNegativeBinomial } from "./beta-negative-binomial.js";
import { CirculantNormal } from "./circulant-normal.js";
import { EulerMaruyama } from "./euler-maruyama.js";
import { GaussianCopula, GaussianCopulaBeta } from "./gaussian-copula.js";
import { GaussianStateSpace } from "./gaussian-state-space.js";
import { SineBivariateVonMises } from "./sine-bivariate-von-mises.js";
import { SineSkewed } from "./sine-skewed.js";
import { ZeroSumNormal } from "./zero-sum-normal.js";

registerWrappers({
  independent: (base, n) => new IndependentClass(base, n),
  masked: (base, mask) => new Masked(base, mask),
});

export { knownKL } from "./kl.js";
export { Choice } from "./choice.js";
export { Masked } from "./masked.js";
export { Deferred, type LoopOfSites } from "./deferred.js";
export { Distribution, type Key } from "./distribution.js";
export type { Family, FamilyDistribution, NamedArguments } from "./family.js";
export {
  everyReal,
  firstViolation,
  insideOf,
  outside,
  isCheckable,
  setValidation,
  validationEnabled,
} from "./validation.js";

/** The distributions, one function each: parameters in order or by name, NumPyro's names, no `new`. */
export const dist = {
  AsymmetricLaplace,
  AsymmetricLaplaceQuantile,
  Bernoulli,
  BernoulliLogits,
  BernoulliProbs,
  Beta,
  BetaBinomial,
  BetaNegativeBinomial,
  BetaProportion,
  Binomial,
  BinomialLogits,
  BinomialProbs,
  CAR,
  Categorical,
  CategoricalLogits,
  CategoricalProbs,
  Cauchy,
  Chi2,
  CirculantNormal,
  Dagum,
  Delta,
  Dirichlet,
  DirichletMultinomial,
  DiscreteUniform,
  DoublyTruncatedPowerLaw,
  EulerMaruyama,
  ExpandedDistribution,
  Exponential,
  FoldedDistribution,
  Gamma,
  GammaPoisson,
  GaussianCopula,
  GaussianCopulaBeta,
  GaussianRandomWalk,
  GaussianStateSpace,
  Geometric,
  GeometricLogits,
  GeometricProbs,
  Gompertz,
  Gumbel,
  HalfCauchy,
  HalfNormal,
  HalfStudentT,
  HurdleDistribution,
  HurdleGamma,
  HurdleLogNormal,
  HurdleNegativeBinomial2,
  HurdlePoisson,
  ImproperUniform,
  Independent,
  IntervalCensoredDistribution,
  InverseGamma,
  InverseWishart,
  Kumaraswamy,
  LKJ,
  LKJCholesky,
  Laplace,
  LeftCensoredDistribution,
  LeftTruncatedDistribution,
  Levy,
  LogNormal,
  LogUniform,
  Logistic,
  LowRankMultivariateNormal,
  LowerTruncatedPowerLaw,
  MaskedDistribution,
  MatrixNormal,
  Mixture,
  MixtureGeneral,
  MixtureSameFamily,
  Multinomial,
  MultinomialLogits,
  MultinomialProbs,
  MultivariateNormal,
  MultivariateStudentT,
  NegativeBinomial,
  NegativeBinomial2,
  NegativeBinomialLogits,
  NegativeBinomialProbs,
  Normal,
  OneHotCategorical,
  OrderedLogistic,
  Pareto,
  Poisson,
  ProjectedNormal,
  RelaxedBernoulli,
  RelaxedBernoulliLogits,
  RightCensoredDistribution,
  RightTruncatedDistribution,
  SineBivariateVonMises,
  SineSkewed,
  SoftLaplace,
  StudentT,
  TransformedDistribution,
  TruncatedCauchy,
  TruncatedDistribution,
  TruncatedGamma,
  TruncatedNormal,
  TwoSidedTruncatedDistribution,
  Uniform,
  Unit,
  VonMises,
  Weibull,
  Wishart,
  WishartCholesky,
  ZeroInflatedDistribution,
  ZeroInflatedNegativeBinomial2,
  ZeroInflatedPoisson,
  ZeroSumNormal,
  kl,
};
