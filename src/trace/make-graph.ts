// A function and example arguments -> its Graph, for people, tests and other rooms.
import { Builder } from "../ir/builder.js";
import { print } from "../ir/print.js";
import type { Graph } from "../ir/types.js";
import { flatten, unflatten, type TreeDef } from "../tensor/pytree.js";
import type { Tensor } from "../tensor/tensor.js";
import { refusePromise } from "./leaves.js";
import { currentTrace, Trace, within } from "./trace.js";

export interface TracedFunction {
  /** Inputs: the tensors among the arguments, in order, then the captures. */
  readonly graph: Graph;
  /** Larger tensors that the function used without their being arguments. */
  readonly captures: readonly Tensor[];
  /** The structure of the result. */
  readonly out: TreeDef;
}

/** Traces fn on stand-ins for the tensors among the arguments; everything else is static. */
export function traceFunction<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): TracedFunction {
  const name = fn.name || "anonymous";
  const builder = new Builder(name);
  const trace = new Trace(builder, `makeGraph(${name})`, currentTrace());
  const flat = flatten(args);
  const inputs = flat.leaves.map((t) => trace.tensor(builder.input(t.type), `an argument of ${name}`));
  return within(trace, () => {
    const result = fn(...(unflatten(flat.def, inputs) as A));
    refusePromise(result, trace.label);
    const out = flatten(result);
    return {
      graph: builder.finish(out.leaves.map((t) => trace.lift(t))),
      captures: trace.captures,
      out: out.def,
    };
  });
}

/** The function's Graph; `String(graph)` is its text. */
export function makeGraph<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Graph {
  const { graph } = traceFunction(fn, ...args);
  return Object.defineProperty({ ...graph }, "toString", { value: () => print(graph), enumerable: false });
}
