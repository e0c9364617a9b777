// gammaDrift: how the quantiles of the gamma distribution move with its concentration, and so the derivative of P(a, x) by a.
import type { Machine, Routine } from "../../ir/machine.js";
import { horner } from "./arithmetic.js";
import { digammaTail, temme0, temme1 } from "./coefficients.js";
import { digamma } from "./gamma.js";
import { stirlingRest } from "./incomplete-gamma.js";
import { excess, log, log1p } from "./log.js";

/** Above this a, Temme's expansion; up to it series and fraction take about 9 sqrt(a) terms. */
const UNIFORM = 1e5;
const TERMS = 4000;
const EPSILON = 2 ** -54;
/** From here on the asymptotic series of digamma holds. */
const FAR = 8;

/** log(x / a), by the difference of the two where that is exact. */
function logQuotient<V>(k: Machine<V>, a: V, x: V): V {
  const m = k.div(k.sub(x, a), a);
  return k.branch(
    k.lt(k.abs(m), k.num(0.5)),
    () => k.call(log1p, m),
    () => k.call(log, k.div(x, a)),
  );
}

/** log x - digamma(a + 1). */
function gap<V>(k: Machine<V>, a: V, x: V): V {
  return k.branch(
    k.lt(a, k.num(FAR)),
    () => k.sub(k.call(log, x), k.call(digamma, k.add(a, k.num(1)))),
    () => {
      const u = k.div(k.num(1), a);
      const z = k.mul(u, u);
      const tail = k.sub(k.mul(z, horner(k, z, digammaTail)), k.mul(k.num(0.5), u));
      return k.add(logQuotient(k, a, x), tail);
    },
  );
}

/**
 * The series S of P = S x^a exp(-x) / Gamma(a + 1) and its derivative term by term (Moore 1982): the n-th term by the sum of
 * 1 / (a + i). Nothing cancels below the mean, and a digit up to a + sqrt(a).
 */
function series<V>(k: Machine<V>, a: V, x: V): V {
  const [zero, one] = [k.num(0), k.num(1)];
  const [, , , sum, bend] = k.loop(
    [a, one, zero, one, zero],
    TERMS,
    ([, term, weight, total]) => k.gt(k.mul(term, k.add(weight, one)), k.mul(total, k.num(EPSILON))),
    ([n, term, weight, total, slope]) => {
      const next = k.add(n, one);
      const t = k.mul(term, k.div(x, next));
      const w = k.add(weight, k.div(one, next));
      return [next, t, w, k.add(total, t), k.add(slope, k.mul(t, w))];
    },
  );
  return k.sub(bend, k.mul(sum, gap(k, a, x)));
}

/**
 * The fraction h of Q = h x^a exp(-x) / Gamma(a) and its derivative, as sums of the differences of convergents (Steed's method, with the
 * derivative of each step beside it).
 */
function fraction<V>(k: Machine<V>, a: V, x: V): V {
  const [zero, one, two] = [k.num(0), k.num(1), k.num(2)];
  const b0 = k.sub(k.add(x, one), a);
  const d0 = k.div(one, b0);
  const slope0 = k.mul(d0, d0);
  const open = (change: V, total: V): V => k.gt(k.abs(change), k.mul(k.abs(total), k.num(EPSILON)));
  const [, , , , , , h, bend] = k.loop(
    [zero, b0, d0, slope0, d0, slope0, d0, slope0],
    TERMS,
    (s) => k.or(open(s[4], s[6]), open(s[5], s[7])),
    ([i, b, d, ds, t, ts, total, slope]) => {
      const n = k.add(i, one);
      const an = k.mul(n, k.sub(a, n));
      const bn = k.add(b, two);
      const dn = k.div(one, k.add(bn, k.mul(an, d)));
      const inner = k.add(k.mul(n, d), k.mul(an, ds));
      const dns = k.mul(k.mul(dn, dn), k.sub(one, inner));
      const ratio = k.neg(k.mul(an, k.mul(d, dn)));
      const change = k.neg(k.add(k.mul(inner, dn), k.mul(an, k.mul(d, dns))));
      const next = k.mul(ratio, t);
      const nexts = k.add(k.mul(change, t), k.mul(ratio, ts));
      return [n, bn, dn, dns, next, nexts, k.add(total, next), k.add(slope, nexts)];
    },
  );
  // log x - digamma(a) is 1 / a more than by a + 1.
  return k.add(k.mul(a, k.add(k.mul(gap(k, a, x), h), bend)), h);
}

const derivative = (c: readonly number[]): number[] => c.slice(1).map((x, i) => x * (i + 1));
const [temme0Slope, temme1Slope] = [derivative(temme0), derivative(temme1)];

/** For a > 10^5, from the derivative of Temme's expansion of Q; far from the mean, where the density is 0, by its leading term. */
function uniform<V>(k: Machine<V>, a: V, x: V): V {
  const [one, half] = [k.num(1), k.num(0.5)];
  const m = k.div(k.sub(x, a), a);
  const bend = k.call(log1p, m);
  return k.branch(
    k.gt(k.abs(m), k.num(0.25)),
    () => k.div(k.call(log, k.div(x, a)), m),
    () => {
      // log(1 + m) over the signed root of m - log(1 + m), over sqrt 2
      const main = k.branch(
        k.lt(k.abs(m), k.num(1e-8)),
        () => k.sub(one, k.mul(m, k.num(1 / 6))),
        () => k.mul(k.num(Math.SQRT1_2), k.div(bend, k.copysign(k.sqrt(k.call(excess, m)), m))),
      );
      const terms = k.add(horner(k, m, temme0), k.div(horner(k, m, temme1), a));
      const slopes = k.add(horner(k, m, temme0Slope), k.div(horner(k, m, temme1Slope), a));
      const decay = k.mul(terms, k.sub(bend, k.div(half, a)));
      const moved = k.add(k.mul(slopes, k.add(one, m)), k.div(horner(k, m, temme1), a));
      const rest = stirlingRest(k, a);
      const up = k.add(one, k.add(rest, k.mul(half, k.mul(rest, rest))));
      return k.mul(k.add(main, k.sub(decay, k.div(moved, a))), up);
    },
  );
}

export const gammaDrift: Routine = {
  name: "gamma_drift",
  doc: "d log x / d log a along P(a, x) = constant for a, x > 0: -a dP/da over x times the density; relative error below 1e-13 (1e-12 for a > 10^5).",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, x: V): V =>
    k.branch(
      k.gt(a, k.num(UNIFORM)),
      () => uniform(k, a, x),
      () =>
        k.branch(
          // Next to the mean the convergents of the fraction are far larger than their limit.
          k.or(k.le(x, k.add(a, k.sqrt(a))), k.lt(x, k.num(1.1))),
          () => series(k, a, x),
          () => fraction(k, a, x),
        ),
    ),
};
