// Rows of the gamma function's relatives and of the incomplete gamma and beta functions.
import type { Value } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const positive: readonly [number, number] = [0.1, 20];

/** A partial that has no closed form. */
const none = (name: string, operand: string, remedy: string) => (): never => {
  throw new Error(`${name}: there is no derivative with respect to ${operand}; ${remedy}.`);
};

export const lgamma = elementwise({
  name: "lgamma",
  doc: "The logarithm of the absolute value of the gamma function.",
  cost: 60,
  ulp: 8,
  range: [positive],
  partials: (m, [x]) => [() => m.apply("digamma", x)],
  routine: routine.lgamma,
});

export const digamma = elementwise({
  name: "digamma",
  doc: "The derivative of lgamma.",
  cost: 60,
  ulp: 8,
  range: [positive],
  partials: (m, [x]) => [() => m.apply("trigamma", x)],
  routine: routine.digamma,
});

export const trigamma = elementwise({
  name: "trigamma",
  doc: "The derivative of digamma.",
  cost: 60,
  ulp: 8,
  range: [positive],
  partials: () => [none("trigamma", "x", "third derivatives of lgamma are not provided")],
  routine: routine.trigamma,
});

/** The gamma density exp(-x) x^(a-1) / gamma(a). */
function gammaDensity(m: Calculus, a: Value, x: Value): Value {
  const power = m.mul(m.sub(a, 1), m.apply("log", x));
  return m.apply("exp", m.sub(m.sub(power, x), m.apply("lgamma", a)));
}

export const gammainc = elementwise({
  name: "gammainc",
  doc: "The regularised lower incomplete gamma function P(a, x).",
  cost: 200,
  ulp: 64,
  range: [positive, positive],
  partials: (m, [a, x]) => [
    none("gammainc", "a", "stop the gradient of a (stopGradient)"),
    () => gammaDensity(m, a, x),
  ],
  routine: routine.gammainc,
});

export const gammaincc = elementwise({
  name: "gammaincc",
  doc: "The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x).",
  cost: 200,
  ulp: 64,
  range: [positive, positive],
  partials: (m, [a, x]) => [
    none("gammaincc", "a", "stop the gradient of a (stopGradient)"),
    () => m.neg(gammaDensity(m, a, x)),
  ],
  routine: routine.gammaincc,
});

export const betainc = elementwise({
  name: "betainc",
  doc: "The regularised incomplete beta function I_x(a, b).",
  cost: 250,
  ulp: 64,
  range: [
    [0.2, 10],
    [0.2, 10],
    [0.02, 0.98],
  ],
  partials: (m, [a, b, x]) => [
    none("betainc", "a", "stop the gradient of a (stopGradient)"),
    none("betainc", "b", "stop the gradient of b (stopGradient)"),
    () => {
      const powers = m.add(
        m.mul(m.sub(a, 1), m.apply("log", x)),
        m.mul(m.sub(b, 1), m.apply("log1p", m.neg(x))),
      );
      const scale = m.sub(m.apply("lgamma", m.add(a, b)), m.add(m.apply("lgamma", a), m.apply("lgamma", b)));
      return m.apply("exp", m.add(powers, scale));
    },
  ],
  routine: routine.betainc,
});
