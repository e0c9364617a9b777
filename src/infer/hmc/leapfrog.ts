// A point of phase space and a step size in, the point one leapfrog step later out (in place).
import type { Density, PhasePoint } from "./density.js";
import type { Metric } from "./metric.js";

/** The leapfrog integrator; a negative step goes back in time. Allocates nothing. */
export class Leapfrog {
  private readonly v: Float64Array;

  constructor(
    private readonly density: Density,
    readonly metric: Metric,
  ) {
    this.v = new Float64Array(density.dim);
  }

  step(z: PhasePoint, epsilon: number): void {
    const { q, p, g } = z;
    const { v } = this;
    const half = 0.5 * epsilon;
    for (let i = 0; i < p.length; i++) p[i] += half * g[i];
    this.metric.velocity(p, v);
    for (let i = 0; i < q.length; i++) q[i] += epsilon * v[i];
    z.logp = this.density.logDensityGradient(q, g);
    for (let i = 0; i < p.length; i++) p[i] += half * g[i];
  }

  /** Total energy, in nats; infinite where the density is not a number or is infinite. */
  energy(z: PhasePoint): number {
    const h = this.metric.kinetic(z.p) - z.logp;
    return h > -Infinity ? h : Infinity;
  }
}
