// i0e, i1e, what lies between them, i0 and i1: exp(-|x|) I0(x) and exp(-|x|) I1(x) by fits in x^2 / 4 to 18 and in 1 / |x| beyond.
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost, horner, rational, twoProduct, type Rational } from "./arithmetic.js";
import { besselGapFar, i0eFar, i0Near, i1eFar, i1Near } from "./coefficients.js";
import { exp } from "./exp.js";

const EDGE = 18;

function scaled<V>(k: Machine<V>, a: V, near: readonly number[], far: Rational, odd: boolean): V {
  return k.branch(
    k.lt(a, k.num(EDGE)),
    () => {
      const half = k.mul(atMost(k, a, EDGE), k.num(0.5));
      // What rounding takes off the square matters: the series grows by about 1 / half of its value per unit of it.
      const square = twoProduct(k, half, half);
      const sum = horner(k, square.high, near);
      const lost = k.div(square.low, k.add(half, k.num(0.5)));
      const y = k.mul(k.call(exp, k.neg(a)), k.add(sum, k.mul(sum, lost)));
      return odd ? k.mul(half, y) : y;
    },
    () => {
      const x = atLeast(k, a, EDGE);
      return k.div(rational(k, k.div(k.num(1), x), far), k.sqrt(x));
    },
  );
}

export const i0e: Routine = {
  name: "i0e",
  doc: "exp(-|x|) I0(x), the scaled modified Bessel function of order 0; below 8 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => scaled(k, k.abs(x), i0Near, i0eFar, false),
};

export const i1e: Routine = {
  name: "i1e",
  doc: "exp(-|x|) I1(x), the scaled modified Bessel function of order 1, odd; below 8 ulp.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => k.copysign(scaled(k, k.abs(x), i1Near, i1eFar, true), x),
};

export const besselGap: Routine = {
  name: "bessel_gap",
  doc: "exp(-|x|) (I0(x) - I1(|x|)): a difference to 18, where it loses less than 100 ulp, and a fit of its own beyond.",
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    return k.branch(
      k.lt(a, k.num(EDGE)),
      () => k.sub(scaled(k, a, i0Near, i0eFar, false), scaled(k, a, i1Near, i1eFar, true)),
      () => {
        const far = atLeast(k, a, EDGE);
        const u = k.div(k.num(1), far);
        return k.div(k.mul(u, rational(k, u, besselGapFar)), k.sqrt(far));
      },
    );
  },
};

/** exp(|x|) times the scaled function, in two steps: the exponential overflows before the product does. */
const grown = (name: string, of: Routine, odd: boolean): Routine => ({
  name,
  doc: `${of.name} times exp(|x|); it overflows beyond 713.`,
  arity: 1,
  simd: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const a = k.abs(x);
    const most = atMost(k, a, 700);
    const rest = k.call(exp, k.sub(atMost(k, a, 720), most));
    const y = k.mul(k.mul(k.call(of, x), k.call(exp, most)), rest);
    const beyond = odd ? k.copysign(k.num(Infinity), x) : k.num(Infinity);
    return k.select(k.gt(a, k.num(720)), beyond, y);
  },
});

export const i0 = grown("i0", i0e, false);
export const i1 = grown("i1", i1e, true);
