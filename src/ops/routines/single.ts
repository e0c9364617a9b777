// Special functions in single precision: every instruction rounds to f32, four lanes to a vector. Polynomials are as short as 24 bits allow.
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost, horner, scale, twoSum } from "./arithmetic.js";

/** log 2 in 16 bits, whose products with exponents are exact, and what is left of it. */
const HIGH = 45426 / 65536;
const LOW = Math.LN2 - HIGH;

/** (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2: the series, whose next term is below 2^-27. */
const expTail = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040];
/** log((1 + s) / (1 - s)) / s - 2, over s^2, for s^2 < 0.03: the series, whose next term is below 2^-27. */
const logTail = [2 / 3, 2 / 5, 2 / 7, 2 / 9];
/** The same for s^2 <= 1/9. */
const logUnitTail = [...logTail, 2 / 11, 2 / 13];

function reduce<V>(k: Machine<V>, x: V): { n: V; r: V; tail: V } {
  const n = k.nearest(k.mul(x, k.num(Math.LOG2E)));
  const r = k.sub(k.sub(x, k.mul(n, k.num(HIGH))), k.mul(n, k.num(LOW)));
  return { n, r, tail: k.mul(k.mul(r, r), horner(k, r, expTail)) };
}

export function expSingle<V>(k: Machine<V>, x: V): V {
  const { n, r, tail } = reduce(k, atLeast(k, atMost(k, x, 89), -104));
  return scale(k, k.add(k.num(1), k.add(r, tail)), n);
}

export function expm1Single<V>(k: Machine<V>, x: V): V {
  const { n, r, tail } = reduce(k, atLeast(k, atMost(k, x, 89), -30));
  // Half of everything, so that n = 128 does not overflow; the doubling is exact.
  const half = k.pow2(k.sub(n, k.num(1)));
  const y = k.add(k.mul(half, k.add(r, tail)), k.sub(half, k.num(0.5)));
  return k.select(k.lt(k.abs(x), k.num(2 ** -25)), x, k.add(y, y));
}

/** log of a positive normal number, and `extra`, which is far below the result. */
function logOf<V>(k: Machine<V>, x: V, extra?: V): V {
  const significand = k.significand(x);
  const large = k.gt(significand, k.num(Math.SQRT2));
  const m = k.select(large, k.mul(significand, k.num(0.5)), significand);
  const e = k.add(k.exponent(x), k.boolToFloat(large));
  const f = k.sub(m, k.num(1));
  const s = k.div(f, k.add(f, k.num(2)));
  const z = k.mul(s, s);
  const half = k.mul(k.mul(f, f), k.num(0.5));
  const low = k.mul(e, k.num(LOW));
  const small = k.add(
    k.mul(s, k.add(half, k.mul(z, horner(k, z, logTail)))),
    extra === undefined ? low : k.add(low, extra),
  );
  return k.sub(k.mul(e, k.num(HIGH)), k.sub(k.sub(half, small), f));
}

/** `slow` is the function in double, for what is not a positive normal number. */
export const logSingle =
  (slow: Routine) =>
  <V>(k: Machine<V>, x: V): V => {
    const usual = k.and(k.ge(x, k.num(2 ** -126)), k.lt(x, k.num(Infinity)));
    return k.rare(k.not(usual), [x], slow, () => logOf(k, x));
  };

export const log1pSingle =
  (slow: Routine) =>
  <V>(k: Machine<V>, x: V): V => {
    const usual = k.and(k.gt(x, k.num(-1)), k.lt(x, k.num(Infinity)));
    return k.rare(k.not(usual), [x], slow, () => k.copysign(unit(k, x), x));
  };

/** log(1 + x) for x > -1. */
function unit<V>(k: Machine<V>, x: V): V {
  const u = twoSum(k, k.num(1), x);
  return logOf(k, u.high, k.div(u.low, u.high));
}

/** log(1 + e) for e in [0, 1]: e less the deficit, with the small terms added first. */
export function log1pUnitSingle<V>(k: Machine<V>, e: V): V {
  const s = k.div(e, k.add(e, k.num(2)));
  const z = k.mul(s, s);
  const half = k.mul(k.mul(e, e), k.num(0.5));
  return k.sub(e, k.sub(half, k.mul(s, k.add(half, k.mul(z, horner(k, z, logUnitTail))))));
}

export function tanhSingle<V>(k: Machine<V>, x: V): V {
  const t = expm1Single(k, k.mul(k.num(2), atMost(k, k.abs(x), 10)));
  return k.copysign(k.div(t, k.add(t, k.num(2))), x);
}
