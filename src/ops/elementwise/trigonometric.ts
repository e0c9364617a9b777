// Rows of circular and hyperbolic functions and their inverses.
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const moderate: readonly [number, number] = [-5, 5];
const inside: readonly [number, number] = [-0.95, 0.95];

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
  routine: routine.atan,
});

export const atan2 = elementwise({
  name: "atan2",
  doc: "The angle of the point (x, y), given y and x; its derivatives at the origin are taken as 0.",
  cost: 35,
  range: [moderate, [0.1, 5]],
  partials(m, [y, x]) {
    const inverse = () => m.inverse(m.add(m.apply("square", x), m.apply("square", y)));
    return [() => m.mul(x, inverse()), () => m.neg(m.mul(y, inverse()))];
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
  partials: (m, _x, out) => [() => m.sub(1, m.apply("square", out))],
  routine: routine.tanh,
});

export const asinh = elementwise({
  name: "asinh",
  doc: "The number whose hyperbolic sine is x.",
  cost: 35,
  range: [moderate],
  partials: (m, [x]) => [() => m.apply("reciprocal", m.apply("sqrt", m.add(m.apply("square", x), 1)))],
  routine: routine.asinh,
});

export const acosh = elementwise({
  name: "acosh",
  doc: "The non-negative number whose hyperbolic cosine is x; NaN below 1; its derivative at 1 is taken as 0.",
  cost: 35,
  range: [[1.1, 10]],
  partials: (m, [x]) => [() => m.inverse(m.apply("sqrt", m.mul(m.sub(x, 1), m.add(x, 1))))],
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
