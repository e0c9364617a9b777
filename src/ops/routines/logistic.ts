// Functions of exp(-|x|): sigmoid, softplus, their logarithms and log-space sums. All share e = exp(-|x|), which never overflows.
import type { Machine, Routine } from "../../ir/machine.js";
import { exp, expm1 } from "./exp.js";
import { log, log1p, log1pUnit } from "./log.js";
import { log1pUnitSingle } from "./single.js";

const decay = <V>(k: Machine<V>, x: V): V => k.call(exp, k.neg(k.abs(x)));

/** The last step of these functions, in either precision. */
type LogUnit = <V>(k: Machine<V>, e: V) => V;

const sigmoidOf = <V>(k: Machine<V>, x: V): V => {
  const e = decay(k, x);
  return k.div(k.select(k.ge(x, k.num(0)), k.num(1), e), k.add(k.num(1), e));
};

const softplusBy =
  (logUnit: LogUnit) =>
  <V>(k: Machine<V>, x: V): V => {
    const zero = k.num(0);
    return k.add(k.select(k.lt(x, zero), zero, x), logUnit(k, decay(k, x)));
  };

const logSigmoidBy =
  (logUnit: LogUnit) =>
  <V>(k: Machine<V>, x: V): V => {
    const zero = k.num(0);
    return k.sub(k.select(k.lt(zero, x), zero, x), logUnit(k, decay(k, x)));
  };

const logaddexpBy =
  (logUnit: LogUnit) =>
  <V>(k: Machine<V>, a: V, b: V): V => {
    const top = k.max(a, b);
    // Equal arguments differ by 0 even when both are infinite.
    const gap = k.select(k.eq(a, b), k.num(0), k.sub(a, b));
    return k.add(top, logUnit(k, decay(k, gap)));
  };

export const sigmoid: Routine = {
  name: "sigmoid",
  doc: "1 / (1 + exp(-x)) as (x >= 0 ? 1 : e) / (1 + e) with e = exp(-|x|); below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: sigmoidOf,
  single: sigmoidOf,
};

export const softplus: Routine = {
  name: "softplus",
  doc: "log(1 + exp x) as max(x, 0) + log1p(e) with e = exp(-|x|); below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: softplusBy(log1pUnit),
  single: softplusBy(log1pUnitSingle),
};

export const logSigmoid: Routine = {
  name: "log_sigmoid",
  doc: "log(1 / (1 + exp(-x))) as min(x, 0) - log1p(e) with e = exp(-|x|); below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: logSigmoidBy(log1pUnit),
  single: logSigmoidBy(log1pUnitSingle),
};

export const logaddexp: Routine = {
  name: "logaddexp",
  doc: "log(exp a + exp b) as max + log1p(exp(-|a - b|)); equal infinities give themselves.",
  arity: 2,
  simd: true,
  inline: true,
  body: logaddexpBy(log1pUnit),
  single: logaddexpBy(log1pUnitSingle),
};

export const log1mexp: Routine = {
  name: "log1mexp",
  doc: "log(1 - exp(-|x|)): log(-expm1(-|x|)) up to log 2, log1p(-exp(-|x|)) beyond (Maechler 2012).",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const minus = k.neg(k.abs(x));
    return k.branch(
      k.gt(minus, k.num(-Math.LN2)),
      () => k.call(log, k.neg(k.call(expm1, minus))),
      () => k.call(log1p, k.neg(k.call(exp, minus))),
    );
  },
};

export const xlogy: Routine = {
  name: "xlogy",
  doc: "x log y, and 0 where x is 0 and y is not NaN.",
  arity: 2,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V, y: V): V =>
    k.select(k.and(k.eq(x, k.num(0)), k.eq(y, y)), k.num(0), k.mul(x, k.call(log, y))),
};

export const xlog1py: Routine = {
  name: "xlog1py",
  doc: "x log(1 + y), and 0 where x is 0 and y is not NaN.",
  arity: 2,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V, y: V): V =>
    k.select(k.and(k.eq(x, k.num(0)), k.eq(y, y)), k.num(0), k.mul(x, k.call(log1p, y))),
};
