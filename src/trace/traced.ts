// A function on tensors -> its closed Graph and what it captured; a Graph -> its results on tensors.
import { Builder, inline } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import type { Graph, Type, Value } from "../ir/types.js";
import { concrete, type Tensor } from "../tensor/tensor.js";
import { traceOf } from "./apply.js";
import { currentTrace, Trace, within } from "./trace.js";

/** The closed graph's inputs are the arguments, then one per capture. */
export interface Traced {
  readonly graph: Graph;
  readonly captures: readonly Tensor[];
}

/** Runs fn on stand-ins of the given types and closes the graph over what it captured. */
export function traceGraph(
  label: string,
  types: readonly Type[],
  fn: (args: readonly Tensor[]) => readonly Tensor[],
): Traced {
  const parent = currentTrace();
  const builder = new Builder(label);
  if (parent?.builder.origin !== undefined) builder.origin = parent.builder.origin;
  const trace = new Trace(builder, parent ? `${label} in ${parent.label}` : label, parent);
  const args = types.map((type): Tensor => trace.tensor(builder.input(type), `an argument of ${label}`));
  const outputs = within(trace, () => fn(args).map((t) => trace.lift(t)));
  return { graph: builder.finish(outputs), captures: trace.captures };
}

/** The graph's results: computed when all inputs are concrete, else recorded equation by equation. */
export function runGraph(graph: Graph, inputs: readonly Tensor[], made: string): Tensor[] {
  const trace = traceOf(inputs);
  if (!trace) {
    const results = interpret(
      graph,
      inputs.map((t) => t.data()),
    );
    return results.map((data, i) => concrete(graph.outputs[i]!.type, data));
  }
  return inline(
    trace.builder,
    graph,
    inputs.map((t) => trace.lift(t)),
  ).map((v) => trace.tensor(v, made));
}

/**
 * Several closed functions as graphs that share one list of captured operands, given first:
 * the form that cond, while and scan take.
 */
export function shareCaptures(parts: readonly Traced[]): { captures: Tensor[]; graphs: Graph[] } {
  const captures: Tensor[] = [];
  const index = new Map<unknown, number>();
  // A traced tensor is the same as another stand-in for the same value.
  const identity = (t: Tensor): unknown => t.link?.value ?? t;
  for (const { captures: own } of parts)
    for (const t of own)
      if (!index.has(identity(t))) {
        index.set(identity(t), captures.length);
        captures.push(t);
      }
  const graphs = parts.map(({ graph, captures: own }): Graph => {
    const arity = graph.inputs.length - own.length;
    const places = captures.map((t): Value => ({ type: t.type }));
    own.forEach((t, i) => (places[index.get(identity(t))!] = graph.inputs[arity + i]!));
    return { ...graph, inputs: [...places, ...graph.inputs.slice(0, arity)] };
  });
  return { captures, graphs };
}
