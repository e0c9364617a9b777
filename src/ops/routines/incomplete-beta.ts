// betainc: the regularised incomplete beta function I_x(a, b), by a continued fraction on the side where it converges fast.
import type { Machine, Routine } from "../../ir/machine.js";
import { centredExcess, powerAtEnd, stirlingRest } from "./incomplete-gamma.js";
import { exp, expm1 } from "./exp.js";
import { lgamma, lgamma1p } from "./gamma.js";
import { log, log1p } from "./log.js";

/** About 5 sqrt(max(a, b)) steps are needed: enough for parameters to 10^7. */
const TERMS = 20000;

/** log Gamma(b) - log Gamma(a + b) for b >= 10, without the cancellation of two large logarithms. */
function lgammaGap<V>(k: Machine<V>, a: V, b: V): V {
  const sum = k.add(a, b);
  const bend = k.mul(k.sub(sum, k.num(0.5)), k.call(log1p, k.div(a, b)));
  const slope = k.mul(a, k.sub(k.call(log, b), k.num(1)));
  return k.sub(k.sub(stirlingRest(k, b), stirlingRest(k, sum)), k.add(bend, slope));
}

/** log x of x in (0, 1) with y = 1 - x, whichever has the digits. */
export function logOf<V>(k: Machine<V>, x: V, y: V): V {
  return k.branch(
    k.lt(y, k.num(0.5)),
    () => k.call(log1p, k.neg(y)),
    () => k.call(log, x),
  );
}

/** x^a y^b / B(a, b) with y = 1 - x. */
export function betaWeight<V>(k: Machine<V>, a: V, b: V, x: V, y: V): V {
  const least = k.select(k.lt(a, b), a, b);
  const most = k.select(k.lt(a, b), b, a);
  const sum = k.add(a, b);
  const plain = (logBeta: V): V => {
    const powers = k.add(k.mul(a, logOf(k, x, y)), k.mul(b, logOf(k, y, x)));
    return k.call(exp, k.sub(powers, logBeta));
  };
  return k.branch(
    k.ge(least, k.num(10)),
    () => {
      // Centred at the mean a / (a + b): both exponents are small where the value is not.
      const gap = k.sub(k.mul(x, b), k.mul(y, a));
      const exponent = k.add(
        k.mul(a, centredExcess(k, k.div(gap, a), k.mul(x, k.div(sum, a)))),
        k.mul(b, centredExcess(k, k.div(k.neg(gap), b), k.mul(y, k.div(sum, b)))),
      );
      const rest = k.sub(stirlingRest(k, sum), k.add(stirlingRest(k, a), stirlingRest(k, b)));
      const size = k.sqrt(k.mul(k.div(a, k.mul(sum, k.num(2 * Math.PI))), b));
      return k.mul(size, k.call(exp, k.sub(rest, exponent)));
    },
    () =>
      k.branch(
        k.ge(most, k.num(10)),
        () => plain(k.add(k.call(lgamma, least), lgammaGap(k, least, most))),
        () => plain(k.sub(k.add(k.call(lgamma, a), k.call(lgamma, b)), k.call(lgamma, sum))),
      ),
  );
}

/**
 * The continued fraction of I_x(a, b) over the prefactor, evaluated forwards (modified Lentz): the even part of the usual one
 * (Didonato and Morris 1992, equation 2.1), in which a - (a + b) x is taken from x and y = 1 - x, whichever of them is small.
 */
function fraction<V>(k: Machine<V>, a: V, b: V, x: V, y: V): V {
  const [zero, one, two, least] = [k.num(0), k.num(1), k.num(2), k.num(1e-300)];
  const guard = (v: V): V => k.select(k.lt(k.abs(v), least), least, v);
  const sum = k.add(a, b);
  const above = k.add(k.sub(k.mul(a, y), k.mul(b, x)), one);
  const b1 = guard(k.mul(k.div(a, k.add(a, one)), above));
  const d1 = k.div(one, b1);
  const [, , , h] = k.loop(
    [one, k.num(1e300), d1, d1, zero],
    TERMS,
    (s) => k.gt(k.abs(k.sub(s[4], one)), k.num(2 ** -54)),
    ([n, c, d, total]) => {
      const less = k.sub(n, one);
      const at = k.add(a, k.add(n, less));
      const weight = k.mul(k.mul(n, k.sub(b, n)), x);
      const ratios = k.mul(k.div(k.add(a, less), at), k.div(k.add(sum, less), at));
      const alpha = k.mul(k.mul(ratios, weight), x);
      const tail = k.div(k.add(a, n), k.add(at, two));
      const beta = k.add(k.add(n, k.div(weight, at)), k.mul(tail, k.add(above, k.mul(n, k.add(one, y)))));
      const next = guard(k.add(beta, k.div(alpha, c)));
      const dn = k.div(one, guard(k.add(beta, k.mul(alpha, d))));
      const step = k.mul(next, dn);
      return [k.add(n, one), next, dn, k.mul(total, step), step];
    },
  );
  return h;
}

