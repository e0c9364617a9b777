// What a distribution made from another one keeps of it: support, moments, cdf, draws. Each kind overrides what it changes.
import type { Constraint } from "../bijectors/index.js";
import type { Shape, Tensor, TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";

export abstract class OfBase extends Distribution {
  abstract readonly base: Distribution;

  get support(): Constraint {
    return this.base.support;
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
    return this.base.entropy();
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
    return this.base.logProbWithin(x);
  }
}
