// One site written in both arms of an `if`: the distribution of the arm whose test holds.
import type { Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, type Shape, type Tensor } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";

/** The first distribution where its test holds, else the second. */
export class Choice extends Distribution {
  readonly support: Constraint;
  readonly hasRsample: boolean;

  constructor(
    private readonly test: Tensor,
    private readonly yes: Distribution,
    private readonly no: Distribution,
  ) {
    const batch = broadcastShapes("Choice", test.shape, yes.batchShape, no.batchShape);
    super(`${yes.name} or ${no.name}`, batch, yes.eventShape);
    this.support = yes.support;
    this.hasRsample = yes.hasRsample && no.hasRsample;
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const wide = this.test.reshape([...this.test.shape, ...this.eventShape.map(() => 1)]);
    const of = (d: Distribution): Tensor => d.expand(shape).sample(key);
    return np.where(wide, of(this.yes), of(this.no));
  }

  protected logDensity(x: Tensor): Tensor {
    return np.where(this.test, this.yes.logProbWithin(x), this.no.logProbWithin(x));
  }

  protected withBatch(shape: Shape): Distribution {
    return new Choice(np.broadcastTo(this.test, shape), this.yes.expand(shape), this.no.expand(shape));
  }
}
