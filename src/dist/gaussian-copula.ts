// GaussianCopula(marginal, { correlationMatrix | correlationCholesky }): vectors of one marginal law, dependent as a Gaussian's elements are.
import { constraints, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Beta } from "./beta.js";
import { Distribution, type Key } from "./distribution.js";
import { MultivariateNormal } from "./multivariate-normal.js";
import { showShape, stretch } from "./shapes.js";
import { LOG_SQRT_2PI } from "./standardise.js";
import { logCdf, logSurvival } from "./tails.js";

const { ndtr, ndtri } = np.special;

/** Either matrix of the copula. */
export interface Correlation {
  readonly correlationMatrix?: TensorLike;
  readonly correlationCholesky?: TensorLike;
}

/** The least probability whose normal quantile is taken: beyond it lie the ends of the support. */
const LEAST = 2 ** -1022;

export class Copula extends Distribution {
  /** Quantiles of the marginal need not be differentiable. */
  readonly hasRsample = false;

  constructor(
    name: string,
    readonly marginal: Distribution,
    readonly gaussian: Distribution,
  ) {
    super(name, gaussian.batchShape, gaussian.eventShape);
  }

  get support(): Constraint {
    return constraints.independent(this.marginal.support, 1);
  }

  override get mean(): Tensor {
    return stretch(this.marginal.mean, [...this.batchShape, ...this.eventShape]);
  }

  override get variance(): Tensor {
    return stretch(this.marginal.variance, [...this.batchShape, ...this.eventShape]);
  }

  protected draw(key: Key, shape: Shape): Tensor {
    return this.marginal.icdf(ndtr(this.gaussian.expand(shape).sample(key)));
  }

  // The density of the Gaussian at the quantiles over that of independent normals, from whichever tail is the smaller.
  protected logDensity(x: Tensor): Tensor {
    const [below, above] = [logCdf(this.marginal, x), logSurvival(this.marginal, x)];
    const lower = below.lt(above);
    const tail = np.maximum(np.exp(np.where(lower, below, above)), LEAST);
    const quantile = ndtri(tail);
    // Tails are taken of the parameters as they are, in double; the rest is in the values' precision.
    const z = np.array(np.where(lower, quantile, quantile.neg()), { dtype: x.dtype as "f64" });
    const independent = np
      .sum(np.square(z), -1)
      .mul(0.5)
      .add(this.eventShape[0]! * LOG_SQRT_2PI);
    return this.gaussian
      .logProbWithin(z)
      .add(independent)
      .add(np.sum(this.marginal.logProbWithin(x), -1));
  }

  protected withBatch(shape: Shape): Distribution {
    return new Copula(this.name, this.marginal, this.gaussian.expand(shape));
  }
}

function copula(name: string, marginal: Distribution, given: Correlation): Distribution {
  const { correlationMatrix, correlationCholesky } = given;
  if ((correlationMatrix === undefined) === (correlationCholesky === undefined))
    throw new Error(`${name}: give exactly one of correlationMatrix, correlationCholesky.`);
  const gaussian =
    correlationMatrix === undefined
      ? MultivariateNormal({ scaleTril: correlationCholesky })
      : MultivariateNormal({ covarianceMatrix: correlationMatrix });
  const n = gaussian.eventShape[0]!;
  const last = marginal.batchShape.at(-1) ?? 1;
  if (last !== n && last !== 1)
    throw new Error(
      `${name}: the last batch axis of the marginal, of shape ${showShape(marginal.batchShape)}, must be the ${n} of the correlations, or 1.`,
    );
  const batch = broadcastShapes(name, marginal.batchShape.slice(0, -1), gaussian.batchShape);
  return new Copula(name, marginal, gaussian.expand(batch));
}

/** GaussianCopula(marginal, { correlationMatrix | correlationCholesky }): the marginal's last batch axis, if it has one, becomes the event. */
export function GaussianCopula(marginal: Distribution, correlation: Correlation): Distribution {
  if (!(marginal instanceof Distribution) || marginal.eventDim > 0 || marginal.isDiscrete)
    throw new TypeError(
      "GaussianCopula: the marginal must be a distribution of single real numbers, such as dist.Gamma(2, 1).",
    );
  return copula("GaussianCopula", marginal, correlation);
}

/** GaussianCopulaBeta({ concentration1, concentration0, correlationMatrix | correlationCholesky }): dependent numbers in [0, 1]. */
export function GaussianCopulaBeta(
  parameters: Correlation & { readonly concentration1: TensorLike; readonly concentration0: TensorLike },
): Distribution {
  const { concentration1, concentration0, ...correlation } = parameters;
  return copula("GaussianCopulaBeta", Beta(concentration1, concentration0), correlation);
}
