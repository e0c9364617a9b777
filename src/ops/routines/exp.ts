// exp and expm1: x = n log 2 + r with |r| <= log(2)/2, a polynomial in r, and a scale by 2^n; exp with 64ths of log 2.
import type { Machine, Routine } from "../../ir/machine.js";
import { atLeast, atMost, estrin } from "./arithmetic.js";
import { expm1Single, expSingle } from "./single.js";
import { expShort, expTail, LN2_64TH_HIGH, LN2_64TH_LOW, LN2_HIGH, LN2_LOW } from "./coefficients.js";
import { expTable } from "./tables.js";

/** n and r of x, and exp(r) - 1 - r. */
export function reduceExp<V>(k: Machine<V>, x: V): { n: V; r: V; tail: V } {
  const n = k.nearest(k.mul(x, k.num(Math.LOG2E)));
  const r = k.sub(k.sub(x, k.mul(n, k.num(LN2_HIGH))), k.mul(n, k.num(LN2_LOW)));
  return { n, r, tail: k.mul(k.mul(r, r), estrin(k, r, expTail)) };
}

/** 1.5 * 2^52: the sum with it has a number's nearest integer in its low bits. */
const ROUND = 6755399441055744;
const STEPS = 64;
/** log 2^-1075 is -745.133: exp of what is less rounds to zero. */
const ZERO_BELOW = -745.14;

/** 64 log2(exp x) rounded, as the sum with ROUND, and exp(x) / 2^(that / 64) - 1, but for what the table's row lacks. */
function nearExp<V>(k: Machine<V>, x: V): { steps: V; r: V; tail: V } {
  const steps = k.add(k.mul(x, k.num(Math.LOG2E * STEPS)), k.num(ROUND));
  const n = k.sub(steps, k.num(ROUND));
  const r = k.sub(k.sub(x, k.mul(n, k.num(LN2_64TH_HIGH))), k.mul(n, k.num(LN2_64TH_LOW)));
  const square = k.mul(r, r);
  return { steps, r, tail: k.mul(square, estrin(k, r, expShort)) };
}

/** exp x where it is a normal number, from powers of 2^(1/64) in a table. */
function expFromTable<V>(k: Machine<V>, x: V, shift: (steps: V) => V): V {
  const { steps, r, tail } = nearExp(k, x);
  const [power, lost] = k.lookup(expTable, k.iand(k.lower(steps), k.int(STEPS - 1)));
  const scaled = k.raise(power, shift(steps), 20 - 6);
  return k.add(scaled, k.mul(scaled, k.add(k.add(lost, r), tail)));
}

export const exp: Routine = {
  name: "exp",
  doc: "exp x from 2^(i/64) in a table and a polynomial of degree 5 (the method of Tang 1989); below 0.55 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V =>
    k.shortcut(
      k.lt(k.abs(x), k.num(708)),
      () => expFromTable(k, x, (steps) => steps),
      () => {
        // Beyond these limits the result is infinite or zero. What lies between is kept in range by a power of 2, and rounded once;
        // nothing on the way is subnormal, and zeros are no tiny product, since processors take 50 times as long for those.
        const near = atLeast(k, atMost(k, x, 710), -746);
        // For arguments that are known to be 0 or less this needs no test.
        const large = k.gt(near, k.num(0));
        const y = expFromTable(k, near, (steps) =>
          k.add(steps, k.select(large, k.num(-64 * STEPS), k.num(128 * STEPS))),
        );
        const zero = k.lt(near, k.num(ZERO_BELOW));
        const down = k.select(zero, k.num(0), k.num(2 ** -128));
        return k.mul(y, k.select(large, k.num(2 ** 64), down));
      },
    ),
  single: expSingle,
};

export const expm1: Routine = {
  name: "expm1",
  doc: "exp(x) - 1 with full relative accuracy near 0: 2^n (exp(r) - 1) + (2^n - 1); below 2 ulp.",
  arity: 1,
  simd: true,
  inline: true,
  body: <V>(k: Machine<V>, x: V): V => {
    const { n, r, tail } = reduceExp(k, atLeast(k, atMost(k, x, 710), -50));
    // Half of everything, so that n = 1024 does not overflow; the doubling is exact.
    const half = k.pow2(k.sub(n, k.num(1)));
    const y = k.add(k.mul(half, k.add(r, tail)), k.sub(half, k.num(0.5)));
    return k.select(k.lt(k.abs(x), k.num(2 ** -54)), x, k.add(y, y));
  },
  single: expm1Single,
};
