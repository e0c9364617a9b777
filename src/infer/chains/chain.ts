// What a Markov chain is to those who run it: advanced in slices, with its whole state as data between two of them.

/** Numbers per kept draw, in this order. */
export const STATISTICS = [
  "stepSize",
  "acceptance",
  "treeDepth",
  "leapfrogs",
  "divergent",
  "energy",
  "logDensity",
] as const;

export type Statistic = (typeof STATISTICS)[number];

export interface ChainPlan {
  readonly warmup: number;
  readonly samples: number;
  /** Iterations per kept draw. */
  readonly thinning: number;
}

export const iterationsOf = ({ warmup, samples, thinning }: ChainPlan): number => warmup + samples * thinning;

/** What a slice brought. Counts and seconds are of this slice alone. */
export interface ChainPart {
  /** Kept draws, row by row: unconstrained coordinates. */
  readonly draws: Float64Array;
  /** A row of STATISTICS for each. */
  readonly statistics: Float64Array;
  readonly counts: ChainCounts;
  /** Where trajectories diverged after warm-up, for the first ones of the chain. */
  readonly diverged: readonly Diverged[];
}

export interface Diverged {
  /** Counted from 1, warm-up included. */
  readonly iteration: number;
  /** Unconstrained; coordinates are NaN where a gradient was not finite. */
  readonly point: Float64Array;
  /** One step earlier on the trajectory, which is not kept in folders. */
  readonly before?: Float64Array;
}

export interface ChainCounts {
  /** Gradients evaluated; searches for a step size count in the programs that run them as iterations. */
  warmupGradients: number;
  gradients: number;
  warmupDivergences: number;
  divergences: number;
  warmupSeconds: number;
  seconds: number;
}

export const noCounts = (): ChainCounts => ({
  warmupGradients: 0,
  gradients: 0,
  warmupDivergences: 0,
  divergences: 0,
  warmupSeconds: 0,
  seconds: 0,
});

export function addCounts(to: ChainCounts, more: ChainCounts): void {
  for (const key of Object.keys(to) as (keyof ChainCounts)[]) to[key] += more[key];
}

export interface Chain {
  /** Iterations finished, warm-up included. */
  readonly iteration: number;
  /** The step size to use next. */
  readonly stepSize: number;
  /** Runs for about this long, or to the end. How a run is cut into slices does not change its draws. */
  advance(milliseconds: number): ChainPart;
  /** Everything that the rest of the chain depends on. */
  save(): Float64Array;
  /** Puts a chain that was made with the same options where another one was when it was saved. */
  restore(state: Float64Array): void;
}
