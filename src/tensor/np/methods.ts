// np functions -> methods of Tensor: x.add(y) is np.add(x, y). Installed once, when np is imported.
import { Tensor } from "../tensor.js";
import type { TensorLike } from "../array.js";
import { methodTable } from "./method-table.js";
import { at } from "./indexing.js";
import { transpose } from "./shape.js";

type Method<F> = F extends (x: TensorLike, ...rest: infer R) => infer T ? (...rest: R) => T : never;
type Methods = { [K in keyof typeof methodTable]: Method<(typeof methodTable)[K]> };

declare module "../tensor.js" {
  // The interface adds members to the class of that name; it has none of its own.
  interface Tensor extends Methods {
    /** Axes reversed. */
    readonly T: Tensor;
    /** The parts along axis 0. */
    [Symbol.iterator](): IterableIterator<Tensor>;
  }
}

for (const [name, fn] of Object.entries(methodTable))
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): Tensor {
      return (fn as (x: Tensor, ...rest: unknown[]) => Tensor)(this, ...rest);
    },
    writable: true,
    configurable: true,
  });

Object.defineProperty(Tensor.prototype, "T", {
  get(this: Tensor): Tensor {
    return transpose(this);
  },
  configurable: true,
});

function* parts(this: Tensor): Generator<Tensor> {
  for (let i = 0; i < this.shape[0]!; i++) yield at(this, i);
}

// Scalars have no parts: for them the property is absent, so that `[...x]` says that x is not iterable.
Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  get(this: Tensor) {
    return this.ndim === 0 ? undefined : parts;
  },
  configurable: true,
});
