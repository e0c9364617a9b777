// A point in, a point of a trajectory that stops before it turns back out: multinomial NUTS (Hoffman and Gelman 2014;
// Betancourt 2017, appendix A.4) with the generalised criterion and Stan's two extra checks where subtrees meet.
import { copyPoint, copyPosition, copyVector, phasePoint, type Density, type PhasePoint } from "./density.js";
import { Leapfrog } from "./leapfrog.js";
import type { Metric } from "./metric.js";
import type { RandomStream } from "./philox.js";
import { MAX_ENERGY_ERROR, type Transition, type TransitionStats } from "./transition.js";
import { numbers } from "../../tensor/index.js";

/** A stretch of trajectory: its momenta and velocities at the end met first and last, their sum, and one point of it. */
interface Stretch {
  first: { p: Float64Array; v: Float64Array };
  last: { p: Float64Array; v: Float64Array };
  /** Sum of the momenta. */
  readonly rho: Float64Array;
  readonly chosen: PhasePoint;
  /** Total energy of the chosen point. */
  energy: number;
  /** Log of the sum of exp(initial energy - energy) over the points. */
  logWeight: number;
}

function stretchOf(dim: number): Stretch {
  const end = (): { p: Float64Array; v: Float64Array } => ({
    p: new Float64Array(dim),
    v: new Float64Array(dim),
  });
  return {
    first: end(),
    last: end(),
    rho: new Float64Array(dim),
    chosen: phasePoint(dim),
    energy: NaN,
    logWeight: -Infinity,
  };
}

/**
 * Trajectories double; a new half is built leaf by leaf. Leaf number i closes one subtree for every trailing one of
 * i in binary, so the subtrees waiting to be merged fit in one slot per level and nothing is allocated while running.
 */
export class NoUTurn implements Transition {
  private readonly leapfrog: Leapfrog;
  private readonly waiting: (Stretch | null)[];
  private readonly free: Stretch[];
  private readonly ends: readonly [PhasePoint, PhasePoint];
  private energy0 = 0;
  private acceptances = 0;

  constructor(
    density: Density,
    metric: Metric,
    private readonly maxTreeDepth: number,
  ) {
    const { dim } = density;
    this.leapfrog = new Leapfrog(density, metric);
    this.waiting = new Array<Stretch | null>(maxTreeDepth + 1).fill(null);
    this.free = Array.from({ length: maxTreeDepth + 3 }, () => stretchOf(dim));
    this.ends = [phasePoint(dim), phasePoint(dim)];
  }

  step(z: PhasePoint, stepSize: number, rng: RandomStream, stats: TransitionStats): void {
    const { leapfrog, ends } = this;
    leapfrog.metric.momentum(rng, z.p);
    this.energy0 = leapfrog.energy(z);
    this.acceptances = 0;
    stats.leapfrogs = 0;
    stats.divergent = false;
    stats.treeDepth = 0;
    copyPoint(z, ends[0]);
    copyPoint(z, ends[1]);
    const whole = this.leaf(z, this.energy0);
    while (stats.treeDepth < this.maxTreeDepth) {
      const forward = rng.uniform() > 0.5;
      const half = this.extend(
        ends[forward ? 1 : 0],
        forward ? stepSize : -stepSize,
        stats.treeDepth,
        rng,
        stats,
      );
      if (!half) break;
      stats.treeDepth++;
      // Biased progressive sampling: the new half is preferred (Betancourt 2017, A.3.2).
      const preferred = half.logWeight > whole.logWeight;
      if (preferred || rng.uniform() < numbers.exp(half.logWeight - whole.logWeight)) choose(whole, half);
      // The whole runs from its first to its last point; a backward half is joined at the first.
      if (!forward) swapEnds(whole);
      const goesOn = this.join(whole, half);
      if (!forward) swapEnds(whole);
      if (!goesOn) break;
    }
    copyPosition(whole.chosen, z);
    stats.energy = whole.energy;
    stats.acceptance = stats.leapfrogs > 0 ? this.acceptances / stats.leapfrogs : 0;
    this.free.push(whole);
  }

  /** 2^depth more points from one end; null when they diverge or turn back. */
  private extend(
    end: PhasePoint,
    epsilon: number,
    depth: number,
    rng: RandomStream,
    stats: TransitionStats,
  ): Stretch | null {
    const { leapfrog, waiting } = this;
    for (let i = 0; ; i++) {
      leapfrog.step(end, epsilon);
      stats.leapfrogs++;
      const energy = leapfrog.energy(end);
      const error = energy - this.energy0;
      this.acceptances += error > 0 ? numbers.exp(-error) : 1;
      if (!(error <= MAX_ENERGY_ERROR)) {
        stats.divergent = true;
        return this.abandon(null);
      }
      let right = this.leaf(end, energy);
      let level = 0;
      for (; (i >> level) & 1; level++) {
        const left = waiting[level]!;
        waiting[level] = null;
        const total = logAddExp(left.logWeight, right.logWeight);
        if (rng.uniform() < numbers.exp(right.logWeight - total)) choose(left, right);
        if (!this.join(left, right)) return this.abandon(left);
        right = left;
      }
      if (level === depth) return right;
      waiting[level] = right;
    }
  }

  private abandon(last: Stretch | null): null {
    if (last) this.free.push(last);
    this.waiting.forEach((s, i) => {
      if (s) this.free.push(s);
      this.waiting[i] = null;
    });
    return null;
  }

  private leaf(z: PhasePoint, energy: number): Stretch {
    const s = this.free.pop()!;
    copyPosition(z, s.chosen);
    s.energy = energy;
    s.logWeight = this.energy0 - energy;
    const { first, last, rho } = s;
    this.leapfrog.metric.velocity(z.p, first.v);
    copyVector(first.v, last.v);
    copyVector(z.p, rho);
    copyVector(z.p, first.p);
    copyVector(z.p, last.p);
    return s;
  }

  /**
   * Appends b, which follows a in the direction of travel, to a, and gives b back; false when the joined stretch turns back:
   * as a whole, from a's start to b's first point, or from a's last point to b's end.
   */
  private join(a: Stretch, b: Stretch): boolean {
    const ra = a.rho;
    const rb = b.rho;
    let whole0 = 0;
    let whole1 = 0;
    let left0 = 0;
    let left1 = 0;
    let right0 = 0;
    let right1 = 0;
    for (let i = 0; i < ra.length; i++) {
      const v0 = a.first.v[i];
      const v1 = b.last.v[i];
      const rho = ra[i] + rb[i];
      const left = ra[i] + b.first.p[i];
      const right = rb[i] + a.last.p[i];
      whole0 += v0 * rho;
      whole1 += v1 * rho;
      left0 += v0 * left;
      left1 += b.first.v[i] * left;
      right0 += a.last.v[i] * right;
      right1 += v1 * right;
      ra[i] = rho;
    }
    a.logWeight = logAddExp(a.logWeight, b.logWeight);
    const last = a.last;
    a.last = b.last;
    b.last = last;
    this.free.push(b);
    return whole0 > 0 && whole1 > 0 && left0 > 0 && left1 > 0 && right0 > 0 && right1 > 0;
  }
}

function choose(s: Stretch, from: Stretch): void {
  copyPosition(from.chosen, s.chosen);
  s.energy = from.energy;
}

function swapEnds(s: Stretch): void {
  const { first } = s;
  s.first = s.last;
  s.last = first;
}

function logAddExp(a: number, b: number): number {
  if (a === -Infinity) return b;
  return a > b ? a + numbers.log1p(numbers.exp(b - a)) : b + numbers.log1p(numbers.exp(a - b));
}
