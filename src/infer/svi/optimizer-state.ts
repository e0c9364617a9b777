// States of an optimiser in; their parts for some parameters, and states put together from parts, out.
import { Tensor } from "../../tensor/index.js";
import type { Named, OptimizerState } from "../optim/optimizer.js";

/** `base` with every entry that `over` has taken from there: state of parameters that a program does not know stays. */
export function mergeStates(base: OptimizerState, over: OptimizerState): OptimizerState {
  return Object.fromEntries(
    Object.entries(base).map(([field, value]) => {
      const other = over[field];
      if (other === undefined) return [field, value];
      return [field, isTensor(other) ? other : { ...(value as Named), ...other }];
    }),
  );
}

/** The state of the named parameters only. */
export function restrict(state: OptimizerState, names: readonly string[]): OptimizerState {
  return Object.fromEntries(
    Object.entries(state).map(([field, value]) => {
      if (isTensor(value)) return [field, value];
      return [field, Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))];
    }),
  );
}

const isTensor = (x: Named | Tensor): x is Tensor => x instanceof Tensor;
