// A point in, the end of a trajectory of fixed length out, accepted by Metropolis' rule (Neal 2011, section 5.3.2.1).
import { copyPoint, phasePoint, type Density, type PhasePoint } from "./density.js";
import { Leapfrog } from "./leapfrog.js";
import type { Metric } from "./metric.js";
import type { RandomStream } from "./philox.js";
import { MAX_ENERGY_ERROR, type Transition, type TransitionStats } from "./transition.js";
import { numbers } from "../../tensor/index.js";

/** How long trajectories are: a time, from which the number of steps follows, or a number of steps. */
export interface TrajectoryLength {
  readonly trajectoryLength: number;
  readonly numSteps: number | null;
}

export class StaticHMC implements Transition {
  private readonly leapfrog: Leapfrog;
  private readonly proposal: PhasePoint;

  constructor(
    density: Density,
    metric: Metric,
    private readonly length: TrajectoryLength,
  ) {
    this.leapfrog = new Leapfrog(density, metric);
    this.proposal = phasePoint(density.dim);
  }

  step(z: PhasePoint, stepSize: number, rng: RandomStream, stats: TransitionStats): void {
    const { leapfrog, proposal } = this;
    const { trajectoryLength, numSteps } = this.length;
    const steps = numSteps ?? Math.max(1, Math.min(MAX_STEPS, Math.floor(trajectoryLength / stepSize)));
    leapfrog.metric.momentum(rng, z.p);
    const before = leapfrog.energy(z);
    copyPoint(z, proposal);
    stats.divergent = false;
    stats.leapfrogs = 0;
    let after = before;
    while (stats.leapfrogs < steps && !stats.divergent) {
      leapfrog.step(proposal, stepSize);
      stats.leapfrogs++;
      after = leapfrog.energy(proposal);
      stats.divergent = !(after - before <= MAX_ENERGY_ERROR);
    }
    const acceptance = stats.divergent ? 0 : Math.min(1, numbers.exp(before - after));
    const accept = rng.uniform() < acceptance;
    if (accept) copyPoint(proposal, z);
    stats.acceptance = acceptance;
    stats.energy = accept ? after : before;
    stats.treeDepth = 0;
  }
}

/** A step size that has collapsed must not stall the chain. */
const MAX_STEPS = 1 << 14;
