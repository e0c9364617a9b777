// gammaincinv and gammainccinv: the x with P(a, x) = p or Q(a, x) = q, by Newton's method on the logarithm of the smaller tail.
import type { Machine, Routine } from "../../ir/machine.js";
import { exp } from "./exp.js";
import { lgamma1p } from "./gamma.js";
import { gammaDensity, gammainc, gammaincc } from "./incomplete-gamma.js";
import { log } from "./log.js";
import { ndtri } from "./normal-quantile.js";

/** Newton's method needs about six steps from here; a start far out in a tail a few more. */
const STEPS = 60;

/** The x with x^a = Gamma(a + 1) P: below the quantile, and it itself where x is small. */
const bound = <V>(k: Machine<V>, a: V, lower: V): V =>
  k.call(exp, k.div(k.add(k.call(log, lower), k.call(lgamma1p, a)), a));

/** A first guess: Wilson and Hilferty's (1931) from a = 1 on. */
function start<V>(k: Machine<V>, a: V, tail: V, above: V, least: V): V {
  const one = k.num(1);
  const z = k.call(ndtri, tail);
  const part = k.div(one, k.mul(k.num(9), a));
  const root = k.add(k.sub(one, part), k.mul(k.select(above, k.neg(z), z), k.sqrt(part)));
  const cubic = k.mul(a, k.mul(root, k.mul(root, root)));
  return k.select(k.and(k.ge(a, one), k.gt(cubic, least)), cubic, least);
}

/** Both tails are positive; `tail` is the smaller. The logarithm of a tail is nearly linear in log x, of the upper one beyond 1 in x. */
function invert<V>(k: Machine<V>, a: V, tail: V, above: V, least: V): V {
  const one = k.num(1);
  const wanted = k.call(log, tail);
  const [x] = k.loop(
    [start(k, a, tail, above, least), one],
    STEPS,
    // The error left is about the square of the last step.
    (s) => k.gt(s[1], k.num(1e-8)),
    ([x]) => {
      const reached = k.branch(
        above,
        () => k.call(gammaincc, a, x),
        () => k.call(gammainc, a, x),
      );
      // The change of the logarithm over its slope by log x.
      const slope = k.div(k.mul(x, k.call(gammaDensity, a, x)), reached);
      const change = k.div(k.sub(wanted, k.call(log, reached)), k.select(above, k.neg(slope), slope));
      // Up by little, since from where a tail underflows there is no way back but by halves.
      const held = k.max(k.min(change, k.num(2)), k.num(-50));
      const factor = k.branch(
        k.and(above, k.gt(x, one)),
        () => k.max(k.add(one, change), k.num(0.1)),
        () => k.call(exp, held),
      );
      // Past the end of the range of tails there is no slope: half way back.
      const lost = k.not(k.lt(k.abs(change), k.num(Infinity)));
      const next = k.mul(x, k.select(lost, k.num(0.5), factor));
      return [next, k.div(k.abs(k.sub(next, x)), next)];
    },
  );
  return x;
}

function inverse<V>(k: Machine<V>, a: V, p: V, upper: boolean): V {
  const [zero, one, half] = [k.num(0), k.num(1), k.num(0.5)];
  const inside = k.and(k.and(k.gt(a, zero), k.lt(a, k.num(Infinity))), k.and(k.ge(p, zero), k.le(p, one)));
  const end = k.or(k.eq(p, zero), k.eq(p, one));
  return k.branch(
    k.and(inside, k.not(end)),
    () => {
      const other = k.sub(one, p);
      const small = k.le(p, half);
      const above = upper ? small : k.not(small);
      const least = bound(k, a, upper ? other : p);
      return k.branch(
        k.lt(least, k.num(1e-60)),
        () => least,
        () => invert(k, a, k.select(small, p, other), above, least),
      );
    },
    () => k.select(inside, k.select(k.eq(p, upper ? one : zero), zero, k.num(Infinity)), k.num(NaN)),
  );
}

export const gammaincinv: Routine = {
  name: "gammaincinv",
  doc: "The x with P(a, x) = p; 0 and infinity at 0 and 1, NaN outside; relative error about 1e-13 where x is well determined.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, p: V): V => inverse(k, a, p, false),
};

export const gammainccinv: Routine = {
  name: "gammainccinv",
  doc: "The x with Q(a, x) = q; infinity and 0 at 0 and 1, NaN outside; relative error about 1e-13 where x is well determined.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, q: V): V => inverse(k, a, q, true),
};
