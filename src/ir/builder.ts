// Appends equations, inferring and checking their types; `finish` gives the Graph.
import type { Op } from "./op.js";
import type { Equation, Graph, Params, Type, Value } from "./types.js";

/** An equation; with and without an origin are two layouts, of which every pass reads the fields. */
export const equation = (
  op: Op,
  inputs: readonly Value[],
  params: Params,
  outputs: readonly Value[],
  origin: string | undefined,
): Equation =>
  origin === undefined ? { op, inputs, params, outputs } : { op, inputs, params, outputs, origin };

/** The equation on other operands. */
export const withInputs = ({ op, params, outputs, origin }: Equation, inputs: readonly Value[]): Equation =>
  equation(op, inputs, params, outputs, origin);

/** A graph under construction. Subclasses may compute each equation at once (eager mode). */
export class Builder {
  readonly inputs: Value[] = [];
  readonly equations: Equation[] = [];
  /** Site or call on whose behalf equations are being made; copied onto each. */
  origin: string | undefined;

  constructor(readonly name = "main") {}

  /** A new graph input. */
  input(type: Type, hint?: string): Value {
    const v: Value = hint === undefined ? { type } : { type, hint };
    this.inputs.push(v);
    return v;
  }

  /** Appends op(inputs; params); the row's type rule throws on ill-typed operands. */
  emit(op: Op, inputs: readonly Value[], params: Params = {}): readonly Value[] {
    const types: Type[] = [];
    for (let i = 0; i < inputs.length; i++) types.push(inputs[i]!.type);
    const outputs = op.infer(types, params).map((type): Value => ({ type }));
    this.append(equation(op, inputs, params, outputs, this.origin));
    return outputs;
  }

  /** Takes an equation whose outputs are already typed. */
  append(equation: Equation): void {
    this.equations.push(equation);
  }

  finish(outputs: readonly Value[]): Graph {
    return {
      kind: "graph",
      name: this.name,
      inputs: [...this.inputs],
      equations: [...this.equations],
      outputs: [...outputs],
    };
  }
}

/**
 * Copies a graph's equations into a builder with its inputs replaced by the given values; returns the outputs' copies.
 * This is how transforms and tracers inline a graph.
 */
export function inline(builder: Builder, graph: Graph, inputs: readonly Value[]): readonly Value[] {
  if (inputs.length !== graph.inputs.length)
    throw new Error(`inline: graph ${graph.name} takes ${graph.inputs.length} inputs, got ${inputs.length}.`);
  const map = new Map<Value, Value>();
  graph.inputs.forEach((v, i) => map.set(v, inputs[i]!));
  const at = (v: Value): Value => {
    const w = map.get(v);
    if (!w) throw new Error(`inline: graph ${graph.name} uses a value that it does not define.`);
    return w;
  };
  for (const eq of graph.equations) {
    const outputs = eq.outputs.map((o): Value => ({ ...o }));
    eq.outputs.forEach((o, i) => map.set(o, outputs[i]!));
    builder.append({ ...eq, inputs: eq.inputs.map(at), outputs });
  }
  return graph.outputs.map(at);
}
