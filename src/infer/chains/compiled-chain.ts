// A sampler's memory, a starting point and settings in; a chain that is advanced in slices out.
import type { Sampler } from "../../trace/sampler.js";
import { BlockCovariance, identityFactors } from "../hmc/covariance.js";
import type { PhasePoint } from "../hmc/density.js";
import type { KeyWords } from "../hmc/philox.js";
import { adaptationWindows } from "../hmc/windows.js";
import type { KernelSpec } from "./kernel-spec.js";
import {
  iterationsOf,
  noCounts,
  type Chain,
  type ChainPart,
  type ChainPlan,
  type Diverged,
} from "./chain.js";

/** The first random block of a chain: those before it belong to the choice of a starting point. */
const FIRST_BLOCK = 2 ** 32;

/** Draws that the first window of a metric has beyond twice the number of coordinates, where gradients serve too. */
const SPARE_DRAWS = 10;
/** What a metric of low rank has in place of the number of coordinates. */
const FEW = 5;

export class CompiledChain implements Chain {
  /** Milliseconds an iteration, and iterations of a call, as last seen: calls grow while there is time for it. */
  private pace = 0;
  private size = 1;
  /** The state while another chain uses the sampler's memory. */
  private readonly aside: Float64Array;
  /** Where the metric is not diagonal: what estimates it, between calls. */
  private readonly covariance: BlockCovariance | null;

  /** It begins with `start` or with `restore`. */
  constructor(
    private readonly sampler: Sampler,
    private readonly plan: ChainPlan,
  ) {
    const { metric } = sampler.layout.plan;
    this.aside = new Float64Array(sampler.state.length);
    this.covariance =
      metric.kind === "dense" && !metric.gradients ? new BlockCovariance(sampler, metric.blocks) : null;
  }

  start(spec: KernelSpec, key: KeyWords, point: Pick<PhasePoint, "q" | "g" | "logp">): this {
    const { sampler, plan } = this;
    const { warmup, thinning } = plan;
    const { adaptStepSize, adaptation, trajectory } = spec;
    this.enter();
    sampler.state.fill(0);
    const { metric } = sampler.layout.plan;
    const fromGradients = adaptation === "gradients" && !this.covariance;
    const { start: first, ends } = adaptationWindows(warmup);
    if (ends.length > sampler.windowEnds.length)
      throw new RangeError(
        `${warmup} iterations of warm-up are too many: ${ends.length} windows, ${sampler.windowEnds.length} fit.`,
      );
    sampler.windowEnds.fill(-1);
    sampler.windowEnds.set(ends);
    sampler.set({
      keyLow: key[0],
      keyHigh: key[1],
      warmup,
      total: iterationsOf(plan),
      thinning,
      targetAccept: spec.targetAccept,
      adaptStepSize: Number(adaptStepSize),
      adaptMass: Number(spec.adaptMass),
      fromGradients: Number(fromGradients),
      maxDepth: trajectory.kind === "NUTS" ? trajectory.maxTreeDepth : 0,
      jitter: spec.stepSizeJitter,
      trajectoryLength: trajectory.kind === "HMC" ? trajectory.trajectoryLength : 0,
      numSteps: trajectory.kind === "HMC" ? trajectory.numSteps : 0,
      trajectoryJitter: trajectory.kind === "HMC" ? trajectory.trajectoryJitter : 0,
      windowStart: fromGradients ? 0 : first,
      windowStop: ends.at(-1) ?? first,
      blocks: FIRST_BLOCK,
      logp: point.logp,
      stepSize: spec.stepSize,
      searches: Number(adaptStepSize && warmup > 0),
    });
    sampler.vector("q").set(point.q);
    sampler.vector("g").set(point.g);
    sampler.vector("scale").fill(1);
    let most = FEW;
    if (metric.kind === "dense") {
      identityFactors(metric.blocks, sampler.factors);
      most = Math.max(...metric.blocks.map((block) => block.length));
    }
    if (metric.kind !== "diagonal") sampler.set({ windowLength: SPARE_DRAWS + 2 * most });
    return this;
  }

