// A density, a transition and a starting point in, one chain of draws with its statistics out.
import type { Adaptation } from "./adaptation.js";
import { copyPoint, phasePoint, type Density, type PhasePoint } from "./density.js";
import type { RandomStream } from "./philox.js";
import { transitionStats, type Transition } from "./transition.js";

/** Per kept draw; each has `samples` entries. */
export interface ChainStats {
  readonly stepSize: Float64Array;
  readonly acceptance: Float64Array;
  readonly treeDepth: Float64Array;
  readonly leapfrogs: Float64Array;
  readonly divergent: Uint8Array;
  readonly energy: Float64Array;
  readonly logDensity: Float64Array;
}

export interface ChainDraws {
  /** samples x dim, unconstrained. */
  readonly draws: Float64Array;
  readonly stats: ChainStats;
  /** Gradients evaluated, warm-up and step-size searches included. */
  readonly gradients: { readonly warmup: number; readonly sampling: number };
  readonly warmupDivergences: number;
  readonly stepSize: number;
  readonly seconds: { readonly warmup: number; readonly sampling: number };
}

export interface ChainPlan {
  readonly warmup: number;
  readonly samples: number;
  /** Iterations per kept draw. */
  readonly thinning: number;
}

/** Told about progress when the chain gives way to the event loop; it may throw to stop the chain. */
export type Pause = (state: {
  readonly iteration: number;
  readonly phase: "warm-up" | "sampling";
  readonly stepSize: number;
  readonly divergences: number;
}) => Promise<void>;

/** Milliseconds between two looks at the event loop. */
const SLICE = 50;

export async function runChain(
  density: Density,
  transition: Transition,
  adaptation: Adaptation,
  start: PhasePoint,
  plan: ChainPlan,
  rng: RandomStream,
  pause: Pause,
): Promise<ChainDraws> {
  const { dim } = density;
  const { warmup, samples, thinning } = plan;
  const z = phasePoint(dim);
  copyPoint(start, z);
  const stats = chainStats(samples);
  const draws = new Float64Array(samples * dim);
  const how = transitionStats();
  const gradients = { warmup: 0, sampling: 0 };
  let warmupDivergences = 0;
  let divergences = 0;
  const began = performance.now();
  let looked = began;
  let sampling = began;
  adaptation.start(z, rng);
  const total = warmup + samples * thinning;
  for (let i = 0; i < total; i++) {
    if (i === warmup) sampling = performance.now();
    const stepSize = adaptation.stepSize;
    transition.step(z, stepSize, rng, how);
    if (i < warmup) {
      gradients.warmup += how.leapfrogs;
      if (how.divergent) warmupDivergences++;
      adaptation.learn(i, z, how.acceptance, rng);
    } else {
      gradients.sampling += how.leapfrogs;
      if (how.divergent) divergences++;
      const n = (i - warmup + 1) / thinning - 1;
      if (Number.isInteger(n)) {
        draws.set(z.q, n * dim);
        stats.stepSize[n] = stepSize;
        stats.acceptance[n] = how.acceptance;
        stats.treeDepth[n] = how.treeDepth;
        stats.leapfrogs[n] = how.leapfrogs;
        stats.divergent[n] = how.divergent ? 1 : 0;
        stats.energy[n] = how.energy;
        stats.logDensity[n] = z.logp;
      }
    }
    const now = performance.now();
    if (now - looked > SLICE) {
      const phase = i < warmup ? "warm-up" : "sampling";
      await pause({ iteration: i + 1, phase, stepSize: adaptation.stepSize, divergences });
      looked = performance.now();
    }
  }
  const end = performance.now();
  if (total === warmup) sampling = end;
  return {
    draws,
    stats,
    gradients,
    warmupDivergences,
    stepSize: adaptation.stepSize,
    seconds: { warmup: (sampling - began) / 1000, sampling: (end - sampling) / 1000 },
  };
}

function chainStats(samples: number): ChainStats {
  const numbers = (): Float64Array => new Float64Array(samples);
  return {
    stepSize: numbers(),
    acceptance: numbers(),
    treeDepth: numbers(),
    leapfrogs: numbers(),
    divergent: new Uint8Array(samples),
    energy: numbers(),
    logDensity: numbers(),
  };
}
