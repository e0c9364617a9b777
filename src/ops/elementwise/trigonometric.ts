// Rows of circular and hyperbolic functions and their inverses.
import type { Value } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const moderate: readonly [number, number] = [-5, 5];
const inside: readonly [number, number] = [-0.95, 0.95];

/** The square root, given |x| where the square could overflow, in single precision too: there the two are one. */
const leg = (m: Calculus, x: Value, square: Value): Value =>
  m.where(m.compare("gt", m.apply("abs", x), 2 ** 40), m.apply("abs", x), m.apply("sqrt", square));

export const sin = elementwise({
  name: "sin",
  doc: "The sine of x radians.",
  cost: 20,
  range: [moderate],
  partials: (m, [x]) => [() => m.apply("cos", x)],
  routine: routine.sin,
});

export const cos = elementwise({
  name: "cos",
  doc: "The cosine of x radians.",
  cost: 20,
  range: [moderate],
  partials: (m, [x]) => [() => m.neg(m.apply("sin", x))],
  routine: routine.cos,
});

export const tan = elementwise({
  name: "tan",
  doc: "The tangent of x radians.",
  cost: 40,
  range: [[-1.4, 1.4]],
  partials: (m, _x, out) => [() => m.add(m.apply("square", out), 1)],
  routine: routine.tan,
});

export const asin = elementwise({
  name: "asin",
  doc: "The angle whose sine is x, in radians; its derivative at -1 and 1 is taken as 0.",
  cost: 30,
  range: [inside],
  partials: (m, [x]) => [() => m.inverse(m.apply("sqrt", m.mul(m.sub(1, x), m.add(x, 1))))],
  routine: routine.asin,
});

export const acos = elementwise({
  name: "acos",
  doc: "The angle whose cosine is x, in radians; its derivative at -1 and 1 is taken as 0.",
  cost: 30,
  range: [inside],
  partials: (m, [x]) => [() => m.neg(m.inverse(m.apply("sqrt", m.mul(m.sub(1, x), m.add(x, 1)))))],
  routine: routine.acos,
});

export const atan = elementwise({
  name: "atan",
  doc: "The angle whose tangent is x, in radians.",
  cost: 25,
  range: [moderate],
  partials: (m, [x]) => [() => m.apply("reciprocal", m.add(m.apply("square", x), 1))],
  slopes: { ulp: 4, floor: 1e-290 },
  routine: routine.atan,
});

export const atan2 = elementwise({
  name: "atan2",
  doc: "The angle of the point (x, y), given y and x; its derivatives at the origin are taken as 0.",
  cost: 35,
  range: [moderate, [0.1, 5]],
  partials(m, [y, x]) {
    // x / (x^2 + y^2) and -y / (x^2 + y^2) through the quotient of the smaller by the larger: no square overflows.
    const wide = m.compare("ge", m.apply("abs", x), m.apply("abs", y));
    const large = m.where(wide, x, y);
    const q = m.over(m.where(wide, y, x), large);
    const near = m.mul(m.inverse(large), m.apply("reciprocal", m.add(m.apply("square", q), 1)));
    const far = m.mul(q, near);
    return [() => m.where(wide, near, far), () => m.neg(m.where(wide, far, near))];
  },
  routine: routine.atan2,
});

export const sinh = elementwise({
  name: "sinh",
  doc: "The hyperbolic sine.",
  cost: 30,
  range: [moderate],
  partials: (m, [x]) => [() => m.e(cosh, [x])],
  routine: routine.sinh,
});

export const cosh = elementwise({
  name: "cosh",
  doc: "The hyperbolic cosine.",
  cost: 30,
  range: [moderate],
  partials: (m, [x]) => [() => m.e(sinh, [x])],
  routine: routine.cosh,
});

export const tanh = elementwise({
  name: "tanh",
  doc: "The hyperbolic tangent.",
  cost: 25,
  range: [moderate],
  // 1 / cosh^2, not one less the square of the result: far out that would cancel.
  partials: (m, [x]) => [() => m.apply("square", m.apply("reciprocal", m.e(cosh, [x])))],
  routine: routine.tanh,
});

export const asinh = elementwise({
  name: "asinh",
  doc: "The number whose hyperbolic sine is x.",
  cost: 35,
  range: [moderate],
  partials: (m, [x]) => [() => m.apply("reciprocal", leg(m, x, m.add(m.apply("square", x), 1)))],
  routine: routine.asinh,
});

export const acosh = elementwise({
  name: "acosh",
  doc: "The non-negative number whose hyperbolic cosine is x; NaN below 1; its derivative at 1 is taken as 0.",
  cost: 35,
  range: [[1.1, 10]],
  partials: (m, [x]) => [() => m.inverse(leg(m, x, m.mul(m.sub(x, 1), m.add(x, 1))))],
  routine: routine.acosh,
});

export const atanh = elementwise({
  name: "atanh",
  doc: "The number whose hyperbolic tangent is x; its derivative at -1 and 1 is taken as 0.",
  cost: 30,
  range: [inside],
  partials: (m, [x]) => [() => m.inverse(m.mul(m.sub(1, x), m.add(x, 1)))],
  routine: routine.atanh,
});
