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
import { Independent } from "./independent.js";
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

registerWrappers({
  independent: (base, n) => new Independent(base, n),
  masked: (base, mask) => new Masked(base, mask),
});

export { knownKL } from "./kl.js";
export { Choice } from "./choice.js";
export { Deferred } from "./deferred.js";
export { Distribution, supportIsAll, type Key } from "./distribution.js";
export type { Family, FamilyDistribution, NamedArguments } from "./family.js";
export { firstViolation, isCheckable, setValidation, validationEnabled } from "./validation.js";

/** The distributions, one function each: parameters in order or by name, NumPyro's names, no `new`. */
export const dist = {
  Bernoulli,
  Beta,
  BetaBinomial,
  Binomial,
  Categorical,
  Cauchy,
  Chi2,
  Delta,
  Dirichlet,
  DirichletMultinomial,
  DiscreteUniform,
  Exponential,
  Gamma,
  GammaPoisson,
  GaussianRandomWalk,
  Geometric,
  Gumbel,
  HalfCauchy,
  HalfNormal,
  HalfStudentT,
  ImproperUniform,
  InverseGamma,
  LKJ,
  LKJCholesky,
  Laplace,
  LogNormal,
  Logistic,
  LowRankMultivariateNormal,
  MixtureSameFamily,
  Multinomial,
  MultivariateNormal,
  MultivariateStudentT,
  NegativeBinomial,
  NegativeBinomial2,
  Normal,
  OneHotCategorical,
  OrderedLogistic,
  Pareto,
  Poisson,
  StudentT,
  TransformedDistribution,
  TruncatedNormal,
  Uniform,
  Unit,
  VonMises,
  Weibull,
  ZeroInflatedNegativeBinomial2,
  ZeroInflatedPoisson,
  kl,
};
