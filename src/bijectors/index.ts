// The names of this room: `constraints.*` are the sets, `bijectors.*` the maps onto them.
import {
  exp,
  greaterThan,
  greaterThanEqual,
  lessThan,
  lessThanEqual,
  nonnegative,
  positive,
} from "./bounds.js";
import { compose } from "./compose.js";
import { biject, elementwise } from "./constraint.js";
import { corrCholesky, corrCholeskyBijector } from "./corr-cholesky.js";
import {
  boolean,
  integerInterval,
  multinomial,
  nonnegativeInteger,
  oneHot,
  positiveInteger,
} from "./discrete.js";
import { corrMatrix, corrMatrixBijector, positiveDefinite, positiveDefiniteBijector } from "./gram.js";
import { independent, independentBijector } from "./independent.js";
import { circular, interval, sigmoid, unitInterval } from "./interval.js";
import { l1Ball, signedStick } from "./l1-ball.js";
import { lowerCholesky, lowerCholeskyBijector } from "./lower-cholesky.js";
import { ordered, orderedVector, positiveOrdered, positiveOrderedVector } from "./ordered.js";
import { identity, real, realVector } from "./real.js";
import { simplex, stickBreaking } from "./simplex.js";
import { softplus, softplusPositive } from "./softplus-positive.js";
import { normalise, sphere } from "./sphere.js";
import { zeroSum } from "./zero-sum.js";

export type { Bijector, Constraint } from "./constraint.js";
export { compose } from "./compose.js";
export { biject, membership } from "./constraint.js";

/** Sets of values: the supports of distributions and the domains of parameters. */
export const constraints = {
  boolean,
  circular,
  corrCholesky,
  corrMatrix,
  greaterThan,
  greaterThanEqual,
  independent,
  integerInterval,
  interval,
  l1Ball,
  lessThan,
  lessThanEqual,
  lowerCholesky,
  multinomial,
  nonnegative,
  nonnegativeInteger,
  oneHot,
  orderedVector,
  positive,
  positiveDefinite,
  positiveInteger,
  positiveOrderedVector,
  real,
  realVector,
  simplex,
  softplusPositive,
  sphere,
  unitInterval,
  zeroSum,
};

/** Smooth maps from unconstrained numbers onto constrained values; `bijectors.biject(constraint)` chooses one. */
export const bijectors = {
  biject,
  compose,
  corrCholesky: corrCholeskyBijector,
  corrMatrix: corrMatrixBijector,
  elementwise,
  exp,
  identity,
  independent: independentBijector,
  lowerCholesky: lowerCholeskyBijector,
  normalise,
  ordered,
  positiveDefinite: positiveDefiniteBijector,
  positiveOrdered,
  sigmoid,
  signedStick,
  softplus,
  stickBreaking,
};
