// Options in, Adam and its variants out: Adam (Kingma and Ba 2015), with clipping and decay, with decoupled weight decay.
import { checkOptions } from "../known-options.js";
import { np, numbers, type Tensor } from "../../tensor/index.js";
import { clipElements } from "./clip.js";
import {
  checkRate,
  mapNamed,
  noSteps,
  rateAt,
  zerosLike,
  type LearningRate,
  type Named,
  type Optimizer,
} from "./optimizer.js";

/** Options of `optim.adam`. */
export interface AdamOptions {
  readonly lr?: LearningRate;
  /** Decay of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the mean square. Default 1e-8. */
  readonly eps?: number;
}

/** Options of `optim.clippedAdam`. */
export interface ClippedAdamOptions extends AdamOptions {
  /** Gradients are clipped, element by element, to this size. Default 10. */
  readonly clipNorm?: number;
  /** The learning rate is multiplied by this after every step. Default 1. */
  readonly lrd?: number;
}

/** Options of `optim.adamW`. */
export interface AdamWOptions extends AdamOptions {
  /** Parameters shrink by lr times this at every step. Default 0.01. */
  readonly weightDecay?: number;
}

export interface AdamState extends Readonly<Record<string, Named | Tensor>> {
  readonly step: Tensor;
  readonly mean: Named;
  readonly square: Named;
}

interface Variant {
  readonly clip?: number;
  readonly rateDecay?: number;
  readonly weightDecay?: number;
}

/** `optim.adam({ lr: 0.01 })` */
export function adam(options: AdamOptions = {}): Optimizer<AdamState> {
  checkOptions("optim.adam", options, ["lr", "betas", "eps"]);
  return make("adam", options, {});
}

/** Adam on clipped gradients, with an exponentially falling learning rate: for unstable early steps. */
export function clippedAdam(options: ClippedAdamOptions = {}): Optimizer<AdamState> {
  checkOptions("optim.clippedAdam", options, ["lr", "betas", "eps", "clipNorm", "lrd"]);
  return make("clippedAdam", options, { clip: options.clipNorm ?? 10, rateDecay: options.lrd ?? 1 });
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
export function adamW(options: AdamWOptions = {}): Optimizer<AdamState> {
  checkOptions("optim.adamW", options, ["lr", "betas", "eps", "weightDecay"]);
  return make("adamW", options, { weightDecay: options.weightDecay ?? 0.01 });
}

function make(name: string, options: AdamOptions, variant: Variant): Optimizer<AdamState> {
  const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8 } = options;
  const { clip, rateDecay = 1, weightDecay = 0 } = variant;
  const [b1, b2] = betas;
  checkRate(`optim.${name}`, lr);
  if (!(b1 >= 0 && b1 < 1 && b2 >= 0 && b2 < 1))
    throw new RangeError(`optim.${name}: betas must lie in [0, 1), got [${b1}, ${b2}].`);
  return {
    name,
    init: (params) => ({ step: noSteps(), mean: zerosLike(params), square: zerosLike(params) }),
    update(gradients, state, params) {
      const g = clip === undefined ? gradients : clipElements(gradients, clip);
      const step = state.step.add(1);
      const mean = mapNamed((m, x) => m.mul(b1).add(x.mul(1 - b1)), state.mean, g);
      const square = mapNamed((v, x) => v.mul(b2).add(x.mul(x).mul(1 - b2)), state.square, g);
      // Both running means start at zero; dividing by what a constant would have reached takes that out.
      const correct1 = np.array(1).sub(np.exp(step.mul(numbers.log(b1))));
      const correct2 = np.array(1).sub(np.exp(step.mul(numbers.log(b2))));
      const base = rateAt(lr, state.step);
      const rate = rateDecay === 1 ? base : np.exp(state.step.mul(numbers.log(rateDecay))).mul(base);
      const scaled = np.array(rate).div(correct1);
      const moved = mapNamed(
        (x, m, v) => x.sub(m.mul(scaled).div(np.sqrt(v.div(correct2)).add(eps))),
        weightDecay === 0 ? params : mapNamed((x) => x.sub(x.mul(np.array(rate).mul(weightDecay))), params),
        mean,
        square,
      );
      return { params: moved, state: { step, mean, square } };
    },
  };
}
