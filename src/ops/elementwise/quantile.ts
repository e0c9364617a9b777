// Rows of the inverses of the incomplete gamma and beta functions: quantiles, with the derivatives of implicit functions.
import type { Bound } from "../../ir/op.js";
import type { Value } from "../../ir/types.js";
import type { Calculus } from "../define/calculus.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const HARD: Bound = { ulp: 4000 };
const positive: readonly [number, number] = [0.3, 20];
const unit: readonly [number, number] = [0.05, 0.95];

/** The drift of a quantile times its size over the parameter; 0 at the ends of the support. */
function moved(m: Calculus, width: Value, parameter: Value, drift: Value): Value {
  const end = m.both("or", m.compare("eq", width, 0), m.compare("eq", width, Infinity));
  return m.where(end, 0, m.div(m.mul(width, drift), parameter));
}

const byGammaShape = (m: Calculus, a: Value, x: Value): Value => moved(m, x, a, m.op("gammaDrift", [a, x]));

export const gammaincinv = elementwise({
  name: "gammaincinv",
  doc: "The x with P(a, x) = p.",
  cost: 1200,
  ...HARD,
  range: [positive, unit],
  slopes: HARD,
  partials: (m, [a], x) => [
    () => byGammaShape(m, a, x),
    () => m.apply("reciprocal", m.op("gammaDensity", [a, x])),
  ],
  routine: routine.gammaincinv,
});

export const gammainccinv = elementwise({
  name: "gammainccinv",
  doc: "The x with Q(a, x) = q, accurate where q is small.",
  cost: 1200,
  ...HARD,
  range: [positive, unit],
  slopes: HARD,
  partials: (m, [a], x) => [
    () => byGammaShape(m, a, x),
    () => m.neg(m.apply("reciprocal", m.op("gammaDensity", [a, x]))),
  ],
  routine: routine.gammainccinv,
});

export const betaincinv = elementwise({
  name: "betaincinv",
  doc: "The x with I_x(a, b) = p.",
  cost: 1500,
  ...HARD,
  range: [positive, positive, unit],
  slopes: HARD,
  partials(m, [a, b], x) {
    const width = (): Value => m.mul(x, m.sub(1, x));
    return [
      () => moved(m, width(), a, m.op("betaDrift", [a, b, x])),
      () => m.neg(moved(m, width(), b, m.op("betaDriftDown", [a, b, x]))),
      () => m.apply("reciprocal", m.op("betaDensity", [a, b, x])),
    ];
  },
  routine: routine.betaincinv,
});
