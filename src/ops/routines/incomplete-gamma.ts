// gammainc and gammaincc: regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P.
// A series below the mean, a continued fraction above it (both of order sqrt(a) terms), Temme's uniform expansion for a > 10^5.
import type { Machine, Routine } from "../../ir/machine.js";
import { horner } from "./arithmetic.js";
import { stirling, temme0, temme1 } from "./coefficients.js";
import { erfc } from "./erf.js";
import { exp, expm1 } from "./exp.js";
import { lgamma1p } from "./gamma.js";
import { excess, log } from "./log.js";

/** Above this a, Temme's expansion with two terms is exact to 1e-14. */
const UNIFORM = 1e5;
/** Terms after which series and fraction for a <= 10^5 have converged: about 9 sqrt(a). */
const TERMS = 4000;
const EPSILON = 2 ** -54;

/** lgamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2) for x >= 8. */
export function stirlingRest<V>(k: Machine<V>, x: V): V {
  const u = k.div(k.num(1), x);
  return k.mul(u, horner(k, k.mul(u, u), stirling));
}

/** m - log(1 + m), with 1 + m also given as it is: far below the mean, where m is near -1, the sum has lost it. */
export function centredExcess<V>(k: Machine<V>, m: V, whole: V): V {
  return k.branch(
    k.lt(m, k.num(-0.5)),
    () => k.sub(m, k.call(log, whole)),
    () => k.call(excess, m),
  );
}

/** x^a exp(-x) / Gamma(a + 1) for a > 0. */
function prefactor<V>(k: Machine<V>, a: V, x: V): V {
  return k.branch(
    k.lt(a, k.num(10)),
    () => {
      const power = k.mul(a, k.call(log, x));
      return k.call(exp, k.sub(k.sub(power, x), k.call(lgamma1p, a)));
    },
    () => {
      // Centred at x = a, so that the exponent is small where the value is not.
      const m = k.div(k.sub(x, a), a);
      const exponent = k.sub(k.mul(k.neg(a), centredExcess(k, m, k.div(x, a))), stirlingRest(k, a));
      return k.div(k.call(exp, exponent), k.sqrt(k.mul(k.num(2 * Math.PI), a)));
    },
  );
}

/** scale x^(a - 1) at x = 0, and 0 elsewhere: the limit of a density at an end of its support. */
export function powerAtEnd<V>(k: Machine<V>, a: V, x: V, scale: V): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const atZero = k.select(k.lt(a, one), k.num(Infinity), k.select(k.eq(a, one), scale, k.mul(a, zero)));
  return k.select(k.eq(x, zero), atZero, zero);
}

/** P by its series in x / (a + n). */
function series<V>(k: Machine<V>, a: V, x: V): V {
  const [, , sum] = k.loop(
    [a, k.num(1), k.num(1)],
    TERMS,
    ([, term, total]) => k.gt(term, k.mul(total, k.num(EPSILON))),
    ([n, term, total]) => {
      const next = k.add(n, k.num(1));
      const t = k.mul(term, k.div(x, next));
      return [next, t, k.add(total, t)];
    },
  );
  return k.mul(prefactor(k, a, x), sum);
}

/** Q by Legendre's continued fraction, evaluated forwards (modified Lentz; Thompson and Barnett 1986). */
function fraction<V>(k: Machine<V>, a: V, x: V): V {
  const [one, two, least] = [k.num(1), k.num(2), k.num(1e-300)];
  const guard = (v: V): V => k.select(k.lt(k.abs(v), least), least, v);
  const b0 = k.sub(k.add(x, one), a);
  const d0 = k.div(one, guard(b0));
  const [, , , , h] = k.loop(
    [one, b0, k.num(1e300), d0, d0, two],
    TERMS,
    (s) => k.gt(k.abs(k.sub(s[5], one)), k.num(EPSILON)),
    ([i, b, c, d, total]) => {
      const an = k.mul(k.neg(i), k.sub(i, a));
      const bn = k.add(b, two);
      const dn = k.div(one, guard(k.add(k.mul(an, d), bn)));
      const cn = guard(k.add(bn, k.div(an, c)));
      const step = k.mul(dn, cn);
      return [k.add(i, one), bn, cn, dn, k.mul(total, step), step];
    },
  );
  return k.mul(k.mul(prefactor(k, a, x), a), h);
}

