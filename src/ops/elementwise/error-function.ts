// Rows of the error function and the normal distribution function, with inverses and logarithm.
import type { Bound, Elementwise } from "../../ir/op.js";
import { elementwise } from "../define/elementwise.js";
import * as routine from "./routines.js";

const moderate: readonly [number, number] = [-3, 3];
const SQRT_PI = Math.sqrt(Math.PI);
const SQRT_TAU = Math.sqrt(2 * Math.PI);
const SQRT_TWO_BY_PI = Math.sqrt(2 / Math.PI);
const LOG_SQRT_TAU = 0.9189385332046728;

/** Exponentials of rounded squares, to 1e-12. */
const exponential: Bound = { ulp: 4000 };

export const erf = elementwise({
  name: "erf",
  doc: "The error function 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
  cost: 35,
  range: [moderate],
  partials: (m, [x]) => [() => m.mul(m.apply("exp", m.neg(m.apply("square", x))), 2 / SQRT_PI)],
  slopes: exponential,
  routine: routine.erf,
});

export const erfc = elementwise({
  name: "erfc",
  doc: "1 - erf(x), accurate where it is small.",
  cost: 40,
  range: [moderate],
  partials: (m, [x]) => [() => m.mul(m.apply("exp", m.neg(m.apply("square", x))), -2 / SQRT_PI)],
  slopes: exponential,
  routine: routine.erfc,
});

export const erfinv = elementwise({
  name: "erfinv",
  doc: "The x whose erf it is; infinite at -1 and 1, NaN beyond.",
  cost: 50,
  range: [[-0.95, 0.95]],
  partials: (m, _x, out) => [() => m.mul(m.apply("exp", m.apply("square", out)), SQRT_PI / 2)],
  slopes: exponential,
  routine: routine.erfinv,
});

export const ndtr = elementwise({
  name: "ndtr",
  doc: "The standard normal distribution function.",
  cost: 40,
  range: [moderate],
  partials: (m, [x]) => [() => m.mul(m.apply("exp", m.mul(m.apply("square", x), -0.5)), 1 / SQRT_TAU)],
  slopes: exponential,
  routine: routine.ndtr,
});

export const normalTail: Elementwise = elementwise({
  name: "normalTail",
  doc: "exp(x^2 / 2) erfc(|x| / sqrt 2), what the derivative of logNdtr is made of.",
  cost: 30,
  ulp: 4,
  range: [[-8, -0.5]],
  partials: (m, [x], out) => [
    () => {
      // of a = |x|: a t - sqrt(2 / pi), far out by its asymptotic series
      const a = m.apply("abs", x);
      const far = m.compare("gt", a, 50);
      const r = m.apply("square", m.apply("reciprocal", m.where(far, a, 50)));
      const series = m.mul(m.sub(m.mul(m.sub(m.mul(r, 15), 3), r), -1), m.mul(r, -SQRT_TWO_BY_PI));
      const usual = m.sub(m.mul(a, out), SQRT_TWO_BY_PI);
      return m.mul(m.apply("sign", x), m.where(far, series, usual));
    },
  ],
  slopes: { ulp: 1e5, floor: 1e-3 },
  routine: routine.normalTail,
});

export const logNdtr = elementwise({
  name: "logNdtr",
  doc: "The logarithm of the standard normal distribution function, accurate in both tails.",
  cost: 60,
  range: [[-8, 3]],
  partials: (m, [x], out) => [
    () => {
      // density over distribution: below -1 both share a factor
      const low = m.compare("lt", x, -1);
      const gap = m.sub(m.mul(m.apply("square", x), -0.5), m.add(out, LOG_SQRT_TAU));
      const tail = m.apply("reciprocal", m.e(normalTail, [m.where(low, x, -1)]));
      return m.where(low, m.mul(tail, SQRT_TWO_BY_PI), m.apply("exp", m.where(low, 0, gap)));
    },
  ],
  slopes: exponential,
  routine: routine.logNdtr,
});

export const ndtri = elementwise({
  name: "ndtri",
  doc: "The standard normal quantile; infinite at 0 and 1, NaN beyond.",
  cost: 50,
  range: [[0.02, 0.98]],
  partials: (m, _x, out) => [() => m.mul(m.apply("exp", m.mul(m.apply("square", out), 0.5)), SQRT_TAU)],
  slopes: exponential,
  routine: routine.ndtri,
});
