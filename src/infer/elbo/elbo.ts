// What an ELBO is: model, guide, arguments and a key in; the loss and what to differentiate for its gradient out.
import type { Tensor } from "../../tensor/index.js";
import type { Model } from "../model.js";
import type { Pair } from "./run-pair.js";

/** A bound and its gradient estimator, as `SVI` takes them. */
export interface ELBO {
  readonly name: string;
  /**
   * `loss` is the negative bound (a scalar). `objective` has the gradient that descends it: the loss itself where all draws
   * are differentiable, a surrogate with score-function terms where not.
   */
  evaluate(
    model: Model,
    guide: Model,
    args: readonly unknown[],
    key: Tensor,
  ): { readonly loss: Tensor; readonly objective: Tensor };
  /** How it runs guide and model once, if not as `runPair` does. */
  runPair?(model: Model, guide: Model, args: readonly unknown[], key: Tensor): Pair;
  /** First values of the `mutable` statements that `evaluate` makes itself. */
  mutables?(pair: Pair): Readonly<Record<string, Tensor>>;
}
