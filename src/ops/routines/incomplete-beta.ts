// betainc: the regularised incomplete beta function I_x(a, b), by a continued fraction on the side where it converges fast.
import type { Machine, Routine } from "../../ir/machine.js";
import { stirlingRest } from "./incomplete-gamma.js";
import { exp } from "./exp.js";
import { lgamma } from "./gamma.js";
import { excess, log, log1p } from "./log.js";

/** About 5 sqrt(max(a, b)) steps are needed: enough for parameters to 10^7. */
const TERMS = 20000;

/** log Gamma(b) - log Gamma(a + b) for b >= 10, without the cancellation of two large logarithms. */
function lgammaGap<V>(k: Machine<V>, a: V, b: V): V {
  const sum = k.add(a, b);
  const bend = k.mul(k.sub(sum, k.num(0.5)), k.call(log1p, k.div(a, b)));
  const slope = k.mul(a, k.sub(k.call(log, b), k.num(1)));
  return k.sub(k.sub(stirlingRest(k, b), stirlingRest(k, sum)), k.add(bend, slope));
}

/** x^a y^b / B(a, b) with y = 1 - x. */
function prefactor<V>(k: Machine<V>, a: V, b: V, x: V, y: V): V {
  const least = k.select(k.lt(a, b), a, b);
  const most = k.select(k.lt(a, b), b, a);
  const sum = k.add(a, b);
  const plain = (logBeta: V): V => {
    const powers = k.add(
      k.mul(a, k.call(log, x)),
      k.mul(
        b,
        k.branch(
          k.lt(x, k.num(0.5)),
          () => k.call(log1p, k.neg(x)),
          () => k.call(log, y),
        ),
      ),
    );
    return k.call(exp, k.sub(powers, logBeta));
  };
  return k.branch(
    k.ge(least, k.num(10)),
    () => {
      // Centred at the mean a / (a + b): both exponents are small where the value is not.
      const gap = k.sub(k.mul(x, b), k.mul(y, a));
      const exponent = k.add(
        k.mul(a, k.call(excess, k.div(gap, a))),
        k.mul(b, k.call(excess, k.div(k.neg(gap), b))),
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

/** The continued fraction of I_x(a, b) a / prefactor, evaluated forwards (modified Lentz). */
function fraction<V>(k: Machine<V>, a: V, b: V, x: V): V {
  const [one, two, least] = [k.num(1), k.num(2), k.num(1e-300)];
  const guard = (v: V): V => k.select(k.lt(k.abs(v), least), least, v);
  const sum = k.add(a, b);
  const d0 = k.div(one, guard(k.sub(one, k.div(k.mul(sum, x), k.add(a, one)))));
  const [, , , h] = k.loop(
    [one, one, d0, d0, two],
    TERMS,
    (s) => k.gt(k.abs(k.sub(s[4], one)), k.num(2 ** -54)),
    ([m, c, d, total]) => {
      const at = k.add(a, k.add(m, m));
      const even = k.div(k.mul(k.mul(m, k.sub(b, m)), x), k.mul(k.sub(at, one), at));
      const d1 = k.div(one, guard(k.add(one, k.mul(even, d))));
      const c1 = guard(k.add(one, k.div(even, c)));
      const odd = k.neg(k.div(k.mul(k.mul(k.add(a, m), k.add(sum, m)), x), k.mul(at, k.add(at, one))));
      const d2 = k.div(one, guard(k.add(one, k.mul(odd, d1))));
      const c2 = guard(k.add(one, k.div(odd, c1)));
      const step = k.mul(d2, c2);
      return [k.add(m, one), c2, d2, k.mul(k.mul(total, k.mul(d1, c1)), step), step];
    },
  );
  return h;
}

export const betainc: Routine = {
  name: "betainc",
  doc: "Regularised incomplete beta function I_x(a, b), arguments in the order a, b, x; NaN outside a, b > 0, 0 <= x <= 1; relative error below 1e-12 for parameters to 10^5.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, x: V): V => {
    const [zero, one] = [k.num(0), k.num(1)];
    const inside = k.and(k.and(k.gt(a, zero), k.gt(b, zero)), k.and(k.ge(x, zero), k.le(x, one)));
    const edge = k.or(k.not(inside), k.or(k.eq(x, zero), k.eq(x, one)));
    return k.branch(
      edge,
      () => k.select(inside, x, k.num(NaN)),
      () => {
        const y = k.sub(one, x);
        const swap = k.gt(k.mul(x, k.add(k.add(a, b), k.num(2))), k.add(a, one));
        const [p, q] = [k.select(swap, b, a), k.select(swap, a, b)];
        const front = k.div(prefactor(k, a, b, x, y), p);
        const part = k.mul(front, fraction(k, p, q, k.select(swap, y, x)));
        return k.select(swap, k.sub(one, part), part);
      },
    );
  },
};
