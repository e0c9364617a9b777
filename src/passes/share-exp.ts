// Graph in, the same with softplus, sigmoid and logaddexp of one argument written out so that they share one exponential out.
// A log-likelihood of booleans uses softplus(x), its gradient sigmoid(x) or sigmoid(-x); all need exp(-|x|). That of a
// mixture uses logaddexp(a, b), its gradient sigmoid(a - b) and sigmoid(b - a).
import { holdsGraph } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { emitInto } from "../ops/emit.js";
import {
  abs,
  add,
  constant,
  div,
  eq as equal,
  exp,
  ge,
  log1p,
  logaddexp,
  max,
  neg,
  sigmoid,
  softplus,
  sub,
  where,
} from "../ops/index.js";
import { replaceEquations } from "./replace.js";

export function shareExponentials(graph: Graph, fire: (rule: string) => void): Graph {
  if (!graph.equations.some((eq) => needsExponential(eq) || holdsGraph(eq))) return graph;
  const negated = new Map<Value, Value>();
  const groups = new Map<Value, Equation[]>();
  const base = (v: Value): Value => negated.get(v) ?? v;
  // Derivatives of logaddexp take the difference of its operands as 0 where they are equal, which infinities may be.
  const made = new Map<Value, Equation>();
  const differences = new Map<Value, Map<Value, Value>>();
  const difference = (a: Value, b: Value): Value | undefined => differences.get(a)?.get(b);
  for (const eq of graph.equations) {
    const [out] = eq.outputs;
    if (out) made.set(out, eq);
    if (eq.op === neg) negated.set(out, base(eq.inputs[0]));
    const operands = guardedDifference(eq, made);
    if (!operands) continue;
    const [a, b] = operands;
    const turned = difference(b, a);
    if (turned) negated.set(out, base(turned));
    differences.set(a, (differences.get(a) ?? new Map<Value, Value>()).set(b, out));
  }
  /** The value, up to its sign, whose exponential the equation needs. */
  const argument = (eq: Equation): Value | null => {
    if (eq.op === softplus || eq.op === sigmoid) return base(eq.inputs[0]);
    if (eq.op !== logaddexp) return null;
    const [a, b] = eq.inputs;
    const known = difference(a, b) ?? difference(b, a);
    return known ? base(known) : null;
  };
  for (const eq of graph.equations) {
    const key = argument(eq);
    if (key) groups.set(key, [...(groups.get(key) ?? []), eq]);
  }
  // One of a kind keeps its own routine; two different ones share.
  const shares = (eq: Equation): boolean => {
    const key = argument(eq);
    const group = key && groups.get(key);
    return group ? group.some((g) => g.op !== eq.op || g.inputs[0] !== eq.inputs[0]) : false;
  };

  return replaceEquations(
    graph,
    (g) => shareExponentials(g, fire),
    (builder, current) => {
      const e = emitInto(builder);
      const exponentials = new Map<Value, Value>();
      /** exp(-|x|), from a value that is x or -x. */
      const exponential = (key: Value, x: () => Value): Value => {
        let found = exponentials.get(key);
        if (!found) {
          found = e(exp, [e(neg, [e(abs, [x()])])]);
          exponentials.set(key, found);
        }
        return found;
      };
      return (eq) => {
        const key = shares(eq) ? argument(eq) : null;
        if (!key) return null;
        fire("share-exponential");
        const { dtype, shape } = eq.inputs[0].type;
        const fill = (c: number): Value => e.literal(c, dtype, shape);
        const [x, other] = eq.inputs.map(current);
        if (eq.op === logaddexp) {
          const t = exponential(key, () => e(where, [e(equal, [x, other]), fill(0), e(sub, [x, other])]));
          return e(add, [e(max, [x, other]), e(log1p, [t])]);
        }
        const t = exponential(key, () => x);
        return eq.op === softplus
          ? e(add, [e(max, [x, fill(0)]), e(log1p, [t])])
          : e(div, [e(where, [e(ge, [x, fill(0)]), fill(1), t]), e(add, [fill(1), t])]);
      };
    },
  );
}

const needsExponential = ({ op }: Equation): boolean => op === softplus || op === sigmoid || op === logaddexp;

/** a and b of where(a == b, 0, a - b). */
function guardedDifference(eq: Equation, made: ReadonlyMap<Value, Equation>): readonly [Value, Value] | null {
  if (eq.op !== where) return null;
  const [test, zero, rest] = eq.inputs.map((v) => made.get(v));
  if (test?.op !== equal || rest?.op !== sub || zero?.op !== constant || zero.params.data !== 0) return null;
  const [a, b] = rest.inputs;
  const same = test.inputs.includes(a) && test.inputs.includes(b) && a !== b;
  return same ? [a, b] : null;
}
