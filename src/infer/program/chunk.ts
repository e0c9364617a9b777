// A sampler's state in, the state after a chunk of iterations with its draws out: what becomes one wasm call.
// Everything that differs between runs is an input: how many iterations, the phase, keys, targets, windows.
import { np, random, type Tensor } from "../../tensor/index.js";
import { STATISTICS } from "../chains/chain.js";
import { diagonalMetric } from "./metric.js";
import type { Potential } from "./leapfrog.js";
import { initTables, stepNUTS, type Point } from "./nuts.js";
import { learnStepSize, restartSearch, Search, stepSearch, type StepSize } from "./step-size.js";
import { initVariance, regularised, stepVariance, type VarianceEstimate } from "./variance-estimate.js";

/** What one iteration hands to the next; all of it is data, so a chain can be stopped and resumed between chunks. */
export interface ChainState {
  readonly point: Point;
  readonly stepSize: StepSize;
  readonly inverse: Tensor;
  readonly estimate: VarianceEstimate;
  /** Iterations done, and trajectories: these count the search for a step size too, and number the keys. */
  readonly iteration: Tensor;
  readonly trajectory: Tensor;
}

/** What a run is told. Whole numbers are i32, switches are bool. */
export interface Settings {
  readonly key: Tensor;
  /** Trajectories to run, at most the capacity of the chunk. */
  readonly trajectories: Tensor;
  readonly warmup: Tensor;
  /** Iterations in all. */
  readonly total: Tensor;
  readonly thinning: Tensor;
  readonly targetAccept: Tensor;
  readonly adaptStepSize: Tensor;
  readonly adaptMass: Tensor;
  readonly maxDepth: Tensor;
  /** First iteration that counts for the metric, and the iterations (exclusive) at which windows end, ascending. */
  readonly windowStart: Tensor;
  readonly windowEnds: Tensor;
}

/** Windows that fit into `windowEnds`: they double, so this is enough for 2^20 iterations. */
export const MOST_WINDOWS = 16;

export interface Chunk {
  readonly state: ChainState;
  /** (capacity + 1, dim) and (capacity + 1, statistics): `kept` rows count. */
  readonly draws: Tensor;
  readonly statistics: Tensor;
  readonly kept: Tensor;
  /** Gradients and divergences of the chunk's warm-up iterations; the search's gradients are among them. */
  readonly warmupGradients: Tensor;
  readonly warmupDivergences: Tensor;
  readonly gradients: Tensor;
  /** Divergences after warm-up. */
  readonly divergences: Tensor;
}

const i32 = (x: number): Tensor => np.array(x, { dtype: "i32" });

