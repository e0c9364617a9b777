// A distribution whose shapes and support are known before its parameters: sites of a loop whose steps wait for each other.
import type { Constraint } from "../bijectors/index.js";
import type { Shape, Tensor } from "../tensor/index.js";
import { Distribution, type Key } from "./distribution.js";

/** Stands for `base()` in a message until the loop has run. */
export class Deferred extends Distribution {
  readonly support: Constraint;
  readonly hasRsample: boolean;
  private found: Distribution | null = null;

  /** As one step's distribution, with the loop's axes in front of its batch. */
  constructor(like: Distribution, lead: Shape) {
    super(like.name, [...lead, ...like.batchShape], like.eventShape);
    this.support = like.support;
    this.hasRsample = like.hasRsample;
  }

  /** Says what it stands for. */
  resolve(base: Distribution): void {
    this.found = base;
  }

  /** What it stands for; throws before that is known. */
  get base(): Distribution {
    if (this.found) return this.found;
    throw new Error(
      `${this.name}: the parameters of this site are known only after its loop has run, because its steps depend on each other. ` +
        "Handlers that rewrite a site before it has a value (reparam, do_) cannot be used on it; write the site outside of the loop.",
    );
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

  protected draw(key: Key, shape: Shape): Tensor {
    return this.base.sample(key, shape.slice(0, shape.length - this.batchShape.length));
  }

  protected logDensity(x: Tensor): Tensor {
    return this.base.logProbWithin(x);
  }

  protected withBatch(shape: Shape): Distribution {
    return this.base.expand(shape);
  }
}
