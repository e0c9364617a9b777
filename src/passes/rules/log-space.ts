// Rules that sharpen: compositions whose intermediate results overflow, underflow or cancel become functions that do not.
import type { Value } from "../../ir/types.js";
import {
  abs,
  add,
  div,
  eq as isEqual,
  erf,
  erfc,
  exp,
  expm1,
  log,
  log1p,
  logaddexp,
  logNdtr,
  lt,
  mul,
  ndtr,
  neg,
  reciprocal,
  reduceMax,
  sigmoid,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "../../ops/index.js";
import { numbers, operand, range, repeated, spread } from "../read.js";
import type { Context, Rule } from "../rule.js";

const fillLike = (x: number, v: Value, at: Context): Value => at.literal(x, v.type.dtype, v.type.shape);
const negate = (v: Value, at: Context): Value => operand(at.is(v, neg)) ?? at.emit(neg, [v]);
const areNegatives = (a: Value, b: Value, at: Context): boolean =>
  operand(at.is(a, neg)) === b || operand(at.is(b, neg)) === a;

/** The other term of a sum with the number. */
function plus(v: Value, c: number, at: Context): Value | null {
  const eq = at.is(v, add);
  if (!eq) return null;
  const [a, b] = eq.inputs;
  if (at.splat(b) === c) return a;
  return at.splat(a) === c ? b : null;
}

/** What is subtracted from the number. */
function minusFrom(c: number, v: Value, at: Context): Value | null {
  const eq = at.is(v, sub);
  return eq && at.splat(eq.inputs[0]) === c ? eq.inputs[1] : null;
}

/** The greatest of x over the axes, with 0 where that is not finite: subtracting it is then always safe. */
function finiteMax(x: Value, axes: readonly number[], at: Context): Value {
  const m = at.emit(reduceMax, [x], { axes });
  const finite = at.emit(lt, [at.emit(abs, [m]), fillLike(Infinity, m, at)]);
  return at.emit(where, [finite, m, fillLike(0, m, at)]);
}

/** log(sum(exp x)), shifted by the greatest exponent. */
function logSumExp(x: Value, axes: readonly number[], at: Context): Value {
  const { shape } = x.type;
  const m = finiteMax(x, axes, at);
  const kept = range(shape.length).filter((i) => !axes.includes(i));
  const shifted = at.emit(sub, [x, spread(m, shape, kept, at)]);
  return at.emit(add, [m, at.emit(log, [at.emit(sum, [at.emit(exp, [shifted])], { axes })])]);
}

/** What the value is the reciprocal of; derivatives of logarithms write 1 / x with 0 where x is 0. */
function inverted(v: Value, at: Context): Value | null {
  const x = operand(at.is(v, reciprocal));
  const choice = x && at.is(x, where);
  if (!choice) return x;
  const [test, pole, rest] = choice.inputs;
  const zero = at.is(test, isEqual);
  return zero && at.splat(pole) === Infinity && zero.inputs[0] === rest && at.splat(zero.inputs[1]) === 0
    ? rest
    : x;
}

/** x and the axes where v is sum(exp x), unless x was already shifted by something repeated. */
function sumOfExp(v: Value, at: Context): { x: Value; axes: readonly number[] } | null {
  const total = at.is(v, sum);
  const x = total && operand(at.is(total.inputs[0], exp));
  if (!total || !x) return null;
  const difference = at.is(x, sub);
  if (difference && repeated(difference.inputs[1], at)) return null;
  return { x, axes: numbers(total.params, "axes") };
}

export const logSpaceRules: readonly Rule[] = [
  {
    name: "log-exp",
    why: "The logarithm undoes the exponential, which may overflow.",
    class: "sharpens",
    roots: [log],
    over: [exp],
    apply: ({ inputs: [x] }, at) => operand(at.is(x, exp)),
  },
  {
    name: "log1p-exp",
    why: "log(1 + exp x) is softplus.",
    class: "sharpens",
    roots: [log1p],
    over: [exp],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, exp));
      return inner && at.emit(softplus, [inner]);
    },
  },
  {
    name: "log-one-plus",
    why: "log(1 + x) loses the digits of a small x, log1p keeps them.",
    class: "sharpens",
    roots: [log],
    over: [add],
    apply({ inputs: [x] }, at) {
      const inner = plus(x, 1, at);
      return inner && at.emit(log1p, [inner]);
    },
  },
  {
    name: "log-one-minus",
    why: "log(1 - x) loses the digits of a small x, log1p keeps them.",
    class: "sharpens",
    roots: [log],
    over: [sub],
    apply({ inputs: [x] }, at) {
      const inner = minusFrom(1, x, at);
      return inner && at.emit(log1p, [negate(inner, at)]);
    },
  },
  {
    name: "log-sigmoid",
    why: "The logarithm of a sigmoid is -softplus(-x), finite where the sigmoid underflows.",
    class: "sharpens",
    roots: [log],
    over: [sigmoid],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, sigmoid));
      return inner && at.emit(neg, [at.emit(softplus, [negate(inner, at)])]);
    },
  },
  {
    name: "log1p-minus-sigmoid",
    why: "log(1 - sigmoid x) is -softplus(x).",
    class: "sharpens",
    roots: [log1p],
    over: [neg],
    apply({ inputs: [x] }, at) {
      const negative = operand(at.is(x, neg));
      const inner = negative && operand(at.is(negative, sigmoid));
      return inner && at.emit(neg, [at.emit(softplus, [inner])]);
    },
  },
  {
    name: "log-sum-exp",
    why: "The greatest exponent is taken out before the exponentials can overflow.",
    class: "sharpens",
    roots: [log],
    over: [sum],
    apply({ inputs: [v] }, at) {
      const found = sumOfExp(v, at);
      return found && logSumExp(found.x, found.axes, at);
    },
  },
  {
    name: "exp-over-sum",
    why: "exp(x) / sum(exp x), the gradient of a log-sum-exp, is exp(x - logsumexp(x)).",
    class: "sharpens",
    roots: [mul, div],
    over: [exp],
    apply(eq, at) {
      const pairs = eq.op === mul ? [eq.inputs, [...eq.inputs].reverse()] : [eq.inputs];
      for (const [v, w] of pairs) {
        const x = operand(at.is(v, exp));
        const r = x && repeated(w, at);
        const total = r && (eq.op === div ? r.source : inverted(r.source, at));
        const found = total && sumOfExp(total, at);
        if (!x || !r || !found || found.x !== x) continue;
        const kept = range(x.type.shape.length).filter((i) => !found.axes.includes(i));
        if (kept.length !== r.dims.length || kept.some((d, i) => d !== r.dims[i])) continue;
        const lse = logSumExp(x, found.axes, at);
        return at.emit(exp, [at.emit(sub, [x, spread(lse, x.type.shape, kept, at)])]);
      }
      return null;
    },
  },
  {
    name: "log-add-exp",
    why: "The logarithm of the sum of two exponentials is logaddexp, which does not overflow.",
    class: "sharpens",
    roots: [log],
    over: [add],
    apply({ inputs: [x] }, at) {
      const total = at.is(x, add);
      const a = total && operand(at.is(total.inputs[0], exp));
      const b = total && operand(at.is(total.inputs[1], exp));
      return a && b && at.emit(logaddexp, [a, b]);
    },
  },
  {
    name: "log-square",
    why: "The logarithm of a square is twice that of the absolute value, which does not overflow.",
    class: "sharpens",
    roots: [log],
    over: [square],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, square));
      return inner && at.emit(mul, [at.emit(log, [at.emit(abs, [inner])]), fillLike(2, x, at)]);
    },
  },
  {
    name: "log-sqrt",
    why: "The logarithm of a square root is half the logarithm.",
    class: "sharpens",
    roots: [log],
    over: [sqrt],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, sqrt));
      return inner && at.emit(mul, [at.emit(log, [inner]), fillLike(0.5, x, at)]);
    },
  },
  {
    name: "log-reciprocal",
    why: "The logarithm of a reciprocal is minus the logarithm, finite where the reciprocal overflows.",
    class: "sharpens",
    roots: [log],
    over: [reciprocal],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, reciprocal));
      return inner && at.emit(neg, [at.emit(log, [inner])]);
    },
  },
  {
    name: "log-ndtr",
    why: "The logarithm of a normal distribution function has its own form in the far tail.",
    class: "sharpens",
    roots: [log],
    over: [ndtr],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, ndtr));
      return inner && at.emit(logNdtr, [inner]);
    },
  },
  {
    name: "sqrt-square",
    why: "The root of a square is the absolute value; the square may overflow.",
    class: "sharpens",
    roots: [sqrt],
    over: [square],
    apply({ inputs: [x] }, at) {
      const inner = operand(at.is(x, square));
      return inner && at.emit(abs, [inner]);
    },
  },
  {
    name: "exp-minus-one",
    why: "exp(x) - 1 cancels near zero, expm1 does not.",
    class: "sharpens",
    roots: [sub, add],
    over: [exp],
    apply({ op, inputs: [a, b] }, at) {
      const whole = op === sub ? at.splat(b) === 1 && a : at.splat(b) === -1 ? a : at.splat(a) === -1 && b;
      const inner = whole ? operand(at.is(whole, exp)) : null;
      return inner && at.emit(expm1, [inner]);
    },
  },
  {
    name: "one-minus",
    why: "One minus exp, sigmoid, erf or ndtr cancels; each has a complement that does not.",
    class: "sharpens",
    roots: [sub],
    over: [exp, sigmoid, erf, ndtr],
    apply({ inputs: [one, v] }, at) {
      if (at.splat(one) !== 1) return null;
      const of = (op: typeof exp): Value | null => operand(at.is(v, op));
      const e = of(exp);
      if (e) return at.emit(neg, [at.emit(expm1, [e])]);
      const s = of(sigmoid);
      if (s) return at.emit(sigmoid, [negate(s, at)]);
      const f = of(erf);
      if (f) return at.emit(erfc, [f]);
      const n = of(ndtr);
      return n && at.emit(ndtr, [negate(n, at)]);
    },
  },
  {
    name: "reciprocal-one-plus-exp",
    why: "1 / (1 + exp x) is sigmoid(-x).",
    class: "sharpens",
    roots: [reciprocal],
    over: [add],
    apply({ inputs: [x] }, at) {
      const e = plus(x, 1, at);
      const inner = e && operand(at.is(e, exp));
      return inner && at.emit(sigmoid, [negate(inner, at)]);
    },
  },
  {
    name: "exp-over-one-plus-exp",
    why: "exp(x) / (1 + exp x) is sigmoid(x), finite where the exponential overflows.",
    class: "sharpens",
    roots: [div, mul],
    over: [exp],
    apply(eq, at) {
      const [a, b] = eq.inputs;
      if (eq.op === div) {
        const x = operand(at.is(a, exp));
        const e = plus(b, 1, at);
        return x && e && operand(at.is(e, exp)) === x ? at.emit(sigmoid, [x]) : null;
      }
      for (const [v, w] of [[a, b] as const, [b, a] as const]) {
        const x = operand(at.is(v, exp));
        if (!x) continue;
        const s = operand(at.is(w, sigmoid));
        if (s && areNegatives(s, x, at)) return at.emit(sigmoid, [x]);
        // The same inside a longer product, as derivatives make it: (c * sigmoid(-x)) * exp(x).
        const product = at.is(w, mul);
        for (const i of product ? [0, 1] : []) {
          const inner = operand(at.is(product!.inputs[i], sigmoid));
          if (inner && areNegatives(inner, x, at))
            return at.emit(mul, [product!.inputs[1 - i], at.emit(sigmoid, [x])]);
        }
      }
      return null;
    },
  },
];
