// Rows of the exponentially scaled modified Bessel functions of the first kind.
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const moderate: readonly [number, number] = [-10, 10];

export const i0e = elementwise({
  name: "i0e",
  doc: "exp(-|x|) times the modified Bessel function of order 0.",
  cost: 40,
  range: [moderate],
  partials: (m, [x], out) => [() => m.sub(m.apply("i1e", x), m.mul(m.apply("sign", x), out))],
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
      const slope = m.add(m.apply("sign", x), m.inverse(x));
      const usual = m.sub(m.apply("i0e", x), m.mul(out, slope));
      return m.where(m.compare("eq", x, 0), 0.5, usual);
    },
  ],
  routine: routine.i1e,
});
