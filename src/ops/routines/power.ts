// pow: y log x in about 100 bits, then exp. Special cases are those of Math.pow.
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

/** exp(high + low), |low| far below |high|. */
function longExp<V>(k: Machine<V>, x: Pair<V>): V {
  const inside = k.lt(k.abs(x.high), k.num(760));
  const high = atLeast(k, atMost(k, x.high, 710), -746);
  const low = k.select(inside, x.low, k.num(0));
  const n = k.nearest(k.mul(high, k.num(Math.LOG2E)));
  const a = k.sub(high, k.mul(n, k.num(LN2_HIGH)));
  const b = k.mul(n, k.num(LN2_LOW));
  const r = k.sub(a, b);
  const rest = k.add(k.sub(k.sub(a, r), b), low);
  const tail = k.mul(k.mul(r, r), estrin(k, r, expTail));
  // exp(r + rest) = exp(r) (1 + rest) to first order.
  const correction = k.add(rest, k.mul(rest, k.add(r, tail)));
  return scale(k, k.add(k.num(1), k.add(r, k.add(tail, correction))), n);
}

export const pow: Routine = {
  name: "pow",
  doc: "x^y through a logarithm in two doubles; special cases as Math.pow (NaN for 1^inf); below 2 ulp.",
  arity: 2,
  simd: true,
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
