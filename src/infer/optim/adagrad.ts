// Options in, Adagrad out: gradients over the root of the sum of their squares so far (Duchi, Hazan, Singer 2011).
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

/** Options of `optim.adagrad`. */
export interface AdagradOptions {
  /** Default 0.01. */
  readonly lr?: LearningRate;
  /** Added to the root. Default 1e-10. */
  readonly eps?: number;
}

export interface AdagradState extends Readonly<Record<string, Named | Tensor>> {
  readonly step: Tensor;
  readonly squares: Named;
}

/** `optim.adagrad({ lr: 0.1 })`: steps shrink for parameters whose gradients were large. */
export function adagrad(options: AdagradOptions = {}): Optimizer<AdagradState> {
  checkOptions("optim.adagrad", options, ["lr", "eps"]);
  const { lr = 1e-2, eps = 1e-10 } = options;
  checkRate("optim.adagrad", lr);
  return {
    name: "adagrad",
    init: (params) => ({ step: noSteps(), squares: zerosLike(params) }),
    update(gradients, state, params) {
      const squares = mapNamed((s, g) => s.add(g.mul(g)), state.squares, gradients);
      const rate = rateAt(lr, state.step);
      const moved = mapNamed(
        (x, g, s) => x.sub(g.mul(rate).div(np.sqrt(s).add(eps))),
        params,
        gradients,
        squares,
      );
      return { params: moved, state: { step: state.step.add(1), squares } };
    },
  };
}