/** Q for small a and x: both 1 - x^a / Gamma(1 + a) and the rest of the series are of order a, and neither cancels. */
function smallUpper<V>(k: Machine<V>, a: V, x: V): V {
  const main = k.sub(k.mul(a, k.call(log, x)), k.call(lgamma1p, a));
  const gap = k.call(expm1, main);
  const [, , sum] = k.loop(
    [k.num(1), k.neg(x), k.div(k.neg(x), k.add(a, k.num(1)))],
    40,
    ([, term]) => k.gt(k.abs(term), k.num(1e-20)),
    ([n, term, total]) => {
      const next = k.add(n, k.num(1));
      const t = k.div(k.mul(term, k.neg(x)), next);
      return [next, t, k.add(total, k.div(t, k.add(a, next)))];
    },
  );
  return k.neg(k.add(gap, k.mul(k.mul(k.add(gap, k.num(1)), a), sum)));
}

/** P or Q for a > 10^5 (Temme 1979; DLMF 8.12). */
function uniform<V>(k: Machine<V>, a: V, x: V, upper: boolean): V {
  const m = k.div(k.sub(x, a), a);
  const sign = k.num(upper ? 1 : -1);
  const far = k.gt(k.abs(m), k.num(0.25));
  return k.branch(
    far,
    // Here exp(-a (m - log(1 + m))) underflows.
    () => k.boolToFloat(upper ? k.lt(m, k.num(0)) : k.gt(m, k.num(0))),
    () => {
      const decay = k.mul(a, k.call(excess, m));
      const z = k.copysign(k.sqrt(decay), m);
      const terms = k.add(horner(k, m, temme0), k.div(horner(k, m, temme1), a));
      const rest = k.mul(k.div(k.call(exp, k.neg(decay)), k.sqrt(k.mul(k.num(2 * Math.PI), a))), terms);
      return k.add(k.mul(k.num(0.5), k.call(erfc, k.mul(sign, z))), k.mul(sign, rest));
    },
  );
}

function incomplete<V>(k: Machine<V>, a: V, x: V, upper: boolean): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const lowerFrom = (q: V): V => k.sub(one, q);
  const inner = (): V =>
    k.branch(
      k.gt(a, k.num(UNIFORM)),
      () => uniform(k, a, x, upper),
      () =>
        k.branch(
          k.or(k.le(x, a), k.lt(x, k.num(1.1))),
          () => {
            if (!upper) return series(k, a, x);
            const small = k.and(k.lt(a, one), k.lt(x, k.num(1.1)));
            return k.branch(
              small,
              () => smallUpper(k, a, x),
              () => lowerFrom(series(k, a, x)),
            );
          },
          () => (upper ? fraction(k, a, x) : lowerFrom(fraction(k, a, x))),
        ),
    );
  const infinite = k.num(Infinity);
  const bad = k.or(
    k.not(k.and(k.ge(a, zero), k.ge(x, zero))),
    k.and(k.eq(a, x), k.or(k.eq(a, zero), k.eq(a, infinite))),
  );
  // P is 0 at x = 0 and a = inf, 1 at x = inf and a = 0.
  const atZero = k.or(k.eq(x, zero), k.eq(a, infinite));
  const atOne = k.or(k.eq(x, infinite), k.eq(a, zero));
  const edge = k.or(bad, k.or(atZero, atOne));
  const ends = k.select(bad, k.num(NaN), k.boolToFloat(upper ? atZero : atOne));
  return k.branch(edge, () => ends, inner);
}

export const gammainc: Routine = {
  name: "gammainc",
  doc: "Regularised lower incomplete gamma function P(a, x); NaN for negative arguments; relative error below 1e-12.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, x: V): V => incomplete(k, a, x, false),
};

export const gammaincc: Routine = {
  name: "gammaincc",
  doc: "Regularised upper incomplete gamma function Q(a, x); NaN for negative arguments; relative error below 1e-12.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, x: V): V => incomplete(k, a, x, true),
};

export const gammaDensity: Routine = {
  name: "gamma_density",
  doc: "x^(a - 1) exp(-x) / Gamma(a), the derivative of P(a, x) by x, for a > 0 and x >= 0; relative error below 1e-12.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, x: V): V =>
    k.branch(
      k.or(k.eq(x, k.num(0)), k.eq(x, k.num(Infinity))),
      () => powerAtEnd(k, a, x, k.num(1)),
      () => k.div(k.mul(prefactor(k, a, x), a), x),
    ),
};
