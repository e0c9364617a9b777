// mutable(name, init): a value that steps of SVI carry along and change without a gradient, such as a running mean.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import { ambientInput } from "../trace/ambient.js";
import { message, type Message } from "./message.js";
import { getParamStore } from "./param-store.js";
import { send } from "./stack.js";

/** What `mutable` gives: read and assign `value`. */
export interface Mutable {
  get value(): Tensor;
  /** Shape and dtype must stay the same. */
  set value(next: TensorLike);
}

/**
 * State that is not optimised. What `value` holds when the model returns is what the next step of SVI starts from;
 * elsewhere assignments are forgotten after the run. It is kept in the parameter store under its name.
 *
 * @example
 * const mean = mutable("mean", 0);
 * mean.value = mean.value.mul(0.9).add(np.mean(x).mul(0.1));
 */
export function mutable(name: string, init: TensorLike | (() => TensorLike)): Mutable {
  const holder: Holder = { value: undefined };
  const compute = (msg: Message): Tensor => msg.value ?? read(msg.name, init);
  const msg = send(message("mutable", name, { args: [init, holder], compute }));
  const { shape, dtype } = (holder.value = msg.value!);
  return {
    get value(): Tensor {
      return holder.value!;
    },
    set value(next: TensorLike) {
      const x = np.array(next);
      if (x.shape.join() !== shape.join() || x.dtype !== dtype)
        throw new Error(
          `mutable "${msg.name}": it holds ${dtype}[${shape.join(", ")}] and cannot become ${x.dtype}[${x.shape.join(", ")}]; keep shape and dtype.`,
        );
      holder.value = x;
    },
  };
}

interface Holder {
  value: Tensor | undefined;
}

/** What a mutable statement holds when it is asked: at the end of a run, its last value. */
export const heldBy = (msg: Pick<Message, "args">): Tensor => (msg.args[1] as Holder).value!;

function read(name: string, init: TensorLike | (() => TensorLike)): Tensor {
  const store = getParamStore();
  return ambientInput(`mutable ${name}`, `mutable "${name}"`, () => {
    if (!store.has(name)) store.setUnconstrained(name, typeof init === "function" ? init() : init);
    return store.getUnconstrained(name);
  });
}
