// The names that a handler was given values for in; after the run, an error for those that no statement had, out.
import { nearestName } from "../tensor/index.js";

/** Watches one run of a function under a handler that was told values by name. */
export class ExpectedSites {
  private readonly met = new Set<string>();

  /** `strict`: every name must be met. Otherwise only what looks like another site's name misspelt is an error. */
  constructor(
    private readonly handler: string,
    private readonly given: unknown,
    private readonly strict: boolean,
  ) {}

  meet(name: string): void {
    this.met.add(name);
  }

  /** Throws for values that went nowhere. */
  check(): void {
    if (typeof this.given !== "object" || this.given === null) return;
    const names = Object.keys(this.given);
    for (const name of names) {
      if (this.met.has(name)) continue;
      const others = [...this.met].filter((site) => !names.includes(site));
      const meant = nearestName(name, others);
      if (!this.strict && meant === null) continue;
      const sites = [...this.met].map((site) => `"${site}"`).join(", ") || "none";
      throw new Error(
        `handlers.${this.handler}: the function has no site "${name}"; its sites are ${sites}.` +
          (meant === null ? " Correct the name, or leave it out." : ` Did you mean "${meant}"?`),
      );
    }
  }
}
