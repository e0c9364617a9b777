// Graph in, the same with tanh x and 1 / cosh^2 x, its derivative, made from one exponential out.
// With t = expm1(2 |x|) the distance of tanh |x| from 1 is g = 2 / (t + 2), and 1 / cosh^2 x is g (2 - g), small numbers included.
// Below 0.55 tanh |x| is t / (t + 2) and g what is left to 1, so that one division serves both; tanh keeps its bits.
import { holdsGraph } from "../ir/sub-graphs.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import {
  abs,
  add,
  cosh,
  div,
  emitInto,
  expm1,
  lt,
  mul,
  reciprocal,
  sign,
  square,
  sub,
  tanh,
  where,
} from "../ops/index.js";
import { replaceEquations } from "./replace.js";

const NEAR = 0.55;

interface Pair {
  readonly tanh: Value;
  readonly slope: Value;
}

export function shareHyperbolic(graph: Graph, fire: (rule: string) => void): Graph {
  if (!graph.equations.some((eq) => eq.op === tanh || holdsGraph(eq))) return graph;
  const made = new Map<Value, Equation>();
  const tangents = new Set<Value>();
  for (const eq of graph.equations) {
    for (const v of eq.outputs) made.set(v, eq);
    if (eq.op === tanh && eq.inputs[0].type.dtype === "f64") tangents.add(eq.inputs[0]);
  }
  /** x of square(reciprocal(cosh x)), where tanh x is there too. */
  const argumentOf = (eq: Equation): Value | null => {
    const inverse = eq.op === square ? made.get(eq.inputs[0]) : undefined;
    const inner = inverse?.op === reciprocal ? made.get(inverse.inputs[0]) : undefined;
    return inner?.op === cosh && tangents.has(inner.inputs[0]) ? inner.inputs[0] : null;
  };
  const shared = new Set(graph.equations.map(argumentOf).filter((x) => x !== null));
  return replaceEquations(
    graph,
    (g) => shareHyperbolic(g, fire),
    (builder, current) => {
      const pairs = new Map<Value, Pair>();
      const pairOf = (x: Value): Pair => {
        let pair = pairs.get(x);
        if (!pair) pairs.set(x, (pair = pairFrom(current(x), emitInto(builder))));
        return pair;
      };
      return (eq) => {
        const slopeOf = argumentOf(eq);
        const key = slopeOf ?? (eq.op === tanh && shared.has(eq.inputs[0]) ? eq.inputs[0] : null);
        if (!key) return null;
        fire("share-hyperbolic");
        return slopeOf ? pairOf(key).slope : pairOf(key).tanh;
      };
    },
  );
}

function pairFrom(x: Value, e: ReturnType<typeof emitInto>): Pair {
  const fill = (c: number): Value => e.literal(c, "f64", x.type.shape);
  const a = e(abs, [x]);
  const near = e(lt, [a, fill(NEAR)]);
  // Where it is infinite the distance is 0.
  const t = e(expm1, [e(mul, [a, fill(2)])]);
  const q = e(div, [e(where, [near, t, fill(2)]), e(add, [t, fill(2)])]);
  const rest = e(sub, [fill(1), q]);
  const gap = e(where, [near, rest, q]);
  return {
    tanh: e(mul, [e(sign, [x]), e(where, [near, q, rest])]),
    slope: e(mul, [gap, e(sub, [fill(2), gap])]),
  };
}
