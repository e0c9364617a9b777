// atan, atan2, asin, acos: an odd polynomial near 0, and angles added as two-part multiples of pi/4.
import type { Machine, Routine } from "../../ir/machine.js";
import { estrin, rational } from "./arithmetic.js";
import { asinTail, atanTail, HALF_PI_LOW, QUARTER_PI_HIGH, QUARTER_PI_LOW } from "./coefficients.js";

/** atan t - t for |t| <= tan(pi/8). */
function atanRest<V>(k: Machine<V>, t: V): V {
  const z = k.mul(t, t);
  return k.mul(k.mul(z, t), estrin(k, z, atanTail));
}

/** turns * pi/4 + atan t, with turns in 0..4. */
function angle<V>(k: Machine<V>, turns: V, t: V): V {
  const low = k.add(k.mul(turns, k.num(QUARTER_PI_LOW)), atanRest(k, t));
  // The multiple of pi/4 is exact, so the sum with t is the only rounding of size.
  const high = k.mul(turns, k.num(QUARTER_PI_HIGH));
  const sum = k.add(high, t);
  const lost = k.add(k.sub(high, sum), t);
  return k.add(sum, k.add(lost, low));
}

const TAN_EIGHTH = Math.SQRT2 - 1;

export const atan: Routine = {
  name: "atan",
  doc: "Arc tangent, reduced to |t| <= tan(pi/8) by (a - 1) / (a + 1) and -1 / a; below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const [a, one] = [k.abs(x), k.num(1)];
    const middle = k.gt(a, k.num(TAN_EIGHTH));
    const large = k.gt(a, k.num(1 / TAN_EIGHTH));
    const top = k.select(large, k.num(-1), k.select(middle, k.sub(a, one), a));
    const bottom = k.select(large, a, k.select(middle, k.add(a, one), one));
    const turns = k.select(large, k.num(2), k.boolToFloat(middle));
    return k.copysign(angle(k, turns, k.div(top, bottom)), x);
  },
};

export const atan2: Routine = {
  name: "atan2",
  doc: "The angle of the point (x, y), arguments in the order y, x; signed zeros and infinities as Math.atan2; below 4 ulp.",
  arity: 2,
  simd: true,
  body: <V>(k: Machine<V>, y: V, x: V): V => {
    const [zero, one] = [k.num(0), k.num(1)];
    const [a, b] = [k.abs(y), k.abs(x)];
    const steep = k.gt(a, b);
    // Quartering both keeps the sum of huge ones finite.
    const factor = k.select(k.gt(k.select(steep, a, b), k.num(2 ** 1020)), k.num(0.25), one);
    const large = k.mul(k.select(steep, a, b), factor);
    const small = k.mul(k.select(steep, b, a), factor);
    // "At least", not "above": two infinities stand at 45 degrees.
    const middle = k.and(k.ge(small, k.mul(large, k.num(TAN_EIGHTH))), k.gt(large, zero));
    const gap = k.select(k.eq(small, large), zero, k.sub(small, large));
    const top = k.select(middle, gap, small);
    const bottom = k.select(middle, k.add(small, large), k.select(k.eq(large, zero), one, large));
    const t = k.div(top, bottom);
    // The angle from the nearer axis is turns pi/4 + atan t; fold it into the half plane y >= 0.
    const near = k.boolToFloat(middle);
    const left = k.lt(k.copysign(one, x), zero);
    const backwards = k.xor(steep, left);
    const base = k.select(steep, k.num(2), k.select(left, k.num(4), zero));
    const turns = k.add(base, k.select(backwards, k.neg(near), near));
    const result = k.copysign(angle(k, turns, k.select(backwards, k.neg(t), t)), y);
    return k.select(k.and(k.eq(x, x), k.eq(y, y)), result, k.num(NaN));
  },
};

/** (asin s - s) / s as a function of z = s^2 in [0, 1/4]. */
const asinRest = <V>(k: Machine<V>, z: V): V => k.mul(z, rational(k, z, asinTail));

export const asin: Routine = {
  name: "asin",
  doc: "Arc sine: a rational function to 1/2, pi/2 - 2 asin sqrt((1 - |x|) / 2) beyond; NaN outside [-1, 1]; below 4 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const far = k.gt(a, k.num(0.5));
    const half = k.mul(k.sub(k.num(1), a), k.num(0.5));
    const z = k.select(far, half, k.mul(a, a));
    const s = k.select(far, k.sqrt(half), a);
    const rest = k.mul(s, asinRest(k, z));
    const twice = k.add(s, s);
    // pi/2 - 2 s - 2 rest, largest first.
    const y = k.sub(k.sub(k.num(Math.PI / 2), twice), k.sub(k.add(rest, rest), k.num(HALF_PI_LOW)));
    return k.copysign(k.select(far, y, k.add(s, rest)), x);
  },
};

export const acos: Routine = {
  name: "acos",
  doc: "Arc cosine: pi/2 - asin x to 1/2, 2 asin sqrt((1 - x) / 2) beyond; NaN outside [-1, 1]; below 4 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const far = k.gt(a, k.num(0.5));
    const half = k.mul(k.sub(k.num(1), a), k.num(0.5));
    const z = k.select(far, half, k.mul(x, x));
    const s = k.select(far, k.sqrt(half), x);
    const rest = k.mul(s, asinRest(k, z));
    const near = k.sub(k.num(Math.PI / 2), k.add(s, k.sub(rest, k.num(HALF_PI_LOW))));
    const twice = k.mul(k.num(2), k.add(s, rest));
    const behind = k.sub(k.num(Math.PI), k.sub(twice, k.num(2 * HALF_PI_LOW)));
    return k.select(far, k.select(k.lt(x, k.num(0)), behind, twice), near);
  },
};
