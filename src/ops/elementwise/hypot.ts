// The routine of the hypotenuse: two sides in, its length out.
import type { Routine } from "../../ir/machine.js";

/** Sides so long or short that squares leave the range. */
const scaledHypot: Routine = {
  name: "hypot_scaled",
  doc: "hypot of any two numbers, scaled by the power of two in the longer side; infinite where either is.",
  arity: 2,
  simd: false,
  body(k, x, y) {
    const [a, b] = [k.abs(x), k.abs(y)];
    const most = k.select(k.gt(a, b), a, b);
    const unit = k.select(k.gt(most, k.num(1)), k.num(2 ** -600), k.num(2 ** 600));
    const [p, q] = [k.mul(a, unit), k.mul(b, unit)];
    const length = k.div(k.sqrt(k.add(k.mul(p, p), k.mul(q, q))), unit);
    // An infinite side is longer than anything, NaN included (IEEE 754).
    const infinite = k.or(k.eq(a, k.num(Infinity)), k.eq(b, k.num(Infinity)));
    return k.select(infinite, k.num(Infinity), length);
  },
};

export const hypot: Routine = {
  name: "hypot",
  doc: "sqrt(x^2 + y^2) without overflow on the way; below 1 ulp.",
  arity: 2,
  simd: true,
  body(k, x, y) {
    const square = k.add(k.mul(x, x), k.mul(y, y));
    const usual = k.and(k.gt(square, k.num(2 ** -900)), k.lt(square, k.num(2 ** 1000)));
    return k.rare(k.not(usual), [x, y], scaledHypot, () => k.sqrt(square));
  },
};
