// tanh, sinh, cosh and their inverses, through expm1, exp and log1p of the absolute value.
import type { Machine, Routine } from "../../ir/machine.js";
import { atMost } from "./arithmetic.js";
import { exp, expm1 } from "./exp.js";
import { log1p } from "./log.js";
import { tanhSingle } from "./single.js";

export const tanh: Routine = {
  name: "tanh",
  doc: "t / (t + 2) below 0.55 and 1 - 2 / (t + 2) above, with t = expm1(2 |x|); below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const two = k.num(2);
    // From 22 on the result is 1.
    const t = k.call(expm1, k.mul(atMost(k, a, 22), two));
    const near = k.lt(a, k.num(0.55));
    const q = k.div(k.select(near, t, two), k.add(t, two));
    return k.copysign(k.select(near, q, k.sub(k.num(1), q)), x);
  },
  single: tanhSingle,
};

/** exp(a) / 2 where exp(a) itself would overflow. */
const halfExp = <V>(k: Machine<V>, a: V): V => {
  const root = k.call(exp, k.mul(a, k.num(0.5)));
  return k.mul(k.mul(root, k.num(0.5)), root);
};

const sinhSlow: Routine = {
  name: "sinh_slow",
  doc: "sinh x for |x| > 709.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => k.copysign(halfExp(k, k.abs(x)), x),
};

export const sinh: Routine = {
  name: "sinh",
  doc: "(t + t / (t + 1)) / 2 with t = expm1 |x|; below 4 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.rare(k.gt(a, k.num(709)), [x], sinhSlow, () => {
      const t = k.call(expm1, a);
      const y = k.mul(k.num(0.5), k.add(t, k.div(t, k.add(t, k.num(1)))));
      return k.copysign(y, x);
    });
  },
};

const coshSlow: Routine = {
  name: "cosh_slow",
  doc: "cosh x for |x| > 709.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => halfExp(k, k.abs(x)),
};

export const cosh: Routine = {
  name: "cosh",
  doc: "e / 2 + 1 / (2 e) with e = exp |x|; below 4 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.rare(k.gt(a, k.num(709)), [x], coshSlow, () => {
      const e = k.call(exp, a);
      return k.add(k.mul(k.num(0.5), e), k.div(k.num(0.5), e));
    });
  },
};

export const asinh: Routine = {
  name: "asinh",
  doc: "log1p(a + a^2 / (1 + sqrt(1 + a^2))) with a = |x|, and log a + log 2 for large a; below 4 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const one = k.num(1);
    const large = k.gt(a, k.num(2 ** 55));
    const square = k.mul(a, a);
    const near = k.add(a, k.div(square, k.add(one, k.sqrt(k.add(one, square)))));
    const y = k.call(log1p, k.select(large, a, near));
    return k.copysign(k.add(y, k.select(large, k.num(Math.LN2), k.num(0))), x);
  },
};

export const acosh: Routine = {
  name: "acosh",
  doc: "log1p(t + sqrt(t (t + 2))) with t = x - 1, and log x + log 2 for large x; NaN below 1; below 4 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const t = k.sub(x, k.num(1));
    const large = k.gt(x, k.num(2 ** 55));
    const near = k.add(t, k.sqrt(k.mul(t, k.add(t, k.num(2)))));
    const y = k.call(log1p, k.select(large, x, near));
    return k.select(k.lt(x, k.num(1)), k.num(NaN), k.add(y, k.select(large, k.num(Math.LN2), k.num(0))));
  },
};

export const atanh: Routine = {
  name: "atanh",
  doc: "log1p(2 a / (1 - a)) / 2 with a = |x|; infinite at 1, NaN beyond; below 4 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const y = k.call(log1p, k.div(k.add(a, a), k.sub(k.num(1), a)));
    return k.copysign(k.mul(k.num(0.5), y), x);
  },
};
