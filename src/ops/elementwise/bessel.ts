// Rows of the modified Bessel functions of the first kind, exponentially scaled and not.
import type { Bound, Elementwise } from "../../ir/op.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const moderate: readonly [number, number] = [-10, 10];

/** Up to here the limits at 0 hold; above the smallest number of single precision. */
const TINY = 1e-30;

/** Differences of functions that are near each other: 1e-13. */
const slopes: Bound = { ulp: 500 };

export const besselGap = elementwise({
  name: "besselGap",
  doc: "exp(-|x|) (I0(x) - I1(|x|)), what the derivatives of i0e and i1e are made of.",
  cost: 80,
  ulp: 200,
  range: [[0.5, 10]],
  partials: (m, [x], out) => [
    () => {
      // of a = |x|: i1e / a - 2 gap, and -3/2 at 0
      const a = m.apply("abs", x);
      const usual = m.sub(m.over(m.apply("i1e", a), a), m.mul(out, 2));
      return m.mul(m.apply("sign", x), m.where(m.compare("lt", a, TINY), -1.5, usual));
    },
  ],
  slopes,
  routine: routine.besselGap,
});

export const i0e = elementwise({
  name: "i0e",
  doc: "exp(-|x|) times the modified Bessel function of order 0.",
  cost: 40,
  range: [moderate],
  partials: (m, [x]) => [() => m.neg(m.mul(m.apply("sign", x), m.e(besselGap, [x])))],
  slopes,
  routine: routine.i0e,
});

export const i1e = elementwise({
  name: "i1e",
  doc: "exp(-|x|) times the modified Bessel function of order 1.",
  cost: 40,
  range: [moderate],
  partials: (m, [x], out) => [
    () => {
      // I1' = I0 - I1 / x, and 1/2 at 0
      const tiny = m.compare("lt", m.apply("abs", x), TINY);
      return m.where(tiny, 0.5, m.sub(m.e(besselGap, [x]), m.over(out, x)));
    },
  ],
  slopes,
  routine: routine.i1e,
});

export const i0: Elementwise = elementwise({
  name: "i0",
  doc: "The modified Bessel function of order 0.",
  cost: 60,
  ulp: 8,
  range: [moderate],
  partials: (m, [x]) => [() => m.e(i1, [x])],
  slopes: { ulp: 8 },
  routine: routine.i0,
});

export const i1: Elementwise = elementwise({
  name: "i1",
  doc: "The modified Bessel function of order 1.",
  cost: 60,
  ulp: 8,
  range: [moderate],
  partials: (m, [x], out) => [
    () => {
      // I0 - I1 / x, of which the first is the larger where both overflow.
      const tiny = m.compare("lt", m.apply("abs", x), TINY);
      const whole = m.compare("eq", m.apply("abs", out), Infinity);
      return m.where(tiny, 0.5, m.sub(m.e(i0, [x]), m.over(m.where(whole, 0, out), x)));
    },
  ],
  slopes: { ulp: 16 },
  routine: routine.i1,
});
