// FoldedDistribution(base): the absolute value of a draw of the base.
import { constraints } from "../bijectors/index.js";
import { np, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";

export class Folded extends Distribution {
  readonly support = constraints.nonnegative;

  constructor(readonly base: Distribution) {
    super(`Folded(${base.name})`, base.batchShape, []);
  }

  get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  protected draw(key: Key, shape: Shape): Tensor {
    return np.abs(this.base.expand(shape).sample(key));
  }

  protected logDensity(x: Tensor): Tensor {
    return np.special.logaddexp(this.base.logProbWithin(x), this.base.logProbWithin(x.neg()));
  }

  override cdf(x: TensorLike): Tensor {
    const value = this.valueOf(x);
    return this.base.cdf(value).sub(this.base.cdf(value.neg()));
  }

  protected withBatch(shape: Shape): Distribution {
    return new Folded(this.base.expand(shape));
  }
}

/** FoldedDistribution(base): the absolute value of a draw of the base, a distribution of real numbers. */
export function FoldedDistribution(base: Distribution): Distribution {
  if (!(base instanceof Distribution) || base.eventDim > 0 || base.support.name !== "real")
    throw new TypeError(
      "FoldedDistribution: the base must be a distribution of single real numbers, such as dist.Normal(1, 2).",
    );
  return new Folded(base);
}
