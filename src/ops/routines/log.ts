// log and log1p: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt 2], and log(1 + f) as a series in s = f / (2 + f).
import type { Machine, Routine } from "../../ir/machine.js";
import { estrin, twoSum } from "./arithmetic.js";
import { log1pSingle, logSingle } from "./single.js";
import { LN2_HIGH, LN2_LOW, logTail, logUnitTail } from "./coefficients.js";

/** Exponent and fraction of a positive normal number. */
export function splitLog<V>(k: Machine<V>, x: V): { e: V; f: V; m: V } {
  const significand = k.significand(x);
  const large = k.gt(significand, k.num(Math.SQRT2));
  const m = k.select(large, k.mul(significand, k.num(0.5)), significand);
  return { e: k.add(k.exponent(x), k.boolToFloat(large)), f: k.sub(m, k.num(1)), m };
}

/** f - log(1 + f) - extra, with the small terms added first; the tail is a polynomial in s^2. */
function deficit<V>(k: Machine<V>, f: V, tail: readonly number[], extra?: V): V {
  const s = k.div(f, k.add(f, k.num(2)));
  const z = k.mul(s, s);
  const half = k.mul(k.mul(f, f), k.num(0.5));
  const rest = k.mul(s, k.add(half, k.mul(z, estrin(k, z, tail))));
  return k.sub(half, extra === undefined ? rest : k.add(rest, extra));
}

/** e log 2 + log(1 + f) + extra, for |extra| far below the result. */
function assemble<V>(k: Machine<V>, e: V, f: V, extra?: V): V {
  const low = k.mul(e, k.num(LN2_LOW));
  const d = deficit(k, f, logTail, extra === undefined ? low : k.add(low, extra));
  return k.sub(k.mul(e, k.num(LN2_HIGH)), k.sub(d, f));
}

/** What log of zero, of a negative number, of infinity and of NaN is; otherwise y. */
function edges<V>(k: Machine<V>, x: V, y: V): V {
  const ends = k.select(k.eq(x, k.num(0)), k.num(-Infinity), k.select(k.lt(x, k.num(0)), k.num(NaN), y));
  return k.select(k.lt(x, k.num(Infinity)), ends, x);
}

const logSlow: Routine = {
  name: "log_slow",
  doc: "log of subnormal numbers, zero, negative numbers, infinity and NaN.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => {
    const { e, f } = splitLog(k, k.mul(x, k.num(2 ** 54)));
    return edges(k, x, assemble(k, k.sub(e, k.num(54)), f));
  },
};

/** In single precision, what is left aside by the usual way. */
const logInDouble: Routine = {
  name: "log_in_double",
  doc: "log computed in double.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => k.call(log, x),
};

export const log: Routine = {
  name: "log",
  doc: "Natural logarithm by the series of atanh(f / (2 + f)), branch-free for normal numbers; below 1 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const usual = k.and(k.ge(x, k.num(2 ** -1022)), k.lt(x, k.num(Infinity)));
    return k.rare(k.not(usual), [x], logSlow, () => {
      const { e, f } = splitLog(k, x);
      return assemble(k, e, f);
    });
  },
  single: logSingle(logInDouble),
};

const log1pSlow: Routine = {
  name: "log1p_slow",
  doc: "log1p at and below -1, at infinity and NaN.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => edges(k, k.add(k.num(1), x), x),
};

/** In single precision, what is left aside by the usual way. */
const log1pInDouble: Routine = {
  name: "log1p_in_double",
  doc: "log1p computed in double.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => k.call(log1p, x),
};

export const log1p: Routine = {
  name: "log1p",
  doc: "log(1 + x) from the logarithm of the rounded sum and a correction for what rounding lost; below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const usual = k.and(k.gt(x, k.num(-1)), k.lt(x, k.num(Infinity)));
    return k.rare(k.not(usual), [x], log1pSlow, () => {
      const u = twoSum(k, k.num(1), x);
      const { e, f } = splitLog(k, u.high);
      const y = assemble(k, e, f, k.div(u.low, u.high));
      return k.copysign(y, x);
    });
  },
  single: log1pSingle(log1pInDouble),
};

const log1pSquareSlow: Routine = {
  name: "log1p_square_slow",
  doc: "log(1 + x^2) where the square overflows: there it is 2 log |x|.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V => k.mul(k.num(2), k.call(log, k.abs(x))),
};

const log1pOfSquare = <V>(k: Machine<V>, x: V): V => {
  const square = k.mul(x, x);
  return k.rare(k.eq(square, k.num(Infinity)), [x], log1pSquareSlow, () => k.call(log1p, square));
};

export const log1pSquare: Routine = {
  name: "log1p_square",
  doc: "log(1 + x^2) without overflow; below 3 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: log1pOfSquare,
  single: log1pOfSquare,
};

/** log(1 + e) for e in [0, 1]: what is left of softplus once exp(-|x|) is known. */
export function log1pUnit<V>(k: Machine<V>, e: V): V {
  return k.sub(e, deficit(k, e, logUnitTail));
}

export const excess: Routine = {
  name: "excess",
  doc: "x - log(1 + x) for x > -1, with full relative accuracy near 0: the exponent of centred gamma and beta densities.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V =>
    k.branch(
      k.lt(k.abs(x), k.num(0.5)),
      () => deficit(k, x, logUnitTail),
      () => k.sub(x, k.call(log1p, x)),
    ),
};
