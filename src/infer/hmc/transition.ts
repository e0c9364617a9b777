// What one iteration of a sampler does: moves a point in place, and reports how it went.
import type { PhasePoint } from "./density.js";
import type { RandomStream } from "./philox.js";

/** How an iteration went. The object is reused: read it before the next iteration. */
export interface TransitionStats {
  /** Mean acceptance probability over the trajectory, in [0, 1]. */
  acceptance: number;
  /** Doublings of the trajectory (0 for static HMC). */
  treeDepth: number;
  leapfrogs: number;
  /** Whether the energy error passed 1000 nats or stopped being a number. */
  divergent: boolean;
  /** Total energy of the point chosen, in nats. */
  energy: number;
}

export const transitionStats = (): TransitionStats => ({
  acceptance: 0,
  treeDepth: 0,
  leapfrogs: 0,
  divergent: false,
  energy: NaN,
});

/** A Markov transition that leaves the density invariant for any step size. Step size and metric are inputs, not state. */
export interface Transition {
  step(z: PhasePoint, stepSize: number, rng: RandomStream, stats: TransitionStats): void;
}

/** Energy errors above this many nats are divergences (Betancourt 2017, section 6.2; Stan's value). */
export const MAX_ENERGY_ERROR = 1000;
