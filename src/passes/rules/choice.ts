// Rules of booleans, choices and conversions.
import type { DType, Value } from "../../ir/types.js";
import { add, and, constant, convert, eq, ne, not, or, where, xor } from "../../ops/index.js";
import { nonNegative, operand } from "../read.js";
import type { Rule } from "../rule.js";

/** Whether every value of the dtype is exactly representable in the other. */
function holds(inner: DType, outer: DType): boolean {
  if (inner === outer || inner === "bool") return true;
  if (outer === "f64") return inner !== "key";
  return false;
}

export const choiceRules: readonly Rule[] = [
  {
    name: "where-constant",
    why: "A choice whose test is constant is one of its arms.",
    class: "exact",
    roots: [where],
    apply({ inputs: [test, a, b] }, at) {
      const fill = at.splat(test);
      return fill === null ? null : fill !== 0 ? a : b;
    },
  },
  {
    name: "where-same",
    why: "A choice between equal arms is either.",
    class: "exact",
    roots: [where],
    apply: ({ inputs: [, a, b] }) => (a === b ? a : null),
  },
  {
    name: "where-not",
    why: "A negated test swaps the arms.",
    class: "exact",
    roots: [where],
    apply({ inputs: [test, a, b] }, at) {
      const inner = operand(at.is(test, not));
      return inner && at.emit(where, [inner, b, a]);
    },
  },
  {
    name: "where-nested",
    why: "Inside an arm the same test is already decided.",
    class: "exact",
    roots: [where],
    apply({ inputs: [test, a, b] }, at) {
      const arm = (v: Value, which: 1 | 2): Value => {
        const inner = at.is(v, where);
        return inner && inner.inputs[0] === test ? inner.inputs[which] : v;
      };
      const [x, y] = [arm(a, 1), arm(b, 2)];
      return x === a && y === b ? null : at.emit(where, [test, x, y]);
    },
  },
  {
    name: "positive-is-not-zero",
    why: "One plus a value that is not negative is never zero.",
    class: "exact",
    roots: [eq, ne],
    over: [constant],
    apply({ op, inputs: [a, b], outputs: [y] }, at) {
      const x = at.splat(b) === 0 ? a : at.splat(a) === 0 ? b : null;
      const sum = x && at.is(x, add);
      if (!sum) return null;
      const [p, q] = sum.inputs;
      const positive = (c: Value, rest: Value): boolean => (at.splat(c) ?? 0) > 0 && nonNegative(rest, at);
      return positive(p, q) || positive(q, p) ? at.literal(op === ne ? 1 : 0, "bool", y.type.shape) : null;
    },
  },
  {
    name: "not-not",
    why: "Two negations undo each other.",
    class: "exact",
    roots: [not],
    over: [not],
    apply: ({ inputs: [x] }, at) => operand(at.is(x, not)),
  },
  {
    name: "and-or-constant",
    why: "A constant operand of and, or decides the result or changes nothing.",
    class: "exact",
    roots: [and, or],
    apply({ op, inputs: [a, b] }, at) {
      if (a === b) return a;
      const absorbing = op === and ? 0 : 1;
      for (const [c, x] of [[a, b] as const, [b, a] as const]) {
        const fill = at.splat(c);
        if (fill !== null) return fill === absorbing ? c : x;
      }
      return null;
    },
  },
  {
    name: "xor-constant",
    why: "Exclusive or with a constant is the value or its negation.",
    class: "exact",
    roots: [xor],
    over: [constant],
    apply({ inputs: [a, b] }, at) {
      for (const [c, x] of [[a, b] as const, [b, a] as const]) {
        const fill = at.splat(c);
        if (fill !== null) return fill === 0 ? x : at.emit(not, [x]);
      }
      return null;
    },
  },
  {
    name: "convert-same",
    why: "A conversion to the dtype a value has changes nothing.",
    class: "exact",
    roots: [convert],
    apply: ({ inputs: [x], params }) => (x.type.dtype === params.dtype ? x : null),
  },
  {
    name: "convert-chain",
    why: "A detour through a dtype that holds every value of the first is not needed.",
    class: "exact",
    roots: [convert],
    over: [convert],
    apply({ inputs: [x], params }, at) {
      const inner = operand(at.is(x, convert));
      return inner && holds(inner.type.dtype, x.type.dtype) ? at.emit(convert, [inner], params) : null;
    },
  },
];
