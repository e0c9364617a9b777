// param(name, init, { constraint }): a learnable number. The first call stores init, later ones read the store.
import { biject, constraints, type Constraint } from "../bijectors/index.js";
import { np, Tensor, type TensorLike } from "../tensor/index.js";
import { message, type Message } from "./message.js";
import { getParamStore } from "./param-store.js";
import { send } from "./stack.js";
import { subsample } from "./subsample.js";

export interface ParamOptions {
  readonly constraint?: Constraint;
  /** Axes of one element; given inside subsampled plates, the other axes are subsampled with them. */
  readonly eventDim?: number;
}

/** `init` is the constrained initial value, or a function that makes it. */
export function param(
  name: string,
  init?: TensorLike | (() => TensorLike),
  { constraint = constraints.real, eventDim }: ParamOptions = {},
): Tensor {
  const compute = (msg: Message): Tensor => msg.value ?? read(msg.name, init, constraint);
  const value = send(
    message("param", name, { args: [init, constraint], infer: { constraint }, compute }),
  ).value!;
  return eventDim === undefined ? value : subsample(value, eventDim);
}

function read(
  name: string,
  init: TensorLike | (() => TensorLike) | undefined,
  constraint: Constraint,
): Tensor {
  const store = getParamStore();
  if (!store.has(name)) {
    if (init === undefined)
      throw new Error(
        `param "${name}" has no value yet: give param an initial value, or set it in the parameter store.`,
      );
    const first = typeof init === "function" ? init() : init;
    store.set(name, first instanceof Tensor ? first : np.array(first), constraint);
  }
  return biject(store.constraint(name)).forward(store.getUnconstrained(name));
}