/**
 * 1 - I_x(a, b) for a < 1 and x up to about the mean: I is x^a Gamma(a + b) / (Gamma(b) Gamma(a + 1)), which is near 1 where a is small,
 * times 1 + a sum (1 - b)_n x^n / (n! (a + n)), and what either lacks of 1 is found without it.
 */
function smallRest<V>(k: Machine<V>, a: V, b: V, x: V): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const [, , sum] = k.loop(
    [one, one, zero],
    200,
    (s) => k.gt(k.abs(s[1]), k.num(1e-19)),
    ([n, term, total]) => {
      const next = k.div(k.mul(k.mul(term, k.sub(n, b)), x), n);
      return [k.add(n, one), next, k.add(total, k.div(next, k.add(a, n)))];
    },
  );
  // log Gamma(a + b) - log Gamma(b), up to where Stirling's series holds step by step
  const [base, rise] = k.loop(
    [b, zero],
    32,
    (s) => k.lt(s[0], k.num(32)),
    (s) => [k.add(s[0], one), k.sub(s[1], k.call(log1p, k.div(a, s[0])))],
  );
  const ways = k.sub(k.sub(rise, lgammaGap(k, a, base)), k.call(lgamma1p, a));
  const gap = k.call(expm1, k.add(k.mul(a, k.call(log, x)), ways));
  return k.neg(k.add(gap, k.mul(k.mul(k.add(gap, one), a), sum)));
}

/** I_x(a, b) for 0 < x < 1 and y = 1 - x, or what is left of it to one. */
function tailBeta<V>(k: Machine<V>, a: V, b: V, x: V, y: V, upper: boolean): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const swap = k.gt(k.mul(x, k.add(k.add(a, b), k.num(2))), k.add(a, one));
  const [p, q] = [k.select(swap, b, a), k.select(swap, a, b)];
  const front = betaWeight(k, a, b, x, y);
  const [t, rest] = [k.select(swap, y, x), k.select(swap, x, y)];
  // Far out nothing is left, and the fraction of huge parameters is not a number.
  const near = (): V =>
    k.branch(
      k.eq(front, zero),
      () => zero,
      () => k.mul(front, fraction(k, p, q, t, rest)),
    );
  const far = (): V =>
    k.branch(
      k.lt(p, one),
      () => smallRest(k, p, q, t),
      () => k.sub(one, near()),
    );
  return k.branch(swap, upper ? near : far, upper ? far : near);
}

/** I_x(a, b) given x and 1 - x, each to its last place. */
export const lowerBeta = <V>(k: Machine<V>, a: V, b: V, x: V, y: V): V => tailBeta(k, a, b, x, y, false);

/** I_x(a, b), or what is left of it to one, for any arguments. */
function incomplete<V>(k: Machine<V>, a: V, b: V, x: V, upper: boolean): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const inside = k.and(k.and(k.gt(a, zero), k.gt(b, zero)), k.and(k.ge(x, zero), k.le(x, one)));
  const edge = k.or(k.not(inside), k.or(k.eq(x, zero), k.eq(x, one)));
  return k.branch(
    edge,
    () => k.select(inside, upper ? k.sub(one, x) : x, k.num(NaN)),
    () => tailBeta(k, a, b, x, k.sub(one, x), upper),
  );
}

export const betainc: Routine = {
  name: "betainc",
  doc: "Regularised incomplete beta function I_x(a, b), arguments in the order a, b, x; NaN outside a, b > 0, 0 <= x <= 1; relative error below 1e-12 for parameters to 10^5.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, x: V): V => incomplete(k, a, b, x, false),
};

export const betaincc: Routine = {
  name: "betaincc",
  doc: "1 - I_x(a, b), arguments in the order a, b, x, accurate where it is small; NaN outside a, b > 0, 0 <= x <= 1; relative error below 1e-12 for parameters to 10^5.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, x: V): V => incomplete(k, a, b, x, true),
};

export const betaDensity: Routine = {
  name: "beta_density",
  doc: "x^(a - 1) (1 - x)^(b - 1) / B(a, b), the derivative of I_x(a, b) by x, arguments in the order a, b, x, for 0 <= x <= 1; relative error below 1e-12.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, x: V): V => {
    const [zero, one] = [k.num(0), k.num(1)];
    const y = k.sub(one, x);
    return k.branch(
      k.or(k.eq(x, zero), k.eq(x, one)),
      () => k.add(powerAtEnd(k, a, x, b), powerAtEnd(k, b, y, a)),
      () => k.div(k.div(betaWeight(k, a, b, x, y), x), y),
    );
  },
};
