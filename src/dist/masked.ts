// A distribution whose log density counts only where a mask is true; draws, moments and support are unchanged.
import { membership, type Constraint } from "../bijectors/index.js";
import { broadcastShapes, np, Tensor, type Shape, type TensorLike } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { OfBase } from "./of-base.js";

export class Masked extends OfBase {
  readonly maskValue: Tensor;
  override readonly hasEnumerateSupport: boolean;

  constructor(
    readonly base: Distribution,
    mask: TensorLike,
  ) {
    const value = mask instanceof Tensor && mask.dtype === "bool" ? mask : np.array(mask, { dtype: "bool" });
    const batch = broadcastShapes(`${base.name}.mask`, base.batchShape, value.shape);
    super(base.name, batch, base.eventShape);
    this.base = base.expand(batch);
    this.maskValue = value;
    this.hasEnumerateSupport = this.base.hasEnumerateSupport;
  }

  override enumerateSupport(options: { expand?: boolean } = {}): Tensor {
    return this.base.enumerateSupport(options);
  }

  /** Values under a false mask may be anything, so only the others are tested. */
  override get support(): Constraint {
    const { support } = this.base;
    const { maskValue } = this;
    return {
      ...support,
      element: undefined,
      check: membership((x) => np.logicalOr(support.check(x), np.logicalNot(maskValue))),
    };
  }

  protected override logDensity(x: Tensor): Tensor {
    return np.where(this.maskValue, this.base.logProbWithin(x), 0);
  }

  protected withBatch(shape: Shape): Distribution {
    return new Masked(this.base.expand(shape), this.maskValue);
  }
}
