// Rows of exponentials, logarithms and powers.
import type { Value } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const moderate: readonly [number, number] = [-5, 5];
const positive: readonly [number, number] = [0.01, 50];

export const exp = elementwise({
  name: "exp",
  doc: "e to the power x.",
  cost: 15,
  range: [moderate],
  partials: (_m, _x, out) => [out],
  routine: routine.exp,
});

export const expm1 = elementwise({
  name: "expm1",
  doc: "exp(x) - 1, accurate near 0.",
  cost: 20,
  range: [moderate],
  // exp(x), not the result and one: far below zero that would cancel.
  partials: (m, [x]) => [() => m.apply("exp", x)],
  routine: routine.expm1,
});

export const exp2 = elementwise({
  name: "exp2",
  doc: "2 to the power x.",
  cost: 15,
  ulp: 2,
  range: [moderate],
  partials: (m, _x, out) => [() => m.mul(out, Math.LN2)],
  routine: routine.exp2,
});

export const log = elementwise({
  name: "log",
  doc: "The natural logarithm; -Infinity at 0, NaN below; its derivative at 0 is taken as 0.",
  cost: 18,
  range: [positive],
  partials: (m, [x]) => [() => m.inverse(x)],
  routine: routine.log,
});

export const log1p = elementwise({
  name: "log1p",
  doc: "log(1 + x), accurate near 0; its derivative at -1 is taken as 0.",
  cost: 20,
  range: [[-0.9, 20]],
  partials: (m, [x]) => [() => m.inverse(m.add(x, 1))],
  routine: routine.log1p,
});

export const log1pSquare = elementwise({
  name: "log1pSquare",
  doc: "log(1 + x * x), also where the square overflows (there its derivative is taken as 0).",
  cost: 21,
  ulp: 3,
  range: [moderate],
  partials: (m, [x]) => [() => m.mul(m.mul(x, m.apply("reciprocal", m.add(m.mul(x, x), 1))), 2)],
  slopes: { ulp: 4, floor: 1e-130 },
  routine: routine.log1pSquare,
});

export const log2 = elementwise({
  name: "log2",
  doc: "The logarithm to base 2; its derivative at 0 is taken as 0.",
  cost: 18,
  ulp: 2,
  range: [positive],
  partials: (m, [x]) => [() => m.mul(m.inverse(x), Math.LOG2E)],
  routine: routine.log2,
});

export const log10 = elementwise({
  name: "log10",
  doc: "The logarithm to base 10; its derivative at 0 is taken as 0.",
  cost: 18,
  ulp: 2,
  range: [positive],
  partials: (m, [x]) => [() => m.mul(m.inverse(x), Math.LOG10E)],
  routine: routine.log10,
});

export const pow = elementwise({
  name: "pow",
  doc: "x to the power y, as Math.pow; its derivative by x is 0 at exponent 0, its derivative by y is 0 where x is not positive.",
  cost: 45,
  range: [
    [0.1, 5],
    [-3, 3],
  ],
  partials: (m, [x, y], out) => [
    () => m.where(m.compare("eq", y, 0), 0, m.mul(y, m.op("pow", [x, m.sub(y, 1)]))),
    () => {
      const positive = m.compare("gt", x, 0);
      return m.where(positive, m.mul(out, m.apply("log", m.where(positive, x, 1))), 0);
    },
  ],
  // The exponent less one is rounded.
  slopes: { ulp: 500, floor: 1e-290 },
  routine: routine.pow,
});

export const logHigh = elementwise({
  name: "logHigh",
  doc: "The first of the two numbers whose sum is log(x), for powFromLog; made after derivatives are taken.",
  cost: 40,
  ulp: 1,
  range: [positive],
  partials: (m, [x]) => [() => m.inverse(x)],
  routine: routine.logHigh,
});

export const logLow = elementwise({
  name: "logLow",
  doc: "The second of the two numbers whose sum is log(x), far below the first.",
  cost: 40,
  ulp: 1,
  range: [positive],
  routine: routine.logLow,
});

export const powFromLog = elementwise({
  name: "powFromLog",
  doc: "pow(x, y) with the same bits, given logHigh(x) and logLow(x), which many exponents share.",
  cost: 25,
  ulp: 2,
  range: [
    [0.1, 5],
    [-3, 3],
    [-2, 2],
    [-1e-17, 1e-17],
  ],
  partials: (m, [, y, high], out) => {
    const slope = () => m.mul(out, y);
    return [null, () => m.mul(out, high), slope, slope];
  },
  routine: routine.powFromLog,
});

