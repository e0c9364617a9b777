// SineSkewed(base, skewness): a distribution of angles with more on one side of its mean, its normaliser unchanged.
import { constraints } from "../bijectors/index.js";
import { broadcastShapes, np, random, Tensor, type Shape, type TensorLike } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";
import { showShape, stretch } from "./shapes.js";
import { firstViolation, isCheckable } from "./validation.js";

const wrapped = (x: Tensor): Tensor => np.mod(x.add(Math.PI), 2 * Math.PI).sub(Math.PI);

export class Skewed extends Distribution {
  readonly support = constraints.independent(constraints.circular, 1);
  /** A draw is reflected where a coin says so. */
  readonly hasRsample = false;

  constructor(
    readonly base: Distribution,
    readonly skewness: Tensor,
  ) {
    super("SineSkewed", base.batchShape, base.eventShape);
  }

  override get mean(): Tensor {
    return this.base.mean;
  }

  private tilt(x: Tensor): Tensor {
    return np.sum(this.skewness.mul(np.sin(x.sub(this.base.mean))), -1);
  }

  // With probability (1 + tilt) / 2 the draw stays, else it is reflected at the mean.
  protected draw(key: Key, shape: Shape): Tensor {
    const keys = random.split(key, 2);
    const y = this.base.expand(shape).sample(keys.at(0));
    const stays = random.uniform(keys.at(1), shape).mul(2).le(this.tilt(y).add(1));
    return wrapped(np.where(np.expandDims(stays, -1), y, this.base.mean.mul(2).sub(y)));
  }

  protected logDensity(x: Tensor): Tensor {
    return this.base.logProbWithin(x).add(np.log1p(this.tilt(x)));
  }

  protected withBatch(shape: Shape): Distribution {
    return new Skewed(this.base.expand(shape), this.skewness);
  }
}

/** SineSkewed(base, skewness): angles of the base, with event shape [d], tilted by 1 + sum of skewness sin(x - mean); the |skewness| sum to 1 at most. */
export function SineSkewed(base: Distribution, skewness: TensorLike): Distribution {
  if (!(base instanceof Distribution) || base.eventDim !== 1)
    throw new TypeError(
      "SineSkewed: the base must be a distribution of vectors of angles, such as dist.VonMises(0, 2).expand([1]).toEvent(1).",
    );
  const given = skewness instanceof Tensor ? skewness : np.array(skewness, { dtype: "f64" });
  if (given.shape.at(-1) !== base.eventShape[0])
    throw new Error(
      `SineSkewed: skewness of shape ${showShape(given.shape)} needs one weight per angle of the base, whose event shape is ${showShape(base.eventShape)}.`,
    );
  const bad = isCheckable(given) ? firstViolation(given, constraints.l1Ball) : null;
  if (bad !== null)
    throw new RangeError(`SineSkewed: the absolute values of skewness ${bad} must not sum to more than 1.`);
  const batch = broadcastShapes("SineSkewed", base.batchShape, given.shape.slice(0, -1));
  return new Skewed(base.expand(batch), stretch(given, [...batch, given.shape.at(-1)!]));
}
