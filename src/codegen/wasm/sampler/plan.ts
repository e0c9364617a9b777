// What a sampler is asked to be in; where its numbers stand in memory out.
// All of a chain's state is f64 and lies in one piece, so that a chain is saved and restored by copying an array.

/** How momenta are scaled: by standard deviations, by factors of the covariances of some coordinates, or along some directions. */
export type MetricPlan =
  | { readonly kind: "diagonal" }
  /**
   * Blocks of coordinates whose covariances are estimated whole; others have variances. With `gradients` they are learnt inside, from
   * draws and gradients, and used where a variance is more than `above` times what it is when the other coordinates are known; else
   * the host sets them.
   */
  | {
      readonly kind: "dense";
      readonly blocks: readonly (readonly number[])[];
      readonly gradients?: { readonly above: number };
    }
  /**
   * Standard deviations, corrected in at most `rank` directions: those along which the variance, in units of them, is more than
   * `cutoff` or less than one over it.
   */
  | { readonly kind: "lowRank"; readonly rank: number; readonly cutoff: number };

/** Draws of a window that a metric of low rank is estimated from, for each of its directions. */
const DRAWS_PER_DIRECTION = 4;
/** A metric of few directions is estimated from as many draws still. */
const FEWEST_DRAWS = 64;

/** Draws that are kept of a window, evenly spread over it. */
export const keptDraws = (rank: number): number => Math.max(FEWEST_DRAWS, DRAWS_PER_DIRECTION * rank);

/** Layers of the ziggurat, and two numbers for each of them. */
export const LAYERS = 256;
const LAYER_BYTES = 8 * (2 * LAYERS + 1);

/** Four random blocks of four words. */
const WORDS_BYTES = 4 * 4 * 4;

export interface SamplerPlan {
  readonly dim: number;
  readonly kind: "nuts" | "hmc";
  /** The largest depth of any trajectory of "nuts". */
  readonly maxTreeDepth: number;
  readonly metric: MetricPlan;
}

/** Numbers per iteration in the statistics, in this order. */
export const STATISTICS = [
  "stepSize",
  "acceptance",
  "treeDepth",
  "leapfrogs",
  "divergent",
  "energy",
  "logDensity",
] as const;

/** What a run is told before it starts. Switches are 0 or 1. */
const SETTINGS = [
  "keyLow",
  "keyHigh",
  "warmup",
  "total",
  "thinning",
  "targetAccept",
  "adaptStepSize",
  "adaptMass",
  /** 1: scales come from the spread of draws and gradients together. */
  "fromGradients",
  "maxDepth",
  /** Half the width of the interval around 1 that step sizes are multiplied by a number from. */
  "jitter",
  "trajectoryLength",
  "numSteps",
  /** As "jitter", for the time or the number of steps of a trajectory. */
  "trajectoryJitter",
  /** First iteration that counts for the metric, and the one after the last that does. */
  "windowStart",
  "windowStop",
] as const;

/** What one iteration hands to the next. */
const STATE = [
  /** Random blocks used. */
  "blocks",
  "iteration",
  "logp",
  "stepSize",
  /** 1: the step size is searched for before the next iteration. */
  "searches",
  "mu",
  "count",
  "error",
  "logStep",
  "logAverage",
  "draws",
  "olderDraws",
  /** Draws of the window that covariances are learnt from. */
  "windowDraws",
  /** Of these, the draws that are kept for a metric of low rank. */
  "windowRows",
  /** Draws after which the next one begins. */
  "windowLength",
  /** Above 0 the factors are in use: 1, or the number of directions. They are of the metric in units of the scales. */
  "whole",
  "warmupGradients",
  "gradients",
  "warmupDivergences",
  "divergences",
] as const;

/** What the functions tell each other within an iteration. */
const WORK = [
  /** 1: the words in memory are those of the next block and its neighbours, if it is not the first of them. */
  "ahead",
  /** What the last random block gave besides its first number. */
  "spare",
  "coin",
  "energy0",
  "top",
  "acceptances",
  "leaves",
  "divergent",
  "depth",
  "wholeWeight",
  "halfWeight",
  "lastP",
  "lastRho",
  "chosenLogp",
  "chosenEnergy",
  "proposalLogp",
  "proposalEnergy",
] as const;

const CELLS = [...SETTINGS, ...STATE, ...WORK] as const;
export type Cell = (typeof CELLS)[number];

/** Windows of warm-up that fit: they double, so this is enough for 2^20 iterations. */
export const MOST_WINDOWS = 16;

/** Divergences after warm-up whose points are kept, the first ones of a chain. */
export const MOST_DIVERGED = 32;

/** Vectors of `dim` numbers that outlive an iteration. Gradients stand behind their positions. */
const LASTING = [
  "q",
  "g",
  "scale",
  "mean",
  "sums",
  "gradientMean",
  "gradientSums",
  "windowMean",
  "windowGradientMean",
] as const;
const ESTIMATES = ["olderMean", "olderSums", "olderGradientMean", "olderGradientSums"] as const;
/** Vectors of an iteration: the ends of the trajectory, the points chosen, and what the integrator works with. */
const PASSING = [
  "firstQ",
  "firstG",
  "firstP",
  "lastQ",
  "lastG",
  "lastP",
  "chosenQ",
  "chosenG",
  "proposalQ",
  "proposalG",
  "spareQ",
  "spareG",
  "rho",
  "startP",
  "zero",
  "slope",
  "velocity",
  "delta",
  "gradientDelta",
  "gathered",
  "divergedAt",
  "divergedFrom",
  "ownQ",
  "ownG",
] as const;
export type VectorName = (typeof LASTING)[number] | (typeof ESTIMATES)[number] | (typeof PASSING)[number];