export const logaddexp = elementwise({
  name: "logaddexp",
  doc: "log(exp(a) + exp(b)) without overflow.",
  cost: 40,
  range: [moderate, moderate],
  traits: { commutative: true },
  partials(m, [a, b]) {
    // Equal infinities: half each.
    const share = (x: typeof a, y: typeof a) =>
      m.apply("sigmoid", m.where(m.compare("eq", x, y), 0, m.sub(x, y)));
    return [() => share(a, b), () => share(b, a)];
  },
  // Of the difference of the arguments rounding counts.
  slopes: { ulp: 1000 },
  routine: routine.logaddexp,
});

export const log1mexp = elementwise({
  name: "log1mexp",
  doc: "log(1 - exp(-|x|)), accurate near 0 and far from it (Maechler 2012); -Infinity at 0, where its derivative is taken as 0.",
  cost: 45,
  range: [[0.05, 20]],
  partials: (m, [x]) => [() => m.mul(m.apply("sign", x), m.inverse(m.apply("expm1", m.apply("abs", x))))],
  slopes: { ulp: 4, floor: 1e-290 },
  routine: routine.log1mexp,
});

export const sigmoid = elementwise({
  name: "sigmoid",
  doc: "The logistic function 1 / (1 + exp(-x)).",
  cost: 22,
  range: [moderate],
  partials: (m, [x], out) => [() => m.mul(out, m.apply("sigmoid", m.neg(x)))],
  routine: routine.sigmoid,
});

export const softplus = elementwise({
  name: "softplus",
  doc: "log(1 + exp(x)) without overflow.",
  cost: 40,
  range: [moderate],
  partials: (m, [x]) => [() => m.apply("sigmoid", x)],
  routine: routine.softplus,
});

export const xlogy = elementwise({
  name: "xlogy",
  doc: "x * log(y), and 0 where x is 0 (even at y = 0); the derivative by y is 0 at y = 0.",
  cost: 20,
  range: [moderate, positive],
  partials: (m, [x, y]) => [() => m.apply("log", y), () => m.mul(x, m.inverse(y))],
  routine: routine.xlogy,
});

export const xlog1py = elementwise({
  name: "xlog1py",
  doc: "x * log(1 + y), and 0 where x is 0 (even at y = -1); the derivative by y is 0 at y = -1.",
  cost: 22,
  range: [moderate, [-0.9, 20]],
  partials: (m, [x, y]) => [() => m.apply("log1p", y), () => m.mul(x, m.inverse(m.add(y, 1)))],
  routine: routine.xlog1py,
});

export const entr = elementwise({
  name: "entr",
  doc: "-x * log(x), 0 at 0 (where its derivative is taken as -1), NaN below.",
  cost: 20,
  ulp: 2,
  range: [positive],
  partials: (m, [x]) => [() => m.sub(-1, m.apply("log", m.where(m.compare("eq", x, 0), 1, x)))],
  routine: routine.entr,
});

export const logRatio = elementwise({
  name: "logRatio",
  doc: "log(x / y), accurate where the two are near each other.",
  cost: 40,
  ulp: 3,
  range: [positive, positive],
  partials: (m, [x, y]) => [() => m.inverse(x), () => m.neg(m.inverse(y))],
  routine: routine.logRatio,
});

/** log(x / y), and 0 where x is 0. */
const logShare = (m: Calculus, x: Value, y: Value): Value => {
  const positive = m.compare("gt", x, 0);
  return m.where(positive, m.op("logRatio", [m.where(positive, x, 1), y]), 0);
};

export const relEntr = elementwise({
  name: "relEntr",
  doc: "x * log(x / y) for x, y >= 0, and 0 where x is 0; at x = 0 its derivative by x is taken as 1.",
  cost: 50,
  ulp: 4,
  range: [positive, positive],
  partials: (m, [x, y]) => [() => m.add(logShare(m, x, y), 1), () => m.neg(m.over(x, y))],
  slopes: [{ ulp: 4, floor: 1 }, { ulp: 4 }],
  routine: routine.relEntr,
});

export const klDiv = elementwise({
  name: "klDiv",
  doc: "x * log(x / y) - x + y for x, y >= 0, never negative, y where x is 0; there its derivative by x is taken as 0.",
  cost: 60,
  ulp: 6,
  range: [positive, positive],
  partials: (m, [x, y]) => [() => logShare(m, x, y), () => m.over(m.sub(y, x), y)],
  routine: routine.klDiv,
});
