// A distribution whose last n batch axes are read as part of the event: the log density sums over them.
import { constraints, type Constraint } from "../bijectors/index.js";
import { np, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";

export class Independent extends Distribution {
  constructor(
    readonly base: Distribution,
    readonly reinterpreted: number,
  ) {
    const split = base.batchShape.length - reinterpreted;
    super(`Independent(${base.name})`, base.batchShape.slice(0, split), [
      ...base.batchShape.slice(split),
      ...base.eventShape,
    ]);
  }

  get support(): Constraint {
    return constraints.independent(this.base.support, this.reinterpreted);
  }

  get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  override get mean(): Tensor {
    return this.base.mean;
  }

  override get variance(): Tensor {
    return this.base.variance;
  }

  override entropy(): Tensor {
    return this.folded(this.base.entropy());
  }

  override cdf(x: TensorLike): Tensor {
    return this.base.cdf(x);
  }

  override icdf(q: TensorLike): Tensor {
    return this.base.icdf(q);
  }

  // The base draws over its whole batch; the axes that `shape` adds in front are sample axes to it.
  protected draw(key: Key, shape: Shape): Tensor {
    return this.base.sample(key, shape.slice(0, shape.length - this.batchShape.length));
  }

  protected logDensity(x: Tensor): Tensor {
    return this.folded(this.base.logProbWithin(x));
  }

  protected withBatch(shape: Shape): Distribution {
    const inner = this.base.batchShape.slice(this.batchShape.length);
    return new Independent(this.base.expand([...shape, ...inner]), this.reinterpreted);
  }

  private folded(x: Tensor): Tensor {
    return np.sum(
      x,
      Array.from({ length: this.reinterpreted }, (_, i) => -1 - i),
    );
  }
}
