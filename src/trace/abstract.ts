// A function run on tensors that have types but no contents: what it returns out, and no program.
// For learning the structure of a model without computing with it: what depends on data is computed only where it is read.
import { Builder } from "../ir/builder.js";
import type { Type } from "../ir/types.js";
import type { Tensor } from "../tensor/tensor.js";
import { currentTrace, Trace, within } from "./trace.js";

/** `unknown(type)` makes a tensor of that type. Tensors must not leave the body. */
export function abstractly<T>(label: string, body: (unknown: (type: Type) => Tensor) => T): T {
  const builder = new Builder(label);
  const trace = new Trace(builder, label, currentTrace(), "forbid");
  trace.defers = true;
  return within(trace, () => body((type) => trace.tensor(builder.input(type), `an unknown of ${label}`)));
}
