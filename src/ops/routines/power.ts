// pow: y log x in about 100 bits, then exp. Special cases are those of Math.pow. The logarithm of a base that many powers
// share is computed once: logHigh and logLow of it, inline so that engines compute both as one, and powFromLog for each exponent.
import type { Machine, Routine } from "../../ir/machine.js";
import {
  atLeast,
  atMost,
  estrin,
  horner,
  quickSum,
  scale,
  twoProduct,
  twoSum,
  type Pair,
} from "./arithmetic.js";
import { expTail, LN2_HIGH, LN2_LOW, logTailLong, TWO_THIRDS_LOW } from "./coefficients.js";
import { splitLog } from "./log.js";

/** log of a positive normal number times 2^-shift, to about 2^-66 relative. */
function longLog<V>(k: Machine<V>, x: V, shift: V): Pair<V> {
  const { e: exponent, f, m } = splitLog(k, x);
  const e = k.sub(exponent, shift);
  // s = f / (m + 1) in two parts.
  const d = twoSum(k, m, k.num(1));
  const s = k.div(f, d.high);
  const p = twoProduct(k, s, d.high);
  const sLow = k.div(k.sub(k.sub(k.sub(f, p.high), p.low), k.mul(s, d.low)), d.high);
  // log m = s (2 + 2/3 z + z^2 Q(z)), z = s^2.
  const square = twoProduct(k, s, s);
  const zLow = k.add(square.low, k.mul(k.num(2), k.mul(s, sLow)));
  const z = square.high;
  const w = twoProduct(k, k.num(2 / 3), z);
  const wLow = k.add(w.low, k.add(k.mul(k.num(2 / 3), zLow), k.mul(k.num(TWO_THIRDS_LOW), z)));
  const u = quickSum(k, w.high, k.mul(k.mul(z, z), horner(k, z, logTailLong)));
  const v = quickSum(k, k.num(2), u.high);
  const vLow = k.add(v.low, k.add(u.low, wLow));
  const product = twoProduct(k, s, v.high);
  const low = k.add(product.low, k.add(k.mul(s, vLow), k.mul(sLow, v.high)));
  const sum = twoSum(k, k.mul(e, k.num(LN2_HIGH)), product.high);
  return quickSum(k, sum.high, k.add(sum.low, k.add(low, k.mul(e, k.num(LN2_LOW)))));
}

/** n and exp(high + low) / 2^n, |low| far below |high|. */
function reduced<V>(k: Machine<V>, high: V, low: V): { n: V; sum: V } {
  const n = k.nearest(k.mul(high, k.num(Math.LOG2E)));
  const a = k.sub(high, k.mul(n, k.num(LN2_HIGH)));
  const b = k.mul(n, k.num(LN2_LOW));
  const r = k.sub(a, b);
  const rest = k.add(k.sub(k.sub(a, r), b), low);
  const tail = k.mul(k.mul(r, r), estrin(k, r, expTail));
  // exp(r + rest) = exp(r) (1 + rest) to first order.
  const correction = k.add(rest, k.mul(rest, k.add(r, tail)));
  return { n, sum: k.add(k.num(1), k.add(r, k.add(tail, correction))) };
}

/** exp(high + low) of any size. */
function longExp<V>(k: Machine<V>, x: Pair<V>): V {
  const inside = k.lt(k.abs(x.high), k.num(760));
  const high = atLeast(k, atMost(k, x.high, 710), -746);
  const { n, sum } = reduced(k, high, k.select(inside, x.low, k.num(0)));
  return scale(k, sum, n);
}

const powSlow: Routine = {
  name: "pow_slow",
  doc: "pow of any two numbers.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, x: V, y: V): V => {
    const [zero, one, infinity] = [k.num(0), k.num(1), k.num(Infinity)];
    const a = k.abs(x);
    const tiny = k.lt(a, k.num(2 ** -1022));
    const scaled = k.select(tiny, k.mul(a, k.num(2 ** 54)), a);
    const l = longLog(k, scaled, k.select(tiny, k.num(54), zero));
    // Exponents beyond 2^64 give what 2^64 gives.
    const power = atLeast(k, atMost(k, y, 2 ** 64), -(2 ** 64));
    const p = twoProduct(k, power, l.high);
    let result = longExp(k, { high: p.high, low: k.add(p.low, k.mul(power, l.low)) });
    const positive = k.gt(y, zero);
    result = k.select(k.eq(a, zero), k.select(positive, zero, infinity), result);
    result = k.select(k.eq(a, infinity), k.select(positive, infinity, zero), result);
    // 1^(+-inf) is NaN, as in Math.pow.
    const endless = k.and(k.eq(a, one), k.eq(k.abs(y), infinity));
    result = k.select(endless, k.num(NaN), result);
    const half = k.mul(y, k.num(0.5));
    const whole = k.eq(k.floor(y), y);
    const odd = k.and(whole, k.ne(k.floor(half), half));
    const minus = k.lt(k.copysign(one, x), zero);
    result = k.select(k.and(minus, odd), k.neg(result), result);
    const complex = k.and(k.and(minus, k.not(whole)), k.and(k.lt(zero, a), k.lt(a, infinity)));
    result = k.select(complex, k.num(NaN), result);
    result = k.select(k.and(k.eq(x, x), k.eq(y, y)), result, k.num(NaN));
    return k.select(k.eq(y, zero), one, result);
  },
};

/** x^y from log x in two parts, where x is positive and normal, and the power is in the normal range too. */
function fromLog<V>(k: Machine<V>, x: V, y: V, l: Pair<V>): V {
  const sizes = k.and(k.ge(x, k.num(2 ** -1022)), k.lt(x, k.num(Infinity)));
  // A base of 1 has the logarithm 0, which hides exponents too large for twoProduct.
  const moderate = k.and(k.lt(k.abs(k.mul(y, l.high)), k.num(700)), k.lt(k.abs(y), k.num(2 ** 64)));
  return k.rare(k.not(k.and(sizes, moderate)), [x, y], powSlow, () => {
    const p = twoProduct(k, y, l.high);
    const { n, sum } = reduced(k, p.high, k.add(p.low, k.mul(y, l.low)));
    return k.mul(sum, k.pow2(n));
  });
}

export const pow: Routine = {
  name: "pow",
  doc: "x^y through a logarithm in two doubles; special cases as Math.pow (NaN for 1^inf); below 2 ulp.",
  arity: 2,
  simd: true,
  body: <V>(k: Machine<V>, x: V, y: V): V => fromLog(k, x, y, longLog(k, x, k.num(0))),
};

export const logHigh: Routine = {
  name: "log_high",
  doc: "log of a positive normal number, rounded; anything elsewhere, where powFromLog does not look at it.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => longLog(k, x, k.num(0)).high,
};

export const logLow: Routine = {
  name: "log_low",
  doc: "What log_high lost to rounding.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => longLog(k, x, k.num(0)).low,
};

export const powFromLog: Routine = {
  name: "pow_from_log",
  doc: "x^y, bit for bit that of pow, given log_high and log_low of x.",
  arity: 4,
  simd: true,
  body: <V>(k: Machine<V>, x: V, y: V, high: V, low: V): V => fromLog(k, x, y, { high, low }),
};
