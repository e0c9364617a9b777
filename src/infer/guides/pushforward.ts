// A distribution over unconstrained coordinates and a bijector in; the distribution of the constrained value out.
import type { Bijector, Constraint } from "../../bijectors/index.js";
import { dist, Distribution, everyReal, type Key } from "../../dist/index.js";
import type { Shape, Tensor } from "../../tensor/index.js";

export interface UnconstrainedBase {
  /** A draw of the coordinates for sample axes ++ batch axes `shape` (their full shape is given too). */
  draw(key: Key, full: Shape): Tensor;
  /** The log density of the value y = bijector(x), summed over the event, Jacobian included if it has one. */
  logDensity(x: Tensor, y: Tensor): Tensor;
  /** Where the coordinates are independent normals. */
  readonly normal?: { readonly loc: Tensor; readonly scale: Tensor };
}

/** What guides put in place of a latent site's prior; its support is the prior's, so replaying its draws needs no check. */
export class Pushforward extends Distribution {
  readonly hasRsample = true;
  /** The coordinates behind each draw, so that scoring a draw inverts nothing. */
  private readonly preimages = new WeakMap<Tensor, Tensor>();

  constructor(
    readonly support: Constraint,
    private readonly bijector: Bijector,
    private readonly base: UnconstrainedBase,
    batchShape: Shape,
    eventShape: Shape,
  ) {
    super("Pushforward", batchShape, eventShape);
  }

  /** The same distribution as one of the families, or null: its divergence from a prior may be known. */
  get closedForm(): Distribution | null {
    const { normal } = this.base;
    if (!normal) return null;
    const { loc, scale } = normal;
    if (everyReal(this.support)) return dist.Normal(loc, scale).toEvent(this.eventDim);
    if (/^(positive|independent\(positive, \d+\))$/.test(this.support.name))
      return dist.LogNormal(loc, scale).toEvent(this.eventDim);
    return null;
  }

  protected draw(key: Key, shape: Shape): Tensor {
    const x = this.base.draw(key, this.bijector.inverseShape([...shape, ...this.eventShape]));
    const y = this.bijector.forward(x);
    this.preimages.set(y, x);
    return y;
  }

  protected logDensity(y: Tensor): Tensor {
    return this.base.logDensity(this.preimages.get(y) ?? this.bijector.inverse(y), y);
  }

  protected withBatch(shape: Shape): Distribution {
    if (shape.join() === this.batchShape.join()) return this;
    throw new Error(
      `Pushforward.expand: a guide's distribution has the batch shape [${this.batchShape.join(", ")}] of its site; it cannot become [${shape.join(", ")}].`,
    );
  }
}
