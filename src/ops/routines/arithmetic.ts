// Building blocks of special functions on a Machine: polynomials, clamps, scaling, exact sums and products.
import type { Machine } from "../../ir/machine.js";

/** c[0] + x (c[1] + x (...)), by Horner: fewest operations. */
export function horner<V>(k: Machine<V>, x: V, c: readonly number[]): V {
  let sum = k.num(c[c.length - 1]);
  for (let i = c.length - 2; i >= 0; i--) sum = k.add(k.mul(sum, x), k.num(c[i]));
  return sum;
}

/** The same polynomial by Estrin: pairs, then pairs of pairs; a logarithmic chain of dependent operations. */
export function estrin<V>(k: Machine<V>, x: V, c: readonly number[]): V {
  // One array, halved in place: this is the inner loop of eager mode.
  const terms: V[] = [];
  for (let i = 0; i < c.length; i += 2)
    terms.push(i + 1 < c.length ? k.add(k.num(c[i]), k.mul(k.num(c[i + 1]), x)) : k.num(c[i]));
  let power = x;
  for (let count = terms.length; count > 1; count = (count + 1) >> 1) {
    power = k.mul(power, power);
    for (let i = 0; i < count; i += 2)
      terms[i >> 1] = i + 1 < count ? k.add(terms[i], k.mul(terms[i + 1], power)) : terms[i];
  }
  return terms[0];
}

export interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

export function rational<V>(k: Machine<V>, x: V, r: Rational): V {
  return k.div(horner(k, x, r.top), horner(k, x, r.bottom));
}

/** x, or the limit where x is above it; NaN stays NaN. (One instruction in SIMD.) */
export function atMost<V>(k: Machine<V>, x: V, limit: number): V {
  const top = k.num(limit);
  return k.select(k.lt(top, x), top, x);
}

/** x, or the limit where x is below it; NaN stays NaN. */
export function atLeast<V>(k: Machine<V>, x: V, limit: number): V {
  const bottom = k.num(limit);
  return k.select(k.lt(x, bottom), bottom, x);
}

/** y * 2^n for n in [-1075, 1025], rounded once: the scale is split in two so that neither factor leaves the range. */
export function scale<V>(k: Machine<V>, y: V, n: V): V {
  const half = k.nearest(k.mul(n, k.num(0.5)));
  return k.mul(k.mul(y, k.pow2(half)), k.pow2(k.sub(n, half)));
}

/** An unevaluated sum: `high` is the rounded value and `low` what rounding lost. */
export interface Pair<V> {
  readonly high: V;
  readonly low: V;
}

/** a + b exactly (Knuth). */
export function twoSum<V>(k: Machine<V>, a: V, b: V): Pair<V> {
  const high = k.add(a, b);
  const bb = k.sub(high, a);
  return { high, low: k.add(k.sub(a, k.sub(high, bb)), k.sub(b, bb)) };
}

/** a + b exactly where |a| >= |b| (Dekker). */
export function quickSum<V>(k: Machine<V>, a: V, b: V): Pair<V> {
  const high = k.add(a, b);
  return { high, low: k.sub(b, k.sub(high, a)) };
}

/**
 * a * b short of overflow and underflow, to a 2^104th of it: the split made from bits, parts added from the largest (Dekker), each sum exact.
 * Only the product of the two low parts, of 27 bits each, can lose its last bit.
 */
export function twoProduct<V>(k: Machine<V>, a: V, b: V): Pair<V> {
  const high = k.mul(a, b);
  const [ah, bh] = [k.high(a), k.high(b)];
  const [al, bl] = [k.sub(a, ah), k.sub(b, bh)];
  const head = k.add(k.add(k.sub(k.mul(ah, bh), high), k.mul(ah, bl)), k.mul(al, bh));
  return { high, low: k.add(head, k.mul(al, bl)) };
}
