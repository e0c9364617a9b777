// log and log1p: x = 2^e z, z near the centre c of a cell, log c from a table and log(z / c) from a polynomial in z / c - 1.
import type { Machine, Routine } from "../../ir/machine.js";
import { estrin, twoSum } from "./arithmetic.js";
import { log1pSingle, logSingle } from "./single.js";
import { LN2_HIGH, LN2_LOW, logShort, logUnitTail } from "./coefficients.js";
import { LOG_HALVES, logTable } from "./tables.js";

/** Exponent and fraction of a positive normal number. */
export function splitLog<V>(k: Machine<V>, x: V): { e: V; f: V; m: V } {
  const significand = k.significand(x);
  const large = k.gt(significand, k.num(Math.SQRT2));
  const m = k.select(large, k.mul(significand, k.num(0.5)), significand);
  return { e: k.add(k.exponent(x), k.boolToFloat(large)), f: k.sub(m, k.num(1)), m };
}

/** f - log(1 + f), with the small terms added first; the tail is a polynomial in s^2. */
function deficit<V>(k: Machine<V>, f: V, tail: readonly number[]): V {
  const s = k.div(f, k.add(f, k.num(2)));
  const z = k.mul(s, s);
  const half = k.mul(k.mul(f, f), k.num(0.5));
  const rest = k.mul(s, k.add(half, k.mul(z, estrin(k, z, tail))));
  return k.sub(half, rest);
}

/** Bits below the number of a cell in the upper word of a double. */
const CELL = 20 - 7;
const BIAS = LOG_HALVES << (CELL - 1);

/** log of x + lost and 2^-less, for a positive normal number and a part that is far below it. */
function fromTable<V>(k: Machine<V>, x: V, lost?: V, less = 0): V {
  // x = 2^e z with z between the borders of the first and of the last cell, 0.71 and 1.42.
  const moved = k.nudge(x, BIAS);
  const exponent = k.exponent(moved);
  const z = k.significand(moved);
  const cell = k.iand(k.ishr(k.upper(z), k.int(CELL)), k.int(127));
  const [centre, inverse, high, low] = k.lookup(logTable, cell);
  const r0 = k.mul(k.sub(k.nudge(z, -BIAS), centre), inverse);
  const r = lost === undefined ? r0 : k.add(r0, k.mul(k.mul(lost, k.pow2(k.neg(exponent))), inverse));
  const square = k.mul(r, r);
  const e = less === 0 ? exponent : k.sub(exponent, k.num(less));
  const level = k.add(k.mul(e, k.num(LN2_HIGH)), high);
  const sum = k.add(level, r);
  const rest = k.add(k.add(k.sub(level, sum), r), k.add(k.mul(e, k.num(LN2_LOW)), low));
  return k.add(sum, k.add(rest, k.mul(square, estrin(k, r, logShort))));
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
    return edges(k, x, fromTable(k, k.mul(x, k.num(2 ** 54)), undefined, 54));
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
  doc: "Natural logarithm from those of 128 numbers in a table and a polynomial of degree 8 (the method of Tang 1990); below 0.65 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const usual = k.and(k.ge(x, k.num(2 ** -1022)), k.lt(x, k.num(Infinity)));
    return k.rare(k.not(usual), [x], logSlow, () => fromTable(k, x));
  },
  single: logSingle(logInDouble),
};

const log1pSlow: Routine = {
  name: "log1p_slow",
  doc: "log1p at and below -1, from 2^1000 on, and of NaN.",
  arity: 1,
  simd: false,
  body: <V>(k: Machine<V>, x: V): V =>
    k.select(k.ge(x, k.num(2 ** 1000)), k.call(log, x), edges(k, k.add(k.num(1), x), x)),
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
  doc: "log(1 + x) from the logarithm of the rounded sum and what rounding lost of it; below 0.75 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const usual = k.and(k.gt(x, k.num(-1)), k.lt(x, k.num(2 ** 1000)));
    return k.rare(k.not(usual), [x], log1pSlow, () => {
      const u = twoSum(k, k.num(1), x);
      return k.copysign(fromTable(k, u.high, u.low), x);
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
