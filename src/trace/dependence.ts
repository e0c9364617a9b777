// A function run on tensors without contents in; which of its inputs each of its results is computed from, out.
import { Builder } from "../ir/builder.js";
import type { Type, Value } from "../ir/types.js";
import type { Tensor } from "../tensor/tensor.js";
import { currentTrace, Trace, within } from "./trace.js";

/** What the body tells: the inputs that matter, by name, and the results, by name. */
export interface Named {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly results: ReadonlyMap<string, Tensor>;
}

/** `unknown(type)` makes an input. Per result, the names of the inputs that it reads, directly or through others. */
export function dependence(
  label: string,
  body: (unknown: (type: Type) => Tensor) => Named,
): ReadonlyMap<string, ReadonlySet<string>> {
  const builder = new Builder(label);
  const trace = new Trace(builder, label, currentTrace(), "forbid");
  return within(trace, () => {
    const { inputs, results } = body((type) => trace.tensor(builder.input(type), `an unknown of ${label}`));
    const reads = new Map<Value, ReadonlySet<string>>();
    for (const [name, t] of inputs) reads.set(trace.lift(t), new Set([name]));
    const outputs = Array.from(results, ([name, t]) => [name, trace.lift(t)] as const);
    // Loops and conditionals are taken as a whole: each of their results reads all that they are given.
    for (const eq of builder.equations) {
      const union = new Set(eq.inputs.flatMap((v) => [...(reads.get(v) ?? [])]));
      if (union.size > 0) for (const v of eq.outputs) reads.set(v, union);
    }
    return new Map(outputs.map(([name, v]) => [name, reads.get(v) ?? new Set<string>()]));
  });
}
