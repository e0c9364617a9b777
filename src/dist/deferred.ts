// A distribution whose shapes and support are known before its parameters: sites of a loop whose steps wait for each other.
import type { Constraint } from "../bijectors/index.js";
import type { Shape } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { OfBase } from "./of-base.js";

/** The loop of a site. */
export interface LoopOfSites {
  /** Whether the site has a density for each combination of values of summed sites, those that `claimed` says yes to. */
  dependsOn(site: string, claimed: (name: string) => boolean): boolean;
  /** The shapes of what it carries. */
  readonly carries: readonly Shape[];
}

/** Stands for `base()` in a message until the loop has run. */
export class Deferred extends OfBase {
  private found: Distribution | null = null;
  override readonly hasEnumerateSupport: boolean;

  /** As one step's distribution, with the loop's axes in front of its batch. */
  constructor(
    readonly like: Distribution,
    lead: Shape,
    /** Where the loop can be summed over, step by step. */
    readonly loop: LoopOfSites | null = null,
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

  get isResolved(): boolean {
    return this.found !== null;
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
