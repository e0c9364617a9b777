// Options in, RMSProp out: gradients over the root of their running mean square (Hinton 2012, lecture 6).
import { checkOptions } from "../known-options.js";
import { np, type Tensor } from "../../tensor/index.js";
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

/** Options of `optim.rmsprop`. */
export interface RMSPropOptions {
  readonly lr?: LearningRate;
  /** Decay of the running mean of squares. Default 0.99. */
  readonly alpha?: number;
  readonly eps?: number;
}

export interface RMSPropState extends Readonly<Record<string, Named | Tensor>> {
  readonly step: Tensor;
  readonly square: Named;
}

/** `optim.rmsprop({ lr: 0.01 })` */
export function rmsprop(options: RMSPropOptions = {}): Optimizer<RMSPropState> {
  checkOptions("optim.rmsprop", options, ["lr", "alpha", "eps"]);
  const { lr = 1e-2, alpha = 0.99, eps = 1e-8 } = options;
  checkRate("optim.rmsprop", lr);
  if (!(alpha >= 0 && alpha < 1))
    throw new RangeError(`optim.rmsprop: alpha must lie in [0, 1), got ${alpha}.`);
  return {
    name: "rmsprop",
    init: (params) => ({ step: noSteps(), square: zerosLike(params) }),
    update(gradients, state, params) {
      const square = mapNamed((v, g) => v.mul(alpha).add(g.mul(g).mul(1 - alpha)), state.square, gradients);
      const rate = rateAt(lr, state.step);
      const moved = mapNamed(
        (x, g, v) => x.sub(g.mul(rate).div(np.sqrt(v).add(eps))),
        params,
        gradients,
        square,
      );
      return { params: moved, state: { step: state.step.add(1), square } };
    },
  };
}