  /** Makes the sampler's memory this chain's. */
  private enter(): Sampler {
    const { sampler, aside } = this;
    if (sampler.tenant === aside) return sampler;
    sampler.tenant?.set(sampler.state);
    sampler.tenant = aside;
    sampler.state.set(aside);
    return sampler;
  }

  get iteration(): number {
    return this.enter().get("iteration");
  }
  get stepSize(): number {
    return this.enter().get("stepSize");
  }

  advance(milliseconds: number): ChainPart {
    const sampler = this.enter();
    const { warmup } = this.plan;
    const total = iterationsOf(this.plan);
    const counts = noCounts();
    const counted = () => ({
      warmupGradients: sampler.get("warmupGradients"),
      gradients: sampler.get("gradients"),
      warmupDivergences: sampler.get("warmupDivergences"),
      divergences: sampler.get("divergences"),
    });
    const before = counted();
    const diverged: Diverged[] = [];
    const rows: { draws: Float64Array; statistics: Float64Array }[] = [];
    const began = performance.now();
    let now = began;
    for (let at = this.iteration; at < total; at = this.iteration) {
      const warm = at < warmup;
      const left = Math.min(this.nextStop(at) - at, sampler.layout.capacity);
      const fitting = (milliseconds - (now - began)) / this.pace;
      // Not a number before anything is known: then one iteration.
      this.size = fitting >= 1 ? Math.min(left, 2 * this.size, Math.floor(fitting)) : 1;
      const already = sampler.get("divergences");
      const kept = sampler.run(this.size);
      diverged.push(...sampler.diverged(already, sampler.get("divergences")));
      const then = now;
      now = performance.now();
      this.pace = Math.max(0, (now - then) / (this.iteration - at));
      if (warm) counts.warmupSeconds += (now - then) / 1000;
      else counts.seconds += (now - then) / 1000;
      if (warm) this.learn(at, sampler.draws(kept));
      else if (kept > 0)
        rows.push({
          draws: sampler.draws(kept).slice(),
          statistics: sampler.statistics(kept).slice(),
        });
      if (now - began >= milliseconds) break;
    }
    const after = counted();
    for (const name of Object.keys(after) as (keyof typeof after)[])
      counts[name] = after[name] - before[name];
    return {
      draws: joined(rows.map((r) => r.draws)),
      statistics: joined(rows.map((r) => r.statistics)),
      counts,
      diverged,
    };
  }

  /** Calls end with warm-up, and with windows where a metric is estimated between calls. */
  private nextStop(at: number): number {
    const { warmup } = this.plan;
    if (at >= warmup) return iterationsOf(this.plan);
    if (!this.covariance) return warmup;
    const { sampler } = this;
    const stops = [sampler.get("windowStart"), ...sampler.windowEnds];
    return stops.find((stop) => stop > at) ?? warmup;
  }

  /** What an iteration cannot do itself: estimates of covariances. */
  private learn(from: number, rows: Float64Array): void {
    const { sampler, covariance } = this;
    const used = from >= sampler.get("windowStart") && from < sampler.get("windowStop");
    if (!covariance || !used || sampler.get("adaptMass") === 0) return;
    covariance.add(rows);
    if (sampler.windowEnds.includes(this.iteration) && covariance.close())
      sampler.set({ searches: sampler.get("adaptStepSize") });
  }

  save(): Float64Array {
    return this.enter().state.slice();
  }

  restore(state: Float64Array): void {
    if (state.length !== this.sampler.state.length)
      throw new Error(
        `The saved state has ${state.length} numbers and this sampler ${this.sampler.state.length}: it was saved with other options of the kernel, for another model, or by another version of sinter.`,
      );
    this.enter().state.set(state);
    // A run may have been made longer since.
    this.sampler.set({ total: iterationsOf(this.plan) });
    this.pace = 0;
    this.size = 1;
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
