// erf, erfc, erfcx and the normal distribution function: one Chebyshev fit of (1 + 2x) exp(x^2) erfc x on all of [0, inf).
import type { Machine, Routine } from "../../ir/machine.js";
import { atMost, estrin, horner } from "./arithmetic.js";
import { erfTail, erfcxScaled } from "./coefficients.js";
import { exp } from "./exp.js";
import { log, log1p } from "./log.js";

/** exp(x^2) erfc x for x >= 0 (the mapping of Shepherd and Laframboise 1981, a fit of our own). */
function tailRatio<V>(k: Machine<V>, x: V): V {
  const a = atMost(k, x, 1e300);
  const t = k.div(k.sub(a, k.num(4)), k.add(a, k.num(4)));
  return k.div(estrin(k, t, erfcxScaled), k.add(k.num(1), k.add(a, a)));
}

/** exp(-factor x^2) for x in [0, 40], factor 1 or 1/2: the square is taken in two exact parts. */
function gaussian<V>(k: Machine<V>, x: V, factor: number): V {
  const head = k.high(x);
  const rest = k.mul(k.sub(x, head), k.add(x, head));
  const main = k.call(exp, k.mul(k.num(-factor), k.mul(head, head)));
  const d = k.mul(k.num(factor), rest);
  // exp(-d) - 1 for |d| < 1e-4
  const less = k.mul(d, k.sub(k.mul(d, k.sub(k.num(0.5), k.mul(d, k.num(1 / 6)))), k.num(1)));
  return k.add(main, k.mul(main, less));
}

/** erfc a for a >= 0; 0 from 28 on. */
function upper<V>(k: Machine<V>, a: V): V {
  const x = atMost(k, a, 28);
  return k.mul(gaussian(k, x, 1), tailRatio(k, x));
}

/** erf x for |x| <= 1; clamped, because SIMD evaluates it for every x. */
function central<V>(k: Machine<V>, x: V): V {
  const z = atMost(k, k.mul(x, x), 1);
  return k.add(x, k.mul(x, horner(k, z, erfTail)));
}

export const erf: Routine = {
  name: "erf",
  doc: "Error function: a polynomial in x^2 to 1, 1 - erfc |x| beyond; below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.branch(
      k.lt(a, k.num(1)),
      () => central(k, x),
      () => k.copysign(k.sub(k.num(1), upper(k, a)), x),
    );
  },
};

export const erfc: Routine = {
  name: "erfc",
  doc: "1 - erf x with full relative accuracy in the upper tail, exp(-x^2) by an exact square, 1 - erf x around 0; below 4 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.branch(
      k.lt(a, k.num(0.5)),
      () => k.sub(k.num(1), central(k, x)),
      () => {
        const y = upper(k, a);
        return k.select(k.lt(x, k.num(0)), k.sub(k.num(2), y), y);
      },
    );
  },
};

export const erfcx: Routine = {
  name: "erfcx",
  doc: "exp(x^2) erfc x; 2 exp(x^2) less the mirror image for negative x; relative error below 1e-14 above -6.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const y = tailRatio(k, a);
    const square = k.call(exp, k.mul(x, x));
    return k.select(k.lt(x, k.num(0)), k.sub(k.add(square, square), y), y);
  },
};

export const normalTail: Routine = {
  name: "normal_tail",
  doc: "exp(x^2 / 2) erfc(|x| / sqrt 2), twice P(Z > |x|) without its exponential; below 4 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const ratio = tailRatio(k, k.mul(a, k.num(Math.SQRT1_2)));
    return k.select(k.lt(a, k.num(1e20)), ratio, k.div(k.num(Math.sqrt(2 / Math.PI)), a));
  },
};

/** P(Z > a) for a >= 0. */
function upperNormal<V>(k: Machine<V>, a: V): V {
  const x = atMost(k, a, 40);
  return k.mul(k.num(0.5), k.mul(gaussian(k, x, 0.5), tailRatio(k, k.mul(x, k.num(Math.SQRT1_2)))));
}

export const ndtr: Routine = {
  name: "ndtr",
  doc: "Standard normal distribution function with full relative accuracy in the lower tail, from erf around 0; below 5 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.branch(
      k.lt(a, k.num(0.7)),
      () => k.add(k.num(0.5), k.mul(k.num(0.5), central(k, k.mul(x, k.num(Math.SQRT1_2))))),
      () => {
        const y = upperNormal(k, a);
        return k.select(k.gt(x, k.num(0)), k.sub(k.num(1), y), y);
      },
    );
  },
};

export const logNdtr: Routine = {
  name: "log_ndtr",
  doc: "log of ndtr: -x^2/2 + log(erfcx(-x / sqrt 2) / 2) below -1, log1p(-ndtr(-x)) above; relative error below 1e-14.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.branch(
      k.lt(x, k.num(-1)),
      () => {
        const ratio = tailRatio(k, k.mul(a, k.num(Math.SQRT1_2)));
        return k.sub(k.call(log, k.mul(k.num(0.5), ratio)), k.mul(k.num(0.5), k.mul(x, x)));
      },
      () => {
        const y = upperNormal(k, a);
        const above = k.select(k.gt(x, k.num(0)), y, k.sub(k.num(1), y));
        return k.call(log1p, k.neg(above));
      },
    );
  },
};
