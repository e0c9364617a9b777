// A program whose coordinates, log density and gradient lie in arrays of its own in; a gradient as one short call out.
import { copyVector } from "../hmc/density.js";
import type { Built } from "./built.js";
import type { Floats } from "./one-view.js";

/**
 * Small densities take as long as looking after a call does, so nothing is looked up here: `run` is the compiled function
 * itself. Whoever binds new data makes it anew.
 */
export class DirectCall {
  private constructor(
    readonly dim: number,
    private readonly q: Floats,
    private readonly run: () => void,
    private readonly value: Floats,
    private readonly gradient: Floats,
  ) {}

  /** Null where the arrays do not lie side by side, or where the program runs eagerly. */
  static of({ program, sites, q, value, gradient }: Built): DirectCall | null {
    const run = program.direct?.();
    return run && q && value && gradient ? new DirectCall(sites.dim, q, run, value, gradient) : null;
  }

  /** Both arrays have `dim` numbers. */
  gradientAt(q: ArrayLike<number>, out: Float64Array): number {
    const { dim, q: to, run, gradient } = this;
    copyVector(q, to, dim);
    run();
    copyVector(gradient, out, dim);
    return this.value[0];
  }
}
