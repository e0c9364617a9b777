// ndtri and erfinv: rational functions in the middle, in sqrt(-2 log p) for tails, and in its inverse for far tails.
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost, rational } from "./arithmetic.js";
import {
  HALF_SQRT_PI,
  HALF_SQRT_PI_LOW,
  ndtriCentre,
  ndtriFar,
  ndtriTail,
  SQRT_TWO_PI,
  SQRT_TWO_PI_LOW,
} from "./coefficients.js";
import { log } from "./log.js";

/** Distance from 1/2 up to which the central form holds. */
const CENTRE = 0.28;

/** ndtri(1/2 + u) / u - sqrt(2 pi) for z = u^2, |u| <= 0.28: what is left of the slope at the centre is added last. */
const bend = <V>(k: Machine<V>, z: V): V => {
  const held = atMost(k, z, CENTRE * CENTRE);
  return k.mul(held, rational(k, held, ndtriCentre));
};

/** ndtri(1/2 + u) for |u| <= 0.28. */
function centre<V>(k: Machine<V>, u: V): V {
  const rest = k.add(bend(k, k.mul(u, u)), k.num(SQRT_TWO_PI_LOW));
  return k.add(k.mul(u, k.num(SQRT_TWO_PI)), k.mul(u, rest));
}

/** -ndtri p for p in (0, 0.22]: less than sqrt(-2 log p) by a smooth function of it. */
function tail<V>(k: Machine<V>, p: V): V {
  const q = k.sqrt(k.mul(k.num(-2), k.call(log, p)));
  const less = k.branch(
    k.lt(q, k.num(6.5)),
    () => rational(k, atMost(k, q, 6.5), ndtriTail),
    () => rational(k, k.div(k.num(1), atLeast(k, q, 6.5)), ndtriFar),
  );
  return k.sub(q, less);
}

export const ndtri: Routine = {
  name: "ndtri",
  doc: "Standard normal quantile; infinite at 0 and 1, NaN outside; below 4 ulp but for 7 next to 0.21 and 0.79, where the tail form subtracts.",
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
  doc: "Inverse error function, ndtri((1 + y) / 2) / sqrt 2 without forming 1 + y; below 4 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, y: V): V => {
    const a = k.abs(y);
    const half = k.num(0.5);
    return k.branch(
      k.le(a, k.num(2 * CENTRE)),
      () => {
        const rest = bend(k, k.mul(k.num(0.25), k.mul(y, y)));
        const slope = k.add(k.mul(k.num(Math.SQRT1_2 / 2), rest), k.num(HALF_SQRT_PI_LOW));
        // The sign by itself: -0 stays -0.
        return k.copysign(k.add(k.mul(y, k.num(HALF_SQRT_PI)), k.mul(y, slope)), y);
      },
      () => k.copysign(k.mul(k.num(Math.SQRT1_2), tail(k, k.mul(half, k.sub(k.num(1), a)))), y),
    );
  },
};
