// The routines of remainders: x and y in, what whole multiples of y leave of x out, exactly, with the sign of x or of y.
import type { Machine, Routine } from "../../ir/machine.js";
import { scale } from "../routines/arithmetic.js";

/**
 * a - q b for the whole number q = floor(a / b) < 2^52, which rounding may have made one too large or too small. The product is formed
 * exactly from halves (Dekker 1971): q has at most 26 bits below its upper half, and the parts are added in the order in which no sum rounds.
 */
function reduceOnce<V>(k: Machine<V>, a: V, b: V, q: V): V {
  const [qh, bh] = [k.high(q), k.high(b)];
  const [ql, bl] = [k.sub(q, qh), k.sub(b, bh)];
  const p = k.mul(q, b);
  const low = k.add(k.add(k.add(k.sub(k.mul(qh, bh), p), k.mul(qh, bl)), k.mul(ql, bh)), k.mul(ql, bl));
  const r = k.sub(k.sub(a, p), low);
  const raised = k.select(k.lt(r, k.num(0)), k.add(r, b), r);
  return k.select(k.ge(raised, b), k.sub(raised, b), raised);
}

/** a mod b of normal numbers of at least 2^-760: at each step the largest power of two times b below a takes 50 bits off the quotient. */
function reduce<V>(k: Machine<V>, a: V, b: V): V {
  const [rest] = k.loop(
    [a],
    60,
    (s) => k.ge(s[0], b),
    ([r]) => {
      const gap = k.sub(k.sub(k.exponent(r), k.exponent(b)), k.num(50));
      const multiple = scale(k, b, k.select(k.lt(gap, k.num(0)), k.num(0), gap));
      return [reduceOnce(k, r, multiple, k.floor(k.div(r, multiple)))];
    },
  );
  return rest;
}

/** |x| mod |y| of any numbers. */
const remainderSlow: Routine = {
  name: "remainder_slow",
  doc: "|x| mod |y| where the quotient is above 2^52 or its product underflows, and at zeros, infinities and NaN: long division.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, x: V, y: V): V => {
    const [a, b] = [k.abs(x), k.abs(y)];
    const valid = k.and(k.lt(a, k.num(Infinity)), k.gt(b, k.num(0)));
    return k.branch(
      valid,
      () =>
        k.branch(
          k.lt(a, b),
          () => a,
          () => {
            // Next to overflow a product of the quotient would; multiples of a subnormal divisor are taken off first.
            const down = k.select(k.gt(a, k.num(2 ** 950)), k.num(2 ** -100), k.num(1));
            const small = k.lt(b, k.num(2 ** -600));
            const up = k.select(small, k.num(2 ** 600), k.num(1));
            const divisor = k.mul(b, up);
            const first = k.mul(reduce(k, k.mul(a, down), k.mul(divisor, down)), k.div(k.num(1), down));
            return k.branch(
              small,
              () => k.div(reduce(k, k.mul(first, up), divisor), up),
              () => first,
            );
          },
        ),
      () => k.num(NaN),
    );
  },
};

/** |x| mod |y|. */
function remainder<V>(k: Machine<V>, x: V, y: V): V {
  const [a, b] = [k.abs(x), k.abs(y)];
  const q = k.floor(k.div(a, b));
  const within = k.and(k.ge(b, k.num(2 ** -900)), k.lt(k.max(a, b), k.num(2 ** 1000)));
  const usual = k.and(k.lt(q, k.num(2 ** 52)), within);
  return k.rare(k.not(usual), [x, y], remainderSlow, () => reduceOnce(k, a, b, q));
}

export const fmod: Routine = {
  name: "fmod",
  doc: "The remainder of IEEE 754 with the sign of x, exact; NaN for infinite x and y = 0.",
  arity: 2,
  simd: true,
  body: (k, x, y) => k.copysign(remainder(k, x, y), x),
};

export const floorMod: Routine = {
  name: "floorMod",
  doc: "The remainder with the sign of y: that of fmod, raised by y where the signs differ.",
  arity: 2,
  simd: true,
  body(k, x, y) {
    const r = k.copysign(remainder(k, x, y), x);
    const differs = k.and(k.ne(r, k.num(0)), k.xor(k.lt(r, k.num(0)), k.lt(y, k.num(0))));
    return k.select(differs, k.add(r, y), k.select(k.eq(r, k.num(0)), k.copysign(k.num(0), y), r));
  },
};
