// Rows of the gamma function's relatives and of the incomplete gamma and beta functions.
import type { Bound, Elementwise } from "../../ir/op.js";
import type { Value } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const positive: readonly [number, number] = [0.1, 20];

/**
 * The partial of a row by one operand that has no closed form, as the central difference of fourth order
 * (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12 h; with h the given value, rounding and truncation balance.
 */
function byDifference(
  m: Calculus,
  op: Elementwise,
  inputs: readonly Value[],
  which: number,
  h: Value,
): Value {
  const at = (steps: number) =>
    m.e(
      op,
      inputs.map((x, i) => (i === which ? m.add(x, m.mul(h, steps)) : x)),
    );
  const near = m.mul(m.sub(at(1), at(-1)), 8);
  return m.div(m.sub(near, m.sub(at(2), at(-2))), m.mul(h, 12));
}

/** A step for parameters on whose square root incomplete functions vary: absolute error of the partial about 1e-12. */
function step(m: Calculus, a: Value): Value {
  return m.mul(m.op("min", [a, m.apply("sqrt", a)]), stepSize(a, -9, -3));
}

/** Bounds of the partials of incomplete functions: by the parameters, differences; by x, densities. */
const byParameter = (parameters: number): readonly Bound[] => [
  ...Array.from({ length: parameters }, () => ({ ulp: 1e7, floor: 1 })),
  { ulp: 4000 },
];

/** Powers of two, by precision. */
const stepSize = (x: Value, double: number, single: number): number =>
  2 ** (x.type.dtype === "f64" ? double : single);

export const lgamma = elementwise({
  name: "lgamma",
  doc: "The logarithm of the absolute value of the gamma function.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => m.apply("digamma", x)],
  slopes: { ulp: 6, floor: 1, relative: 1e-12 },
  routine: routine.lgamma,
});

export const digamma = elementwise({
  name: "digamma",
  doc: "The derivative of lgamma.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => m.apply("trigamma", x)],
  routine: routine.digamma,
});

export const trigamma = elementwise({
  name: "trigamma",
  doc: "The derivative of digamma.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => m.op("tetragamma", [x])],
  slopes: { ulp: 64, floor: 1 },
  routine: routine.trigamma,
});

export const tetragamma: Elementwise = elementwise({
  name: "tetragamma",
  doc: "The derivative of trigamma; its own derivative is a difference of fourth order, to about 1e-11 for positive x.",
  cost: 60,
  range: [positive],
  partials: (m, [x]) => [() => byDifference(m, tetragamma, [x], 0, m.mul(x, stepSize(x, -11, -4)))],
  routine: routine.tetragamma,
});

export const digammaGap = elementwise({
  name: "digammaGap",
  doc: "digamma(x + h) - digamma(x), without cancellation for positive x and h.",
  cost: 90,
  ulp: 8,
  range: [positive, positive],
  partials(m, [x, h]) {
    const end = (): Value => m.apply("trigamma", m.add(x, h));
    return [() => m.sub(end(), m.apply("trigamma", x)), end];
  },
  routine: routine.digammaGap,
});

export const betaln = elementwise({
  name: "betaln",
  doc: "The logarithm of the absolute value of the beta function.",
  cost: 100,
  range: [positive, positive],
  partials: (m, [a, b]) => [() => m.neg(m.op("digammaGap", [a, b])), () => m.neg(m.op("digammaGap", [b, a]))],
  slopes: { ulp: 16 },
  routine: routine.betaln,
});

export const logComb = elementwise({
  name: "logComb",
  doc: "The logarithm of n choose k, for k and n - k from 0 on.",
  cost: 110,
  ulp: 16,
  floor: 1,
  range: [
    [5, 20],
    [0.5, 4],
  ],
  partials(m, [n, k]) {
    const rest = (): Value => m.add(m.sub(n, k), 1);
    return [
      () => m.op("digammaGap", [rest(), k]),
      () => m.sub(m.apply("digamma", rest()), m.apply("digamma", m.add(k, 1))),
    ];
  },
  slopes: { ulp: 16, floor: 1 },
  routine: routine.logComb,
});

