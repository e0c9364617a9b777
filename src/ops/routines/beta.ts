// betaln, and logComb by it: the logarithm of the beta function, by Stirling's series where its logarithms of gamma functions would cancel.
import type { Machine, Routine } from "../../ir/machine.js";
import { HALF_LOG_TWO_PI } from "./coefficients.js";
import { lgamma } from "./gamma.js";
import { stirlingRest } from "./incomplete-gamma.js";
import { excess, log, log1p } from "./log.js";

/** From here on Stirling's series hold. */
const FAR = 8;

/** p <= q, both from 8: every term but the constant has one sign. */
function bothFar<V>(k: Machine<V>, p: V, q: V): V {
  const [ratio, sum, half] = [k.div(p, q), k.add(p, q), k.num(0.5)];
  const rest = k.sub(k.add(stirlingRest(k, p), stirlingRest(k, q)), stirlingRest(k, sum));
  const shares = k.sub(k.mul(k.sub(p, half), k.call(log, k.div(p, sum))), k.mul(q, k.call(log1p, ratio)));
  return k.add(k.sub(shares, k.mul(half, k.call(log, q))), k.add(k.num(HALF_LOG_TWO_PI), rest));
}

/** p < 8 <= q: log Gamma(q) - log Gamma(p + q) without either. */
function oneFar<V>(k: Machine<V>, p: V, q: V): V {
  const [ratio, sum] = [k.div(p, q), k.add(p, q)];
  const rest = k.sub(stirlingRest(k, q), stirlingRest(k, sum));
  const bend = k.add(k.mul(q, k.call(excess, ratio)), k.mul(k.num(0.5), k.call(log1p, ratio)));
  return k.add(k.sub(k.call(lgamma, p), k.mul(p, k.call(log, sum))), k.add(bend, rest));
}

export const betaln: Routine = {
  name: "betaln",
  doc: "log |B(a, b)|; -inf at infinity; relative error below 1e-13 for positive arguments away from its zeros.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, a: V, b: V): V => {
    const swap = k.gt(a, b);
    const [p, q] = [k.select(swap, b, a), k.select(swap, a, b)];
    const direct = (): V => k.sub(k.add(k.call(lgamma, p), k.call(lgamma, q)), k.call(lgamma, k.add(p, q)));
    const far = (): V =>
      k.branch(
        k.eq(q, k.num(Infinity)),
        () => k.num(-Infinity),
        () =>
          k.branch(
            k.lt(p, k.num(FAR)),
            () => oneFar(k, p, q),
            () => bothFar(k, p, q),
          ),
      );
    return k.branch(k.and(k.gt(p, k.num(0)), k.ge(q, k.num(FAR))), far, direct);
  },
};

export const logComb: Routine = {
  name: "log_comb",
  doc: "log of n choose k as -log(1 + n) - betaln(n - k + 1, k + 1), 0 where k is 0 or n.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, n: V, j: V): V => {
    const one = k.num(1);
    const rest = k.sub(n, j);
    const ways = k.add(k.call(log1p, n), k.call(betaln, k.add(rest, one), k.add(j, one)));
    const ends = k.or(k.eq(j, k.num(0)), k.eq(rest, k.num(0)));
    return k.select(ends, k.num(0), k.neg(ways));
  },
};
