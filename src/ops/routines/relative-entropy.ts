// entr, relEntr and klDiv: -x log x, x log(x / y) and x log(x / y) - x + y, where the arguments are near each other without cancellation.
import type { Machine, Routine } from "../../ir/machine.js";
import { excess, log, log1p } from "./log.js";

/** log x - log y of arguments whose quotient is not a normal number; what is wrong of others (NaN, infinities, negative ones). */
const logRatioSlow: Routine = {
  name: "log_ratio_slow",
  doc: "log(x / y) of any arguments, as the difference of two logarithms: of a quotient this far from one nothing cancels.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, x: V, y: V): V => k.sub(k.call(log, x), k.call(log, y)),
};

/** log(x / y): between half and twice y the difference is exact, and what the ratio would round off counts. */
export const logRatio: Routine = {
  name: "log_ratio",
  doc: "log(x / y) for positive arguments, as log1p((x - y) / y) where they are within a factor of two; below 3 ulp.",
  arity: 2,
  simd: true,
  body: <V>(k: Machine<V>, x: V, y: V): V => {
    const q = k.div(x, y);
    const usual = k.and(k.gt(q, k.num(2 ** -1000)), k.lt(q, k.num(2 ** 1000)));
    return k.rare(k.not(usual), [x, y], logRatioSlow, () =>
      k.branch(
        k.and(k.gt(q, k.num(0.5)), k.lt(q, k.num(2))),
        () => k.call(log1p, k.div(k.sub(x, y), y)),
        () => k.call(log, q),
      ),
    );
  },
};

export const entr: Routine = {
  name: "entr",
  doc: "-x log x, 0 at 0, NaN below.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => k.select(k.eq(x, k.num(0)), k.num(0), k.mul(k.neg(x), k.call(log, x))),
};

export const relEntr: Routine = {
  name: "rel_entr",
  doc: "x log(x / y) for x, y >= 0, 0 where x is 0 and y is not NaN; below 4 ulp.",
  arity: 2,
  simd: true,
  body: <V>(k: Machine<V>, x: V, y: V): V =>
    k.select(k.and(k.eq(x, k.num(0)), k.ge(y, k.num(0))), k.num(0), k.mul(x, k.call(logRatio, x, y))),
};

export const klDiv: Routine = {
  name: "kl_div",
  doc: "x log(x / y) - x + y, never negative: x (u - log(1 + u)) with u = (y - x) / x from y = x / 2 on; below 6 ulp.",
  arity: 2,
  simd: true,
  body: <V>(k: Machine<V>, x: V, y: V): V => {
    const u = k.div(k.sub(y, x), x);
    const near = k.and(k.ge(u, k.num(-0.5)), k.lt(u, k.num(Infinity)));
    const y0 = k.branch(
      near,
      () => k.mul(x, k.call(excess, u)),
      () => k.add(k.sub(k.call(relEntr, x, y), x), y),
    );
    return k.select(k.and(k.eq(x, k.num(0)), k.ge(y, k.num(0))), y, y0);
  },
};
