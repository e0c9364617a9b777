// Delta(v, logDensity, eventDim): all mass at v, where the log density is the given number.
import { constraints, type Constraint } from "../bijectors/index.js";
import { np, Tensor, type Shape, type TensorLike } from "../tensor/index.js";
import { Distribution } from "./distribution.js";
import { stretch } from "./shapes.js";

export class DeltaDistribution extends Distribution {
  readonly hasRsample = true;

  constructor(
    readonly v: Tensor,
    readonly logDensityValue: Tensor,
    eventDim: number,
    batchShape: Shape,
  ) {
    super("Delta", batchShape, v.shape.slice(v.ndim - eventDim));
  }

  get support(): Constraint {
    return constraints.independent(constraints.real, this.eventDim);
  }

  override get mean(): Tensor {
    return stretch(this.v, [...this.batchShape, ...this.eventShape]);
  }

  override get variance(): Tensor {
    return np.zeros([...this.batchShape, ...this.eventShape]);
  }

  override entropy(): Tensor {
    return stretch(this.logDensityValue.neg(), this.batchShape);
  }

  protected draw(_key: Tensor, shape: Shape): Tensor {
    return stretch(this.v, [...shape, ...this.eventShape]);
  }

  // A value that is the point itself (a guide's own draw) needs no comparison.
  protected logDensity(x: Tensor): Tensor {
    if (x === this.v) return this.logDensityValue;
    const equal = x.eq(this.v);
    const all =
      this.eventDim === 0
        ? equal
        : np.all(
            equal,
            this.eventShape.map((_, i) => -1 - i),
          );
    return np.where(all, this.logDensityValue, -Infinity);
  }

  protected withBatch(shape: Shape): Distribution {
    return new DeltaDistribution(this.v, this.logDensityValue, this.eventDim, shape);
  }
}

/** A point mass; `eventDim` of v's last axes make one event. Also as { v, logDensity, eventDim }. */
export function Delta(
  v:
    TensorLike | { readonly v: TensorLike; readonly logDensity?: TensorLike; readonly eventDim?: number } = 0,
  logDensity: TensorLike = 0,
  eventDim = 0,
): DeltaDistribution {
  if (typeof v === "object" && !(v instanceof Tensor) && "v" in v)
    return Delta(v.v, v.logDensity, v.eventDim);
  const point = np.array(v as TensorLike);
  if (!Number.isInteger(eventDim) || eventDim < 0 || eventDim > point.ndim)
    throw new RangeError(
      `Delta: eventDim ${eventDim} does not fit a point of shape [${point.shape.join(", ")}].`,
    );
  return new DeltaDistribution(
    point,
    np.array(logDensity),
    eventDim,
    point.shape.slice(0, point.ndim - eventDim),
  );
}