/** Plain data, addresses in bytes: it is written into exported files. */
export interface SamplerLayout {
  readonly plan: SamplerPlan;
  /** Bytes of one vector: a whole number of pairs, of which an odd number of coordinates leaves one half empty. */
  readonly stride: number;
  readonly cells: Readonly<Record<Cell, number>>;
  readonly vectors: Readonly<Record<VectorName, number>>;
  /** Iterations after which a window ends, `windows` of them; -1 where there is none. */
  readonly windowEnds: number;
  readonly windows: number;
  /** Factors of the metric beyond the scales: for each block a lower factor row by row; or how far the roots of variances are from 1, then directions. */
  readonly factors: { readonly place: number; readonly size: number };
  /** What the factors are estimated from: sums of products, or the draws themselves. */
  readonly estimate: number;
  /** The same for gradients, and memory to work in, where they are learnt inside. */
  readonly gradientEstimate: number;
  readonly work: number;
  /** What normal numbers are made from: see ziggurat.ts. */
  readonly layers: number;
  /** Words of random blocks that are computed together: see random.ts. */
  readonly words: number;
  /** The log density at the last point, where a host computes it. */
  readonly ownValue: number;
  /** Momenta and running sums at open subtrees, `2 * maxTreeDepth` rows each. */
  readonly momenta: number;
  readonly sums: number;
  /** Rows of a chunk: draws kept, and their statistics. */
  readonly draws: number;
  readonly statistics: number;
  /** Numbers of a row of statistics. */
  readonly width: number;
  /** The first points of a chain, after warm-up, at which trajectories diverged, each with the point one step before it behind it; and the iterations, counted from 1. */
  readonly diverged: number;
  readonly divergedAfter: number;
  /** How many fit. */
  readonly mostDiverged: number;
  /** Rows that fit. */
  readonly capacity: number;
  /** All that makes a chain, in f64 numbers. */
  readonly state: { readonly place: number; readonly size: number };
  readonly end: number;
}

/** Draws of a chunk take about this much memory. */
const DRAW_BYTES = 1 << 18;

/** In numbers: the factors, what they are estimated from, and what is needed on the way where they are learnt inside. */
interface MetricSizes {
  readonly factors: number;
  readonly estimate: number;
  readonly inside: boolean;
  readonly work: number;
}

/** `width` is how many numbers a vector takes. */
function metricSizes(metric: MetricPlan, width: number): MetricSizes {
  if (metric.kind === "diagonal") return { factors: 0, estimate: 0, inside: false, work: 0 };
  if (metric.kind === "lowRank") {
    const { rank } = metric;
    const kept = keptDraws(rank);
    // Directions twice, projections of the draws, and matrices of the size of the rank.
    const work = rank * (2 * width + kept + 1) + 7 * rank ** 2;
    return { factors: rank * (width + 1), estimate: kept * width, inside: true, work };
  }
  const factors = metric.blocks.reduce((n, block) => n + block.length ** 2, 0);
  const largest = Math.max(0, ...metric.blocks.map((block) => block.length));
  const inside = metric.gradients !== undefined;
  return { factors, estimate: factors, inside, work: inside ? 2 * largest ** 2 : 0 };
}

/** Gives everything its place from `start`, a multiple of 8, on. */
export function samplerLayout(plan: SamplerPlan, start: number): SamplerLayout {
  const { dim, maxTreeDepth } = plan;
  const stride = 16 * Math.ceil(dim / 2);
  let end = start;
  const take = (bytes: number): number => {
    const place = end;
    end += bytes;
    return place;
  };
  const cells = take(8 * CELLS.length);
  const windowEnds = take(8 * MOST_WINDOWS);
  const vectors: Partial<Record<VectorName, number>> = {};
  const sizes = metricSizes(plan.metric, stride / 8);
  for (const name of [...LASTING, ...ESTIMATES]) vectors[name] = take(stride);
  const factors = { place: take(8 * sizes.factors), size: sizes.factors };
  const estimate = take(8 * sizes.estimate);
  const gradientEstimate = take(sizes.inside ? 8 * sizes.estimate : 0);
  const state = { place: start, size: (end - start) / 8 };
  // Normals are drawn by fours.
  for (const name of PASSING) vectors[name] = take(name === "startP" ? stride + 24 : stride);
  const work = take(8 * sizes.work);
  const layers = take(LAYER_BYTES);
  const words = take(WORDS_BYTES);
  const ownValue = take(8);
  const rows = 2 * maxTreeDepth;
  const capacity = Math.max(16, Math.min(1024, Math.floor(DRAW_BYTES / (8 * dim))));
  const numbers = Object.fromEntries(CELLS.map((name, i) => [name, cells + 8 * i]));
  const momenta = take(rows * stride);
  const sums = take(rows * stride);
  // Rows of draws stand close: each is written over the end of the one before, and the last over this.
  const draws = take(capacity * 8 * dim + 8);
  const statistics = take(capacity * 8 * STATISTICS.length);
  const diverged = take(2 * MOST_DIVERGED * stride);
  const divergedAfter = take(MOST_DIVERGED * 8);
  return {
    plan,
    stride,
    cells: numbers as Record<Cell, number>,
    vectors: vectors as Record<VectorName, number>,
    windowEnds,
    windows: MOST_WINDOWS,
    factors,
    estimate,
    gradientEstimate,
    work,
    layers,
    words,
    ownValue,
    momenta,
    sums,
    draws,
    statistics,
    width: STATISTICS.length,
    diverged,
    divergedAfter,
    mostDiverged: MOST_DIVERGED,
    capacity,
    state,
    end,
  };
}
