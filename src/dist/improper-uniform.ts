// ImproperUniform(constraint, batchShape, eventShape): log density zero everywhere on a set that may have infinite volume.
import { constraints, type Constraint } from "../bijectors/index.js";
import { np, type Shape, type Tensor } from "../tensor/index.js";
import { Distribution } from "./distribution.js";

export class ImproperUniformDistribution extends Distribution {
  readonly hasRsample = false;

  constructor(
    readonly support: Constraint,
    batchShape: Shape,
    eventShape: Shape,
  ) {
    super("ImproperUniform", batchShape, eventShape);
  }

  protected draw(): Tensor {
    throw new Error(
      `ImproperUniform(${this.support.name}) cannot be sampled: it has no total mass. Substitute a value, or give the site a proper prior.`,
    );
  }

  protected logDensity(x: Tensor): Tensor {
    return np.zeros(x.shape.slice(0, x.ndim - this.eventDim));
  }

  protected withBatch(shape: Shape): Distribution {
    return new ImproperUniformDistribution(this.support, shape, this.eventShape);
  }
}

/** The event shape has at least as many axes as the constraint's members; the further ones are independent. */
export function ImproperUniform(
  support: Constraint,
  batchShape: Shape = [],
  eventShape: Shape = [],
): ImproperUniformDistribution {
  if (eventShape.length < support.eventDim)
    throw new Error(
      `ImproperUniform: members of ${support.name} have ${support.eventDim} axes, the event shape [${eventShape.join(", ")}] has fewer.`,
    );
  return new ImproperUniformDistribution(independentOf(support, eventShape), batchShape, eventShape);
}

const independentOf = (support: Constraint, eventShape: Shape): Constraint =>
  constraints.independent(support, eventShape.length - support.eventDim);
