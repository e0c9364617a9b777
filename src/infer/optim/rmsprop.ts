// Options in, RMSProp out: gradients over the root of their running mean square (Hinton 2012, lecture 6).
import { checkOptions } from "../known-options.js";
import { np, type Tensor } from "../../tensor/index.js";
import {
  checkRate,
  checkShare,
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
  /** Share of the last step's direction that is kept. Default 0. */
  readonly momentum?: number;
  /** Divide by the root of the variance instead of the mean square. Default false. */
  readonly centered?: boolean;
}

export interface RMSPropState extends Readonly<Record<string, Named | Tensor>> {
  readonly step: Tensor;
  readonly square: Named;
  /** Running mean, when centred. */
  readonly mean: Named;
  /** When there is momentum. */
  readonly velocity: Named;
}

/** `optim.rmsprop({ lr: 0.01 })` */
export function rmsprop(options: RMSPropOptions = {}): Optimizer<RMSPropState> {
  checkOptions("optim.rmsprop", options, ["lr", "alpha", "eps", "momentum", "centered"]);
  const { lr = 1e-2, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false } = options;
  checkRate("optim.rmsprop", lr);
  checkShare("optim.rmsprop", "alpha", alpha);
  checkShare("optim.rmsprop", "momentum", momentum);
  const average = (old: Named, now: Named): Named =>
    mapNamed((v, g) => v.mul(alpha).add(g.mul(1 - alpha)), old, now);
  return {
    name: "rmsprop",
    init: (params) => ({
      step: noSteps(),
      square: zerosLike(params),
      mean: centered ? zerosLike(params) : {},
      velocity: momentum > 0 ? zerosLike(params) : {},
    }),
    update(gradients, state, params) {
      const square = average(
        state.square,
        mapNamed((g) => g.mul(g), gradients),
      );
      const mean = centered ? average(state.mean, gradients) : {};
      const spread = centered ? mapNamed((v, m) => v.sub(m.mul(m)), square, mean) : square;
      const scaled = mapNamed((g, v) => g.div(np.sqrt(np.maximum(v, 0)).add(eps)), gradients, spread);
      const velocity = momentum > 0 ? mapNamed((b, d) => b.mul(momentum).add(d), state.velocity, scaled) : {};
      const rate = rateAt(lr, state.step);
      const moved = mapNamed((x, d) => x.sub(d.mul(rate)), params, momentum > 0 ? velocity : scaled);
      return { params: moved, state: { step: state.step.add(1), square, mean, velocity } };
    },
  };
}
