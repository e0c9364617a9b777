// The shape of a learning rate over time in; a function of the number of steps done, as optimisers take for `lr`, out.
import { checkOptions, wholeNumber } from "../known-options.js";
import { np, numbers, type Tensor } from "../../tensor/index.js";
import { checkRate, rateAt, type LearningRate } from "./optimizer.js";

/** A learning rate as a function of the number of steps done, counted from 0. */
export type Schedule = (step: Tensor) => Tensor;

/** Options of `optim.exponentialDecay`. */
export interface ExponentialDecayOptions {
  /** The rate of the first step. */
  readonly lr: number;
  /** What the rate is multiplied by over `steps` steps; above 0. */
  readonly rate: number;
  /** Default 1: `rate` is the factor of one step. */
  readonly steps?: number;
  /** true: the rate falls at every multiple of `steps` only. Default false. */
  readonly staircase?: boolean;
  /** The rate stops here. Default 0. */
  readonly end?: number;
}

/**
 * lr rate^(step / steps), at least `end`.
 *
 * @example optim.adam({ lr: optim.exponentialDecay({ lr: 0.1, rate: 0.5, steps: 1000 }) })
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const where = "optim.exponentialDecay";
  checkOptions(where, options, ["lr", "rate", "steps", "staircase", "end"]);
  const { lr, rate, steps = 1, staircase = false, end = 0 } = options;
  checkRate(where, lr);
  if (!(rate > 0 && Number.isFinite(rate)))
    throw new RangeError(`${where}: rate must be a positive number, got ${rate}.`);
  wholeNumber(where, "steps", steps, 1);
  return (step) => {
    const turns = step.div(steps);
    const falls = staircase ? np.floor(turns) : turns;
    return np.maximum(np.exp(falls.mul(numbers.log(rate))).mul(lr), end);
  };
}

/** Options of `optim.cosineDecay` and `optim.linearDecay`. */
export interface DecayOptions {
  /** The rate of the first step. */
  readonly lr: number;
  /** Steps from there to `end`. */
  readonly steps: number;
  /** The rate after them. Default 0. */
  readonly end?: number;
}

/** Half a cosine wave from `lr` down to `end`, which stays (Loshchilov and Hutter 2017). */
export const cosineDecay = (options: DecayOptions): Schedule =>
  decay("optim.cosineDecay", options, (done) => np.cos(done.mul(Math.PI)).add(1).mul(0.5));

/** A straight line from `lr` to `end`, which stays. */
export const linearDecay = (options: DecayOptions): Schedule =>
  decay("optim.linearDecay", options, (done) => np.array(1).sub(done));

/** `left(x)` falls from 1 to 0 as x goes from 0 to 1. */
function decay(where: string, options: DecayOptions, left: (done: Tensor) => Tensor): Schedule {
  checkOptions(where, options, ["lr", "steps", "end"]);
  const { lr, steps, end = 0 } = options;
  checkRate(where, lr);
  wholeNumber(where, "steps", steps, 1);
  if (!(end >= 0 && Number.isFinite(end)))
    throw new RangeError(`${where}: end must be 0 or more, got ${end}.`);
  return (step) =>
    left(np.minimum(step.div(steps), 1))
      .mul(lr - end)
      .add(end);
}

/** Options of `optim.piecewiseConstant`. */
export interface PiecewiseConstantOptions {
  /** The rate of the first step. */
  readonly lr: number;
  /** From which step on the rate is multiplied by how much: `{ 1000: 0.1, 2000: 0.1 }`. */
  readonly boundaries: Readonly<Record<number, number>>;
}

/** A rate that is multiplied by the given factors at the given steps. */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  const where = "optim.piecewiseConstant";
  checkOptions(where, options, ["lr", "boundaries"]);
  const { lr } = options;
  checkRate(where, lr);
  const pieces = Object.entries(options.boundaries ?? {}).map(([at, factor]) => {
    wholeNumber(where, "a boundary", Number(at), 0);
    if (!(factor > 0 && Number.isFinite(factor)))
      throw new RangeError(`${where}: the factor at step ${at} must be a positive number, got ${factor}.`);
    return { at: Number(at), factor };
  });
  return (step) =>
    pieces.reduce((rate, { at, factor }) => rate.mul(np.where(step.ge(at), factor, 1)), np.array(lr));
}

/** Options of `optim.warmup`. */
export interface WarmupOptions {
  /** What comes after: a number or a schedule, which starts when the warm-up ends. */
  readonly lr: LearningRate;
  /** Steps until the full rate. */
  readonly steps: number;
}

/**
 * The rate grows in a straight line over the first steps, then follows `lr`.
 *
 * @example optim.warmup({ steps: 100, lr: optim.cosineDecay({ lr: 0.01, steps: 5000 }) })
 */
export function warmup(options: WarmupOptions): Schedule {
  const where = "optim.warmup";
  checkOptions(where, options, ["lr", "steps"]);
  const { lr, steps } = options;
  checkRate(where, lr);
  wholeNumber(where, "steps", steps, 1);
  return (step) => {
    const after = np.maximum(step.sub(steps), 0);
    return np.minimum(step.add(1).div(steps), 1).mul(rateAt(lr, after));
  };
}
