// Options in, gradient descent out: plain, with momentum (Polyak 1964), or Nesterov's look-ahead (Sutskever et al. 2013).
import { checkOptions } from "../known-options.js";
import type { Tensor } from "../../tensor/index.js";
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

/** Options of `optim.sgd` and `optim.momentum`. */
export interface SGDOptions {
  readonly lr?: LearningRate;
  /** Share of the last step's direction that is kept. Default 0. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

export interface MomentumState extends Readonly<Record<string, Named | Tensor>> {
  readonly step: Tensor;
  readonly velocity: Named;
}

/** `optim.sgd({ lr: 0.01, momentum: 0.9 })` */
export function sgd(options: SGDOptions = {}): Optimizer<MomentumState> {
  checkOptions("optim.sgd", options, ["lr", "momentum", "nesterov"]);
  const { lr = 1e-3, momentum = 0, nesterov = false } = options;
  checkRate("optim.sgd", lr);
  checkShare("optim.sgd", "momentum", momentum);
  if (nesterov && momentum === 0) throw new RangeError("optim.sgd: nesterov needs a momentum above 0.");
  return {
    name: "sgd",
    init: (params) => ({ step: noSteps(), velocity: momentum === 0 ? {} : zerosLike(params) }),
    update(gradients, state, params) {
      const rate = rateAt(lr, state.step);
      const step = state.step.add(1);
      if (momentum === 0) {
        const moved = mapNamed((x, g) => x.sub(g.mul(rate)), params, gradients);
        return { params: moved, state: { step, velocity: {} } };
      }
      const velocity = mapNamed((v, g) => v.mul(momentum).add(g), state.velocity, gradients);
      const direction = nesterov ? mapNamed((v, g) => v.mul(momentum).add(g), velocity, gradients) : velocity;
      const moved = mapNamed((x, d) => x.sub(d.mul(rate)), params, direction);
      return { params: moved, state: { step, velocity } };
    },
  };
}

/** Gradient descent with momentum: `optim.momentum({ lr: 0.01, momentum: 0.9 })`. */
export const momentum = (options: SGDOptions = {}): Optimizer<MomentumState> =>
  sgd({ momentum: 0.9, ...options });
