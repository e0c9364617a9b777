// Rules that take logarithms of bounded factors out of sums: many such have one logarithm, that of their product.
import type { Value } from "../../ir/types.js";
import { sizeOf } from "../../ir/types.js";
import {
  add,
  broadcast,
  exp,
  gather,
  log1p,
  mul,
  neg,
  reshape,
  sigmoid,
  slice,
  sub,
  sum,
  sumLog1p,
  transpose,
  where,
} from "../../ops/index.js";
import { nonNegative } from "../read.js";
import type { Context, Rule } from "../rule.js";
import { addUp, termsOf } from "./reduction.js";

/** Fewer terms than this keep their own logarithms. */
const fewest = 8;

/** Whether the value is known to lie in [0, 1] (it may be NaN). */
function unitInterval(v: Value, at: Context, depth = 6): boolean {
  const eq = at.definition(v);
  if (!eq || depth === 0) return false;
  const { op } = eq;
  if (op === sigmoid) return true;
  if (op === exp) {
    const negated = at.is(eq.inputs[0], neg);
    return negated !== null && nonNegative(negated.inputs[0], at);
  }
  const fill = at.splat(v);
  if (fill !== null) return fill >= 0 && fill <= 1;
  if (op === where) return eq.inputs.slice(1).every((x) => unitInterval(x, at, depth - 1));
  if (op === mul) return eq.inputs.every((x) => unitInterval(x, at, depth - 1));
  const moves = [broadcast, reshape, transpose, slice, gather] as readonly unknown[];
  return moves.includes(op) && unitInterval(eq.inputs[0], at, depth - 1);
}

export const boundedLogRules: readonly Rule[] = [
  {
    name: "sum-of-bounded-logs",
    why: "Terms log(1 + t) with t in [0, 1] are added up as the logarithm of a product; they are less than 1, so nothing cancels that did not before.",
    class: "reassociates",
    roots: [sum],
    over: [add, sub, log1p],
    apply(eq, at) {
      const [x] = eq.inputs;
      const { type } = eq.outputs[0];
      if (x.type.dtype !== "f64" || sizeOf(x.type.shape) < fewest * Math.max(1, sizeOf(type.shape)))
        return null;
      const terms = termsOf(x, at);
      const isLog = (v: Value): boolean => {
        const log = at.is(v, log1p);
        return log !== null && at.uses(v) <= 1 && unitInterval(log.inputs[0], at);
      };
      const logs = terms.filter((t) => isLog(t.v));
      if (logs.length === 0) return null;
      const rest = terms.filter((t) => !logs.includes(t));
      const total = logs.map(({ v, minus }) => ({
        v: at.emit(sumLog1p, [at.is(v, log1p)!.inputs[0]], eq.params),
        minus,
      }));
      if (rest.length === 0) return addUp(total, at);
      return addUp([{ v: at.emit(sum, [addUp(rest, at)], eq.params), minus: false }, ...total], at);
    },
  },
];
