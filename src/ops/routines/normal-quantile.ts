// ndtri and erfinv: rational functions in the middle, in sqrt(-2 log p) for tails, and in its inverse for far tails.
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost, rational } from "./arithmetic.js";
import { ndtriCentre, ndtriFar, ndtriTail } from "./coefficients.js";
import { log } from "./log.js";

/** Distance from 1/2 up to which the central form holds. */
const CENTRE = 0.375;

/** ndtri(1/2 + u) for |u| <= 0.375. */
function centre<V>(k: Machine<V>, u: V): V {
  return k.mul(u, rational(k, atMost(k, k.mul(u, u), CENTRE * CENTRE), ndtriCentre));
}

/** -ndtri p for p in (0, 1/8]. */
function tail<V>(k: Machine<V>, p: V): V {
  const q = k.sqrt(k.mul(k.num(-2), k.call(log, p)));
  return k.branch(
    k.lt(q, k.num(6.5)),
    () => rational(k, atMost(k, q, 6.5), ndtriTail),
    () => k.add(q, rational(k, k.div(k.num(1), atLeast(k, q, 6.5)), ndtriFar)),
  );
}

export const ndtri: Routine = {
  name: "ndtri",
  doc: "Standard normal quantile; infinite at 0 and 1, NaN outside; relative error below 2e-14.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, p: V): V => {
    const u = k.sub(p, k.num(0.5));
    const lower = k.lt(u, k.num(0));
    return k.branch(
      k.le(k.abs(u), k.num(CENTRE)),
      () => centre(k, u),
      () => {
        const y = tail(k, k.select(lower, p, k.sub(k.num(1), p)));
        return k.select(lower, k.neg(y), y);
      },
    );
  },
};

export const erfinv: Routine = {
  name: "erfinv",
  doc: "Inverse error function, ndtri((1 + y) / 2) / sqrt 2 without forming 1 + y; relative error below 2e-14.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, y: V): V => {
    const a = k.abs(y);
    const half = k.num(0.5);
    return k.branch(
      k.le(a, k.num(2 * CENTRE)),
      // The product keeps subnormal arguments: the ratio is taken of the argument itself.
      () => {
        const z = k.mul(k.num(0.25), k.mul(y, y));
        const slope = rational(k, atMost(k, z, CENTRE * CENTRE), ndtriCentre);
        return k.mul(y, k.mul(k.num(Math.SQRT1_2 / 2), slope));
      },
      () => k.copysign(k.mul(k.num(Math.SQRT1_2), tail(k, k.mul(half, k.sub(k.num(1), a)))), y),
    );
  },
};