export const gammaDensity = elementwise({
  name: "gammaDensity",
  doc: "The gamma density x^(a-1) exp(-x) / gamma(a) for positive a and x, centred at its mode where a is large.",
  cost: 100,
  ulp: 4000,
  range: [positive, positive],
  partials: (m, [a, x], out) => [
    () => m.mul(out, m.sub(m.apply("log", x), m.apply("digamma", a))),
    () => m.mul(out, m.sub(m.over(m.sub(a, 1), x), 1)),
  ],
  routine: routine.gammaDensity,
});

export const gammainc: Elementwise = elementwise({
  name: "gammainc",
  doc: "The regularised lower incomplete gamma function P(a, x); derivatives by its parameters are differences of fourth order, to about 1e-11.",
  cost: 200,
  range: [positive, positive],
  slopes: byParameter(1),
  partials: (m, [a, x]) => [
    () => byDifference(m, gammainc, [a, x], 0, step(m, a)),
    () => m.op("gammaDensity", [a, x]),
  ],
  routine: routine.gammainc,
});

export const gammaincc: Elementwise = elementwise({
  name: "gammaincc",
  doc: "The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x); derivatives by its parameters are differences of fourth order, to about 1e-11.",
  cost: 200,
  range: [positive, positive],
  slopes: byParameter(1),
  partials: (m, [a, x]) => [
    () => byDifference(m, gammaincc, [a, x], 0, step(m, a)),
    () => m.neg(m.op("gammaDensity", [a, x])),
  ],
  routine: routine.gammaincc,
});

const unit: readonly (readonly [number, number])[] = [
  [0.2, 10],
  [0.2, 10],
  [0.02, 0.98],
];

export const betaDensity = elementwise({
  name: "betaDensity",
  doc: "The beta density x^(a-1) (1-x)^(b-1) / B(a, b) for positive a and b and x in (0, 1), centred at its mean where both are large.",
  cost: 120,
  ulp: 4000,
  range: unit,
  partials(m, [a, b, x], out) {
    const tilt = () => m.sub(m.over(m.sub(a, 1), x), m.over(m.sub(b, 1), m.sub(1, x)));
    return [
      () => m.mul(out, m.add(m.apply("log", x), m.op("digammaGap", [a, b]))),
      () => m.mul(out, m.add(m.apply("log1p", m.neg(x)), m.op("digammaGap", [b, a]))),
      () => m.mul(out, tilt()),
    ];
  },
  routine: routine.betaDensity,
});

export const betainc: Elementwise = elementwise({
  name: "betainc",
  doc: "The regularised incomplete beta function I_x(a, b); derivatives by its parameters are differences of fourth order, to about 1e-11.",
  cost: 250,
  range: unit,
  slopes: byParameter(2),
  partials: (m, [a, b, x]) => [
    () => byDifference(m, betainc, [a, b, x], 0, step(m, a)),
    () => byDifference(m, betainc, [a, b, x], 1, step(m, b)),
    () => m.op("betaDensity", [a, b, x]),
  ],
  routine: routine.betainc,
});

export const betaincc: Elementwise = elementwise({
  name: "betaincc",
  doc: "1 - I_x(a, b), accurate where it is small; derivatives by its parameters are differences of fourth order, to about 1e-11.",
  cost: 250,
  range: unit,
  slopes: byParameter(2),
  partials: (m, [a, b, x]) => [
    () => byDifference(m, betaincc, [a, b, x], 0, step(m, a)),
    () => byDifference(m, betaincc, [a, b, x], 1, step(m, b)),
    () => m.neg(m.op("betaDensity", [a, b, x])),
  ],
  routine: routine.betaincc,
});
