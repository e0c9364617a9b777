// exp and expm1: x = n log 2 + r with |r| <= log(2)/2, a polynomial in r, and a scale by 2^n.
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost, estrin, scale } from "./arithmetic.js";
import { expm1Single, expSingle } from "./single.js";
import { expTail, LN2_HIGH, LN2_LOW } from "./coefficients.js";

/** n and r of x, and exp(r) - 1 - r. */
export function reduceExp<V>(k: Machine<V>, x: V): { n: V; r: V; tail: V } {
  const n = k.nearest(k.mul(x, k.num(Math.LOG2E)));
  const r = k.sub(k.sub(x, k.mul(n, k.num(LN2_HIGH))), k.mul(n, k.num(LN2_LOW)));
  return { n, r, tail: k.mul(k.mul(r, r), estrin(k, r, expTail)) };
}

export const exp: Routine = {
  name: "exp",
  doc: "exp x by Cody-Waite reduction and a polynomial of degree 11, branch-free; below 1 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    // Beyond these limits the result is infinite or zero, and n would leave the range of `scale`.
    const { n, r, tail } = reduceExp(k, atLeast(k, atMost(k, x, 710), -746));
    return scale(k, k.add(k.num(1), k.add(r, tail)), n);
  },
  single: expSingle,
};

export const expm1: Routine = {
  name: "expm1",
  doc: "exp(x) - 1 with full relative accuracy near 0: 2^n (exp(r) - 1) + (2^n - 1); below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const { n, r, tail } = reduceExp(k, atLeast(k, atMost(k, x, 710), -50));
    // Half of everything, so that n = 1024 does not overflow; the doubling is exact.
    const half = k.pow2(k.sub(n, k.num(1)));
    const y = k.add(k.mul(half, k.add(r, tail)), k.sub(half, k.num(0.5)));
    return k.select(k.lt(k.abs(x), k.num(2 ** -54)), x, k.add(y, y));
  },
  single: expm1Single,
};
