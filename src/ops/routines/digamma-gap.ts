// digammaGap: digamma(x + h) - digamma(x) without its cancellation, what gradients of log-beta functions are made of.
import type { Machine, Routine } from "../../ir/machine.js";
import { digammaTail } from "./coefficients.js";
import { digamma } from "./gamma.js";
import { log1p } from "./log.js";

/** From here on the asymptotic series holds. */
const FAR = 8;

/** digamma(x + h) - digamma(x) - log(1 + h / x) for x >= 8 and h > 0: differences of the powers of 1 / x in the series, each a multiple of the first. */
export function gapBeyondLog<V>(k: Machine<V>, x: V, h: V): V {
  const one = k.num(1);
  const sum = k.add(x, h);
  const [u, v] = [k.div(one, x), k.div(one, sum)];
  const ratio = k.div(h, sum);
  // 1 / x - 1 / (x + h), and of squares
  const first = k.mul(ratio, u);
  const [p, q] = [k.mul(u, u), k.mul(v, v)];
  const second = k.mul(first, k.add(u, v));
  // p^n - q^n = (p - q) (p^(n-1) + ... + q^(n-1))
  let [power, factor] = [one, one];
  let tail = k.num(digammaTail[0]);
  for (const c of digammaTail.slice(1)) {
    power = k.mul(power, q);
    factor = k.add(k.mul(factor, p), power);
    tail = k.add(tail, k.mul(k.num(c), factor));
  }
  return k.add(k.mul(k.num(0.5), first), k.mul(second, tail));
}

const positiveGap: Routine = {
  name: "digamma_gap_positive",
  doc: "digamma(x + h) - digamma(x) for x, h > 0: h / (x (x + h)) for each step up to 8, the difference of asymptotic series there; below 8 ulp.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, x: V, h: V): V => {
    const one = k.num(1);
    const [base, sum] = k.loop(
      [x, k.num(0)],
      FAR,
      (s) => k.lt(s[0], k.num(FAR)),
      (s) => [k.add(s[0], one), k.add(s[1], k.div(k.div(h, k.add(s[0], h)), s[0]))],
    );
    const main = k.call(log1p, k.mul(h, k.div(one, base)));
    return k.add(sum, k.add(main, gapBeyondLog(k, base, h)));
  },
};

export const digammaGap: Routine = {
  name: "digamma_gap",
  doc: "digamma(x + h) - digamma(x); relative error below 1e-14 for positive x and h, a plain difference otherwise.",
  arity: 2,
  simd: false,
  body: <V>(k: Machine<V>, x: V, h: V): V => {
    const zero = k.num(0);
    const inside = k.and(k.and(k.gt(x, zero), k.ge(h, zero)), k.lt(k.add(x, h), k.num(Infinity)));
    return k.branch(
      inside,
      () => k.call(positiveGap, x, h),
      () => k.sub(k.call(digamma, k.add(x, h)), k.call(digamma, x)),
    );
  },
};
