// A function with its arguments in; the Graph that jit compiles, with all that fills its inputs besides the arguments, out.
import { Builder } from "../ir/builder.js";
import type { Graph } from "../ir/types.js";
import { flatten, unflatten, type TreeDef } from "../tensor/pytree.js";
import type { Tensor } from "../tensor/tensor.js";
import { ambientsOf, type Ambient } from "./ambient.js";
import { checkSource } from "./check-source.js";
import { watchHiddenInputs } from "./hidden-inputs.js";
import { refusePromise } from "./leaves.js";
import { statements } from "./statements.js";
import { Trace, within } from "./trace.js";

/** Where an input's contents come from. */
export type Source =
  | { readonly kind: "argument" }
  | { readonly kind: "captured"; readonly tensor: Tensor }
  | { readonly kind: "ambient"; readonly ambient: Ambient };

export interface TracedProgram {
  readonly graph: Graph;
  /** The structures of the arguments and of the result. */
  readonly args: TreeDef;
  readonly out: TreeDef;
  /** One per input of the graph; the arguments' tensors come first, in order. */
  readonly sources: readonly Source[];
  /** How many statements of a model were made. */
  readonly statements: number;
}

/** `leaves` are the tensors among the arguments, in the order of `flatten`. */
export function traceProgram<A extends unknown[]>(
  name: string,
  fn: (...args: A) => unknown,
  args: A,
  leaves: readonly Tensor[],
): TracedProgram {
  const label = `jit(${name})`;
  checkSource(fn, args);
  const builder = new Builder(name);
  const trace = new Trace(builder, label, null, "forbid");
  trace.readsAmbients = true;
  const { def } = flatten(args);
  const inputs = leaves.map((t) => trace.argument(t, `an argument of ${label}`));
  const before = statements().count();
  const { graph, out } = within(trace, () =>
    watchHiddenInputs(label, () => {
      const result = statements().apart(() => fn(...(unflatten(def, inputs) as A)));
      refusePromise(result, label);
      const flat = flatten(result);
      return { graph: builder.finish(flat.leaves.map((t) => trace.lift(t))), out: flat.def };
    }),
  );
  const ambients = new Map(ambientsOf(trace).map((ambient) => [ambient.value, ambient]));
  const sources = graph.inputs.map((value): Source => {
    const ambient = ambients.get(value);
    if (ambient) return { kind: "ambient", ambient };
    const at = trace.captured.indexOf(value);
    return at < 0 ? { kind: "argument" } : { kind: "captured", tensor: trace.captures[at]! };
  });
  return { graph, args: def, out, sources, statements: statements().count() - before };
}
