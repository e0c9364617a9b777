// GaussianStateSpace(numSteps, transitionMatrix, { scaleTril | ..., initialValue }): states of a linear Gaussian recurrence.
import { constraints } from "../bijectors/index.js";
import { broadcastShapes, np, random, type Tensor, type TensorLike } from "../tensor/index.js";
import { type Family, family, type FamilyDistribution } from "./family.js";
import { scaleTrilOf } from "./multivariate-normal.js";
import { stretch } from "./shapes.js";
import { LOG_SQRT_2PI } from "./standardise.js";
import { applyMatrix, solveLower } from "./triangular.js";

type Required = "transitionMatrix" | "initialValue";
type Scale = "covarianceMatrix" | "precisionMatrix" | "scaleTril";

const sideOf = (p: { readonly transitionMatrix: Tensor }): number => p.transitionMatrix.shape.at(-1)!;

/** A matrix that acts on all steps: an axis for them goes before its own two. */
const overSteps = (a: Tensor): Tensor => (a.ndim === 2 ? a : np.expandDims(a, -3));

function ofLength(steps: number): Family<Required, Scale> {
  /** z, A z, ... with what `next` makes of each, along a new axis before those of z. */
  const stepwise = (start: Tensor, next: (state: Tensor) => Tensor): Tensor =>
    np.scan(
      (state: Tensor, _: Tensor) => [next(state), next(state)] as [Tensor, Tensor],
      start,
      np.arange(steps),
    )[1];

  return family("GaussianStateSpace", {
    parameters: {
      transitionMatrix: { constraint: constraints.independent(constraints.real, 2) },
      initialValue: { constraint: constraints.realVector, default: 0 },
    },
    oneOf: {
      covarianceMatrix: { constraint: constraints.positiveDefinite },
      precisionMatrix: { constraint: constraints.positiveDefinite },
      scaleTril: { constraint: constraints.lowerCholesky },
    },
    hasRsample: true,
    eventShape: (p) => [steps, sideOf(p)],
    check(p) {
      const [rows, d] = p.transitionMatrix.shape.slice(-2);
      const given = (p.covarianceMatrix ?? p.precisionMatrix ?? p.scaleTril)!;
      const side = given.shape.at(-1)!;
      const start = p.initialValue.shape.at(-1) ?? 1;
      if (rows !== d || side !== d || (start !== d && start !== 1))
        throw new Error(
          `GaussianStateSpace: transitionMatrix is ${rows} by ${d}, the covariance of side ${side}, initialValue of length ${start}; they must agree.`,
        );
    },
    support: () => constraints.independent(constraints.real, 2),
    draw(p, key, shape) {
      const d = sideOf(p);
      const noise = applyMatrix(overSteps(scaleTrilOf(p)), random.normal(key, [...shape, steps, d]));
      const start = stretch(p.initialValue, [...shape, d]);
      const advance = (state: Tensor, shock: Tensor): [Tensor, Tensor] => {
        const next = applyMatrix(p.transitionMatrix, state).add(shock);
        return [next, next];
      };
      return np.moveaxis(np.scan(advance, start, np.moveaxis(noise, -2, 0))[1], 0, -2);
    },
    logDensity(p, x) {
      const d = sideOf(p);
      const lead = broadcastShapes(
        "GaussianStateSpace",
        x.shape.slice(0, -2),
        p.initialValue.shape.slice(0, -1),
      );
      const path = stretch(x, [...lead, steps, d]);
      const before = path.slice(...lead.map(() => null), [0, steps - 1]);
      const start = stretch(np.expandDims(stretch(p.initialValue, [...lead, d]), -2), [...lead, 1, d]);
      const states = np.concatenate([start, before], -2);
      const factor = scaleTrilOf(p);
      const shocks = path.sub(applyMatrix(overSteps(p.transitionMatrix), states));
      const z = solveLower(overSteps(factor), shocks);
      const size = np.sum(np.log(np.diagonal(factor, 0, -2, -1)), -1);
      return np
        .sum(np.square(z), [-1, -2])
        .mul(-0.5)
        .sub(size.add(d * LOG_SQRT_2PI).mul(steps));
    },
    mean(p) {
      const start = stretch(p.initialValue, [...p.initialValue.shape.slice(0, -1), sideOf(p)]);
      return np.moveaxis(
        stepwise(start, (state) => applyMatrix(p.transitionMatrix, state)),
        0,
        -2,
      );
    },
    // Shocks of all steps so far, each carried on by powers of the transition.
    variance(p) {
      const factor = scaleTrilOf(p);
      const later = stepwise(factor, (state) => np.matmul(p.transitionMatrix, state));
      const all = np.concatenate([np.expandDims(factor, 0), later.slice([0, steps - 1])], 0);
      return np.moveaxis(np.cumsum(np.sum(np.square(all), -1), 0), 0, -2);
    },
  });
}

/** The parameters of GaussianStateSpace besides the number of steps; exactly one of the matrices of the shocks. */
export interface StateSpaceParameters {
  readonly transitionMatrix?: TensorLike;
  readonly initialValue?: TensorLike;
  readonly covarianceMatrix?: TensorLike;
  readonly precisionMatrix?: TensorLike;
  readonly scaleTril?: TensorLike;
}

/** States z_t = A z_(t-1) + Normal(0, L L') for t = 1, ..., numSteps, a plain number; also with every parameter by name. */
export function GaussianStateSpace(
  numSteps: number | (StateSpaceParameters & { readonly numSteps: number }),
  ...rest: readonly (TensorLike | StateSpaceParameters)[]
): FamilyDistribution<Required, Scale> {
  if (typeof numSteps === "object") {
    const { numSteps: steps, ...named } = numSteps;
    return GaussianStateSpace(steps, named);
  }
  if (!Number.isInteger(numSteps) || numSteps < 1)
    throw new RangeError(`GaussianStateSpace: numSteps must be a whole number, 1 or more, got ${numSteps}.`);
  return (ofLength(numSteps) as (...args: unknown[]) => FamilyDistribution<Required, Scale>)(...rest);
}
