// A density, a transition and a starting point in; a chain whose sampler runs in JavaScript out.
import type { Adaptation } from "../hmc/adaptation.js";
import { copyPoint, phasePoint, type PhasePoint } from "../hmc/density.js";
import type { RandomStream } from "../hmc/philox.js";
import { transitionStats, type Transition } from "../hmc/transition.js";
import { iterationsOf, noCounts, type Chain, type ChainPart, type ChainPlan } from "./chain.js";
import { restoreState, saveState, type StateWalk, type Stateful } from "./state.js";

export class StepsChain implements Chain, Stateful {
  iteration = 0;
  private started = false;
  private readonly z: PhasePoint;
  private readonly how = transitionStats();

  constructor(
    private readonly transition: Transition,
    private readonly adaptation: Adaptation,
    start: Pick<PhasePoint, "q" | "g" | "logp">,
    private readonly plan: ChainPlan,
    private readonly rng: RandomStream,
  ) {
    this.z = phasePoint(start.q.length);
    copyPoint({ ...start, p: this.z.p }, this.z);
  }

  get stepSize(): number {
    return this.adaptation.stepSize;
  }

  advance(milliseconds: number): ChainPart {
    const { z, how, rng, adaptation, plan } = this;
    const { warmup, thinning } = plan;
    const counts = noCounts();
    const draws: number[] = [];
    const statistics: number[] = [];
    const began = performance.now();
    let mark = began;
    if (!this.started) adaptation.start(z, rng);
    this.started = true;
    for (const total = iterationsOf(plan); this.iteration < total;) {
      const i = this.iteration;
      const stepSize = adaptation.stepSize;
      this.transition.step(z, stepSize, rng, how);
      this.iteration++;
      if (i < warmup) {
        counts.warmupGradients += how.leapfrogs;
        if (how.divergent) counts.warmupDivergences++;
        adaptation.learn(i, z, how.acceptance, rng);
      } else {
        counts.gradients += how.leapfrogs;
        if (how.divergent) counts.divergences++;
        if ((i - warmup + 1) % thinning === 0) {
          for (const x of z.q) draws.push(x);
          const { acceptance, treeDepth, leapfrogs, divergent, energy } = how;
          statistics.push(stepSize, acceptance, treeDepth, leapfrogs, divergent ? 1 : 0, energy, z.logp);
        }
      }
      const now = performance.now();
      if (i + 1 === warmup) {
        counts.warmupSeconds = (now - began) / 1000;
        mark = now;
      }
      if (now - began > milliseconds) break;
    }
    const spent = (performance.now() - mark) / 1000;
    if (this.iteration < warmup) counts.warmupSeconds = spent;
    else if (this.iteration > warmup) counts.seconds = spent;
    return { draws: Float64Array.from(draws), statistics: Float64Array.from(statistics), counts };
  }

  save(): Float64Array {
    return saveState(this);
  }

  restore(state: Float64Array): void {
    restoreState(this, state);
  }

  walk(state: StateWalk): void {
    this.iteration = state.number(this.iteration);
    this.started = state.number(this.started ? 1 : 0) === 1;
    state.array(this.z.q);
    state.array(this.z.g);
    this.z.logp = state.number(this.z.logp);
    this.rng.walk(state);
    this.adaptation.walk(state);
  }
}
