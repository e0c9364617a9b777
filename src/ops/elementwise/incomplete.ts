// Rows of the incomplete gamma and beta functions, of their densities and of how their quantiles move with the parameters.
import type { Bound, Elementwise } from "../../ir/op.js";
import type { Value } from "../../ir/types.js";
import { byDifference } from "../define/by-difference.js";
import type { Calculus } from "../define/calculus.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const positive: readonly [number, number] = [0.1, 20];
const unit: readonly (readonly [number, number])[] = [
  [0.2, 10],
  [0.2, 10],
  [0.02, 0.98],
];

/** 1e-12 relative. */
const HARD: Bound = { ulp: 4000 };

/** density * width / parameter * drift, 0 at the ends of the support (width 0 or infinite) and where the density is 0. */
function moved(m: Calculus, density: Value, width: Value, parameter: Value, drift: Value): Value {
  const end = m.both("or", m.compare("eq", width, 0), m.compare("eq", width, Infinity));
  const mass = m.where(end, 0, m.div(m.mul(width, density), parameter));
  return m.where(m.compare("eq", mass, 0), 0, m.mul(mass, drift));
}

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

export const gammaDrift: Elementwise = elementwise({
  name: "gammaDrift",
  doc: "d log x / d log a along P(a, x) = constant; its own derivative by a is a difference of fourth order, to about 1e-10.",
  cost: 200,
  ulp: 4000,
  range: [positive, positive],
  // With t the drift and g the density: d(x g t) / dx = -a dg/da.
  partials: (m, [a, x], out) => [
    () => byDifference(m, gammaDrift, [a, x], 0, -9),
    () => {
      const pull = m.mul(a, m.sub(m.apply("log", x), m.apply("digamma", a)));
      return m.neg(m.div(m.add(pull, m.mul(out, m.sub(a, x))), x));
    },
  ],
  routine: routine.gammaDrift,
});

/** dQ/da = -dP/da. */
const byConcentration = (m: Calculus, a: Value, x: Value): Value =>
  moved(m, m.op("gammaDensity", [a, x]), x, a, m.op("gammaDrift", [a, x]));

export const gammainc = elementwise({
  name: "gammainc",
  doc: "The regularised lower incomplete gamma function P(a, x).",
  cost: 200,
  range: [positive, positive],
  slopes: HARD,
  partials: (m, [a, x]) => [() => m.neg(byConcentration(m, a, x)), () => m.op("gammaDensity", [a, x])],
  routine: routine.gammainc,
});

export const gammaincc = elementwise({
  name: "gammaincc",
  doc: "The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x).",
  cost: 200,
  range: [positive, positive],
  slopes: HARD,
  partials: (m, [a, x]) => [() => byConcentration(m, a, x), () => m.neg(m.op("gammaDensity", [a, x]))],
  routine: routine.gammaincc,
});

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

/** The partial of a drift by x. With t the drift and m = x y times the density: d(m t) / dx = -a d(density)/da, or b d(density)/db. */
function driftByX(m: Calculus, [a, b, x]: readonly Value[], out: Value, down: boolean): Value {
  const y = m.sub(1, x);
  const bend = m.sub(m.div(a, x), m.div(b, y));
  const pull = down
    ? m.mul(b, m.add(m.apply("log1p", m.neg(x)), m.op("digammaGap", [b, a])))
    : m.neg(m.mul(a, m.add(m.apply("log", x), m.op("digammaGap", [a, b]))));
  return m.sub(m.div(m.div(pull, x), y), m.mul(out, bend));
}

export const betaDrift: Elementwise = elementwise({
  name: "betaDrift",
  doc: "d logit x / d log a along I_x(a, b) = constant; its own derivatives by a and b are differences of fourth order, to about 1e-10.",
  cost: 250,
  ulp: 4000,
  range: unit,
  partials: (m, x, out) => [
    () => byDifference(m, betaDrift, x, 0, -9),
    () => byDifference(m, betaDrift, x, 1, -9),
    () => driftByX(m, x, out, false),
  ],
  routine: routine.betaDrift,
});

export const betaDriftDown: Elementwise = elementwise({
  name: "betaDriftDown",
  doc: "-d logit x / d log b along I_x(a, b) = constant; its own derivatives by a and b are differences of fourth order, to about 1e-10.",
  cost: 250,
  ulp: 4000,
  range: unit,
  partials: (m, x, out) => [
    () => byDifference(m, betaDriftDown, x, 0, -9),
    () => byDifference(m, betaDriftDown, x, 1, -9),
    () => driftByX(m, x, out, true),
  ],
  routine: routine.betaDriftDown,
});

/** dI/db, or with `first` -dI/da. */
function byShape(m: Calculus, inputs: readonly Value[], first: boolean): Value {
  const [a, b, x] = inputs;
  const drift = m.op(first ? "betaDrift" : "betaDriftDown", inputs);
  return moved(m, m.op("betaDensity", inputs), m.mul(x, m.sub(1, x)), first ? a : b, drift);
}

export const betainc = elementwise({
  name: "betainc",
  doc: "The regularised incomplete beta function I_x(a, b).",
  cost: 250,
  range: unit,
  slopes: HARD,
  partials: (m, x) => [
    () => m.neg(byShape(m, x, true)),
    () => byShape(m, x, false),
    () => m.op("betaDensity", x),
  ],
  routine: routine.betainc,
});

export const betaincc = elementwise({
  name: "betaincc",
  doc: "1 - I_x(a, b), accurate where it is small.",
  cost: 250,
  range: unit,
  slopes: HARD,
  partials: (m, x) => [
    () => byShape(m, x, true),
    () => m.neg(byShape(m, x, false)),
    () => m.neg(m.op("betaDensity", x)),
  ],
  routine: routine.betaincc,
});
