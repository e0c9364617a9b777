// What an optimiser is: a pair of pure functions on named tensors, so that a step can be traced with the loss.
import { np, type Tensor } from "../../tensor/index.js";

/** Unconstrained parameters, or their gradients, by name. */
export type Named = Readonly<Record<string, Tensor>>;

/** A tree of tensors; its structure depends on the names and shapes of the parameters only. */
export type OptimizerState = Readonly<Record<string, Named | Tensor>>;

/** An optimiser: pure functions that make its state and take one step downhill. */
export interface Optimizer<S extends OptimizerState = OptimizerState> {
  readonly name: string;
  /** The state before the first step. */
  init(params: Named): S;
  /** One step downhill: new parameters and state. */
  update(gradients: Named, state: S, params: Named): { readonly params: Named; readonly state: S };
}

/** A learning rate: a number, or a function of the number of steps done (a scalar tensor, counted from 0). */
export type LearningRate = number | ((step: Tensor) => Tensor);

export const rateAt = (lr: LearningRate, step: Tensor): Tensor | number =>
  typeof lr === "number" ? lr : lr(step);

/** f applied to the entries of records that have the same names. */
export function mapNamed(f: (...xs: Tensor[]) => Tensor, first: Named, ...rest: readonly Named[]): Named {
  return Object.fromEntries(
    Object.entries(first).map(([name, x]) => [name, f(x, ...rest.map((r) => r[name]))]),
  );
}

export const zerosLike = (params: Named): Named =>
  mapNamed((x) => np.zeros(x.shape, { dtype: x.dtype }), params);

/** Steps done, as a tensor, so that counting does not recompile. */
export const noSteps = (): Tensor => np.array(0);

export function checkRate(where: string, lr: LearningRate): void {
  if (typeof lr === "function" || (lr > 0 && Number.isFinite(lr))) return;
  throw new RangeError(
    `${where}: lr must be a positive number or a function of the step, got ${String(lr)}.`,
  );
}

/** Decay rates: what is kept of the past at each step. */
export function checkShare(where: string, name: string, x: number): void {
  if (!(x >= 0 && x < 1)) throw new RangeError(`${where}: ${name} must lie in [0, 1), got ${x}.`);
}
