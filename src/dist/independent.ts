// A distribution whose last n batch axes are read as part of the event: the log density sums over them.
import { constraints, type Constraint } from "../bijectors/index.js";
import { np, type Shape, type Tensor } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { OfBase } from "./of-base.js";

export class Independent extends OfBase {
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

  override get support(): Constraint {
    return constraints.independent(this.base.support, this.reinterpreted);
  }

  override entropy(): Tensor {
    return this.folded(this.base.entropy());
  }

  protected override logDensity(x: Tensor): Tensor {
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