/** Runs trajectories; `capacity` draws fit into one chunk. */
export function runChunk(
  potential: Potential,
  dim: number,
  maxDepth: number,
  capacity: number,
  start: ChainState,
  settings: Settings,
): Chunk {
  const end = np.whileLoop(
    ({ count, state }) => count.lt(settings.trajectories).and(state.iteration.lt(settings.total)),
    (c) => {
      const { state } = c;
      const searches = state.stepSize.search.ne(Search.None);
      const stepSize = state.stepSize.size;
      const { point, outcome, tables } = stepNUTS(
        {
          potential,
          metric: diagonalMetric(state.inverse),
          stepSize,
          depth: np.where(searches, i32(1), settings.maxDepth),
          maxDepth,
        },
        state.point,
        random.foldIn(settings.key, state.trajectory),
        c.tables,
      );
      const stays = (a: Tensor, b: Tensor): Tensor => np.where(searches, b, a);
      const moved: Point = {
        q: stays(point.q, state.point.q),
        g: stays(point.g, state.point.g),
        logp: stays(point.logp, state.point.logp),
      };
      const warm = state.iteration.lt(settings.warmup);
      const next = adapt(settings, state, moved, outcome.acceptance, searches, warm);
      const iteration = state.iteration.add(searches.not().astype("i32"));
      const after = iteration.sub(settings.warmup);
      const keeps = searches.not().and(after.gt(0)).and(after.mod(settings.thinning).eq(0));
      const row = np.where(keeps, c.kept, i32(capacity));
      const statistics = np.stack(
        [
          stepSize,
          outcome.acceptance,
          outcome.treeDepth,
          outcome.leapfrogs,
          outcome.divergent,
          outcome.energy,
          moved.logp,
        ].map((x) => x.astype("f64")),
      );
      const warmInt = warm.astype("i32");
      const diverged = outcome.divergent.and(searches.not()).astype("i32");
      return {
        count: c.count.add(1),
        kept: c.kept.add(keeps.astype("i32")),
        state: {
          point: moved,
          ...next,
          iteration,
          trajectory: state.trajectory.add(1),
        },
        draws: np.setAt(c.draws, row, moved.q),
        statistics: np.setAt(c.statistics, row, statistics),
        warmupGradients: c.warmupGradients.add(outcome.leapfrogs.mul(warmInt)),
        warmupDivergences: c.warmupDivergences.add(diverged.mul(warmInt)),
        divergences: c.divergences.add(diverged.mul(np.subtract(1, warmInt))),
        gradients: c.gradients.add(outcome.leapfrogs),
        tables,
      };
    },
    {
      count: i32(0),
      kept: i32(0),
      state: start,
      draws: np.zeros([capacity + 1, dim]),
      statistics: np.zeros([capacity + 1, STATISTICS.length]),
      warmupGradients: i32(0),
      warmupDivergences: i32(0),
      gradients: i32(0),
      divergences: i32(0),
      tables: initTables(dim, maxDepth),
    },
  );
  const { state, draws, statistics, kept, warmupGradients, warmupDivergences, gradients, divergences } = end;
  return { state, draws, statistics, kept, warmupGradients, warmupDivergences, gradients, divergences };
}

/** Warm-up (Stan Reference Manual, "Automatic parameter tuning"): the step size at each iteration, the metric where a window ends. */
function adapt(
  settings: Settings,
  state: ChainState,
  point: Point,
  acceptance: Tensor,
  searches: Tensor,
  warm: Tensor,
): Pick<ChainState, "stepSize" | "inverse" | "estimate"> {
  const { windowStart, windowEnds, adaptMass, adaptStepSize, warmup, targetAccept } = settings;
  const { iteration, stepSize, inverse, estimate } = state;
  const learns = warm.and(searches.not());
  const last = iteration.add(1).eq(warmup);
  const counts = learns.and(adaptMass).and(iteration.ge(windowStart)).and(iteration.lt(windowEnds.max()));
  const closes = counts.and(np.any(windowEnds.eq(iteration.add(1))));
  const grown = stepVariance(estimate, point.q, counts);
  const found = regularised(grown);
  // An estimate that is not positive (a chain that never moved) leaves the metric as it was.
  const usable = closes.and(np.all(found.gt(0).and(found.lt(Infinity))));
  const empty = initVariance(point.q.size);
  const pick = (a: Tensor, b: Tensor, where = closes): Tensor => np.where(where, a, b);
  const changes = searches.or(learns.and(adaptStepSize));
  const next = np.cond(
    changes,
    () =>
      np.cond(
        searches,
        () => stepSearch(stepSize, acceptance),
        () => {
          const learned = learnStepSize(stepSize, acceptance, targetAccept, last);
          const restarted = restartSearch(learned);
          return { ...learned, search: np.where(usable, restarted.search, learned.search) };
        },
      ),
    () => stepSize,
  ) as unknown as StepSize;
  return {
    stepSize: next,
    inverse: pick(found, inverse, usable),
    estimate: {
      count: pick(empty.count, grown.count),
      mean: pick(empty.mean, grown.mean),
      sums: pick(empty.sums, grown.sums),
    },
  };
}
