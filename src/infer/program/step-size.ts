// How an iteration went in, the step size of the next one out, as tensors: a search for the right order, then dual
// averaging, in one state, so that the search's trial steps are iterations of the same loop as all others.
import { np, type Tensor } from "../../tensor/index.js";
import { initDualAveraging, stepDualAveraging, type DualAveraging } from "./dual-averaging.js";

/** Where the search is: not going on, before its first trial, or doubling or halving the step size. */
export const Search = { None: 0, First: 1, Grows: 2, Shrinks: 3 } as const;

/** Acceptance of one step that the search looks for (Hoffman and Gelman 2014, algorithm 4, with Stan's threshold). */
const THRESHOLD = 0.8;
const SMALLEST = 1e-12;
const LARGEST = 1e7;

export interface StepSize {
  readonly size: Tensor;
  /** One of Search. */
  readonly search: Tensor;
  readonly averaging: DualAveraging;
}

const i32 = (x: number): Tensor => np.array(x, { dtype: "i32" });

export const initStepSize = (size: Tensor, searches: boolean): StepSize => ({
  size,
  search: i32(searches ? Search.First : Search.None),
  averaging: initDualAveraging(size),
});

export const restartSearch = (s: StepSize): StepSize => ({ ...s, search: i32(Search.First) });

/** One trial of the search: a single leapfrog step had this acceptance probability. */
export function stepSearch(s: StepSize, acceptance: Tensor): StepSize {
  const good = acceptance.gt(THRESHOLD);
  const grows = np.where(s.search.eq(Search.First), good, s.search.eq(Search.Grows));
  const goesOn = good.eq(grows);
  const tried = np.where(goesOn, s.size.mul(np.where(grows, 2, 0.5)), s.size);
  const size = np.clip(tried, SMALLEST, LARGEST);
  const done = goesOn.not().or(size.ne(tried));
  return {
    size,
    search: np.where(done, i32(Search.None), np.where(grows, i32(Search.Grows), i32(Search.Shrinks))),
    averaging: initDualAveraging(size),
  };
}

/** Learns from one iteration of warm-up; `last` of all of them leaves the averaged step size. */
export function learnStepSize(s: StepSize, acceptance: Tensor, target: Tensor, last: Tensor): StepSize {
  const averaging = stepDualAveraging(s.averaging, acceptance, target);
  return { ...s, size: np.exp(np.where(last, averaging.logAverage, averaging.logStep)), averaging };
}
