// betaincinv: the x with I_x(a, b) = p, by Newton's method on the logarithm of the smaller tail as a function of log(x / (1 - x)).
import type { Machine, Routine } from "../../ir/machine.js";
import { betaln } from "./beta.js";
import { exp, expm1 } from "./exp.js";
import { betaWeight, lowerBeta } from "./incomplete-beta.js";
import { log } from "./log.js";
import { ndtri } from "./normal-quantile.js";

const STEPS = 80;

/** A guess at log(x / (1 - x)): from a normal law of half the logarithm of the odds where a, b > 1 (Abramowitz and Stegun 26.5.22), else from the power on the side of which the root is. */
function start<V>(k: Machine<V>, a: V, b: V, tail: V, below: V, above: V): V {
  const [zero, one, two, half] = [k.num(0), k.num(1), k.num(2), k.num(-Math.LN2)];
  const [p, q] = [k.div(one, k.sub(k.mul(two, a), one)), k.div(one, k.sub(k.mul(two, b), one))];
  const z = k.neg(k.call(ndtri, tail));
  const bend = k.div(k.sub(k.mul(z, z), k.num(3)), k.num(6));
  const h = k.div(two, k.add(p, q));
  const size = k.div(k.mul(z, k.sqrt(k.add(h, bend))), h);
  const shift = k.mul(k.sub(q, p), k.sub(k.add(bend, k.num(5 / 6)), k.div(two, k.mul(k.num(3), h))));
  const normal = k.mul(k.num(-2), k.sub(size, shift));
  // The odds of x from log x, where that is no more than a power of the root; else from the other side.
  const fromBelow = k.sub(below, k.call(log, k.neg(k.call(expm1, below))));
  const small = k.and(k.lt(below, zero), k.or(k.lt(below, half), k.ge(a, one)));
  const odds = k.select(small, fromBelow, k.select(k.lt(above, half), k.neg(above), zero));
  const inside = k.and(
    k.and(k.gt(a, one), k.gt(b, one)),
    k.and(k.gt(k.add(h, bend), k.num(0)), k.lt(k.abs(normal), k.num(30))),
  );
  return k.select(inside, k.max(normal, below), odds);
}

/** The logarithm of the odds of the x with I_x(a, b) = tail <= 1/2. */
function invert<V>(k: Machine<V>, a: V, b: V, tail: V, rest: V): V {
  const [one, limit] = [k.num(1), k.num(40)];
  const wanted = k.call(log, tail);
  const logBeta = k.call(betaln, a, b);
  /** log x where I = x^a / (a B(a, b)). */
  const power = (t: V, c: V): V => k.div(k.add(k.call(log, k.mul(t, c)), logBeta), c);
  const below = power(tail, a);
  const above = power(rest, b);
  const newton = (): V => {
    const [w] = k.loop(
      [start(k, a, b, tail, below, above), one],
      STEPS,
      (s) => k.gt(s[1], k.num(1e-8)),
      ([w]) => {
        const e = k.call(exp, k.neg(k.abs(w)));
        const [less, more] = [k.div(e, k.add(one, e)), k.div(one, k.add(one, e))];
        const negative = k.lt(w, k.num(0));
        const [x, y] = [k.select(negative, less, more), k.select(negative, more, less)];
        const reached = lowerBeta(k, a, b, x, y);
        const slope = k.div(betaWeight(k, a, b, x, y), reached);
        const change = k.div(k.sub(wanted, k.call(log, reached)), slope);
        const lost = k.not(k.lt(k.abs(change), k.num(Infinity)));
        const held = k.max(k.min(change, limit), k.neg(limit));
        const step = k.select(lost, k.select(k.eq(reached, k.num(0)), one, k.num(-1)), held);
        return [k.add(w, step), k.abs(step)];
      },
    );
    return w;
  };
  // Far below, the power is exact and the odds are x.
  return k.branch(k.lt(below, k.num(-140)), () => below, newton);
}

export const betaincinv: Routine = {
  name: "betaincinv",
  doc: "The x with I_x(a, b) = p, arguments in the order a, b, p; 0 and 1 at 0 and 1, NaN outside; relative error about 1e-13 where x is well determined.",
  arity: 3,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V, p: V): V => {
    const [zero, one] = [k.num(0), k.num(1)];
    const finite = (c: V): V => k.and(k.gt(c, zero), k.lt(c, k.num(Infinity)));
    const inside = k.and(k.and(finite(a), finite(b)), k.and(k.ge(p, zero), k.le(p, one)));
    const end = k.or(k.eq(p, zero), k.eq(p, one));
    return k.branch(
      k.and(inside, k.not(end)),
      () => {
        const small = k.le(p, k.num(0.5));
        const other = k.sub(one, p);
        const w = invert(
          k,
          k.select(small, a, b),
          k.select(small, b, a),
          k.select(small, p, other),
          k.select(small, other, p),
        );
        const odds = k.select(small, w, k.neg(w));
        const e = k.call(exp, k.neg(k.abs(odds)));
        return k.div(k.select(k.lt(odds, zero), e, one), k.add(one, e));
      },
      () => k.select(inside, p, k.num(NaN)),
    );
  },
};
