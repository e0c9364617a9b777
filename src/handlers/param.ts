// param(name, init, { constraint }): a learnable number. The first call stores init, later ones read the store.
import { biject, constraints, type Constraint } from "../bijectors/index.js";
import { checkOptions, type Tensor, type TensorLike } from "../tensor/index.js";
import { ambientInput } from "../trace/ambient.js";
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
  options: ParamOptions = {},
): Tensor {
  checkOptions(`param "${name}"`, options, ["constraint", "eventDim"]);
  const { constraint = constraints.real, eventDim } = options;
  const compute = (msg: Message): Tensor => msg.value ?? read(msg.name, init, constraint);
  const value = send(
    message("param", name, { args: [init, constraint], infer: { constraint }, compute }),
  ).value!;
  return eventDim === undefined ? value : subsample(value, eventDim);
}

/** The constrained value; compiled code reads the unconstrained one afresh at each call. */
function read(
  name: string,
  init: TensorLike | (() => TensorLike) | undefined,
  constraint: Constraint,
): Tensor {
  const store = getParamStore();
  const current = (): Tensor => {
    if (!store.has(name)) store.set(name, initial(name, init), constraint);
    return store.getUnconstrained(name);
  };
  const unconstrained = ambientInput(`param ${name}`, `param "${name}"`, current);
  return biject(store.constraint(name)).forward(unconstrained);
}

function initial(name: string, init: TensorLike | (() => TensorLike) | undefined): TensorLike {
  if (init === undefined)
    throw new Error(
      `param "${name}" has no value yet: give param an initial value, or set it in the parameter store.`,
    );
  return typeof init === "function" ? init() : init;
}
