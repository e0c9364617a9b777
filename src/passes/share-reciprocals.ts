// Graph in, the same with x / d written as a product, and 1 / (a choice of d and a number) as a choice, where 1 / d is
// computed anyway, out.
// The derivative of a division needs the reciprocal of its divisor, so this leaves one division where two stood, and
// none per call where the divisor is bound data. A quotient may change by one unit in the last place; where 1 / d is
// not finite, neither is the derivative that asked for it.
import { holdsGraph, mapSubGraphs } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { constant, div, mul, reciprocal, where } from "../ops/index.js";

interface Choice {
  readonly test: Value;
  readonly arm: Value;
  readonly number: Equation;
  readonly fill: number;
  /** Whether the number is what a true test chooses. */
  readonly first: boolean;
}

export function shareReciprocals(graph: Graph, fire: (rule: string) => void): Graph {
  if (!graph.equations.some((eq) => eq.op === reciprocal || holdsGraph(eq))) return graph;
  const inverses = new Map<Value, Equation>();
  for (const eq of graph.equations) if (eq.op === reciprocal) inverses.set(eq.inputs[0], eq);
  const made = new Map<Value, Equation>();
  for (const eq of graph.equations) for (const v of eq.outputs) made.set(v, eq);
  /** A choice between a value and a number; derivatives of logarithms write 1 / x with 0 where x is 0 like that. */
  const choiceOf = (v: Value): Choice | null => {
    const eq = made.get(v);
    if (eq?.op !== where) return null;
    const [test, a, b] = eq.inputs;
    for (const [number, arm] of [
      [made.get(a), b],
      [made.get(b), a],
    ] as const)
      if (number?.op === constant && typeof number.params.data === "number")
        return { test, arm, number, fill: number.params.data, first: arm === b };
    return null;
  };
  const placed = new Set<Equation>();
  const equations: Equation[] = [];
  let changed = false;
  for (const original of graph.equations) {
    if (placed.has(original)) continue;
    const eq = mapSubGraphs(original, (g) => shareReciprocals(g, fire));
    changed ||= eq !== original;
    const choice = eq.op === reciprocal ? choiceOf(eq.inputs[0]) : null;
    const inverse = inverses.get(choice ? choice.arm : eq.op === div ? eq.inputs[1] : eq.inputs[0]);
    if (!inverse || inverse === original || (eq.op !== div && !choice)) {
      equations.push(eq);
      placed.add(original);
      continue;
    }
    // The reciprocal needs nothing but the divisor, so it can stand here if it stands later.
    if (!placed.has(inverse)) {
      equations.push(inverse);
      placed.add(inverse);
    }
    if (choice) {
      const number: Value = { type: choice.arm.type };
      equations.push({
        ...choice.number,
        params: { ...choice.number.params, data: 1 / choice.fill },
        outputs: [number],
      });
      const arms = choice.first ? [number, inverse.outputs[0]] : [inverse.outputs[0], number];
      equations.push({ ...eq, op: where, inputs: [choice.test, ...arms] });
    } else equations.push({ ...eq, op: mul, inputs: [eq.inputs[0], inverse.outputs[0]] });
    fire("share-reciprocal");
    changed = true;
  }
  return changed ? { ...graph, equations } : graph;
}
