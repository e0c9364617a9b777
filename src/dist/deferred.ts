// A distribution whose shapes and support are known before its parameters: sites of a loop whose steps wait for each other.
import type { Constraint } from "../bijectors/index.js";
import type { Shape } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { OfBase } from "./of-base.js";

/** Stands for `base()` in a message until the loop has run. */
export class Deferred extends OfBase {
  private found: Distribution | null = null;
  override readonly hasEnumerateSupport: boolean;

  /** As one step's distribution, with the loop's axes in front of its batch. */
  constructor(
    private readonly like: Distribution,
    lead: Shape,
  ) {
    super(like.name, [...lead, ...like.batchShape], like.eventShape);
    this.hasEnumerateSupport = like.hasEnumerateSupport;
  }

  override get support(): Constraint {
    return this.like.support;
  }

  override get hasRsample(): boolean {
    return this.like.hasRsample;
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

  protected withBatch(shape: Shape): Distribution {
    return this.base.expand(shape);
  }
}
