// The routine behind the floor remainder.
import type { Routine } from "../../ir/machine.js";

/** x mod y with the sign of y, by an exact product of the quotient and the divisor (Dekker 1971). */
export const floorMod: Routine = {
  name: "floorMod",
  doc: "Floor remainder: the product of quotient and divisor is formed exactly from halves (Dekker 1971), then corrected by one divisor.",
  arity: 2,
  simd: true,
  body(k, x, y) {
    const zero = k.num(0);
    const q = k.floor(k.div(x, y));
    const [qh, yh] = [k.high(q), k.high(y)];
    const [ql, yl] = [k.sub(q, qh), k.sub(y, yh)];
    const p = k.mul(q, y);
    const e = k.add(k.add(k.sub(k.mul(qh, yh), p), k.add(k.mul(qh, yl), k.mul(ql, yh))), k.mul(ql, yl));
    const r = k.sub(k.sub(x, p), e);
    const below = k.and(k.ne(r, zero), k.xor(k.lt(r, zero), k.lt(y, zero)));
    const above = k.ge(k.abs(r), k.abs(y));
    const fixed = k.select(below, k.add(r, y), k.select(above, k.sub(r, y), r));
    // An infinite divisor leaves x where the signs agree.
    const differ = k.and(k.ne(x, zero), k.xor(k.lt(x, zero), k.lt(y, zero)));
    const infinite = k.select(k.lt(k.abs(x), k.num(Infinity)), k.select(differ, y, x), k.num(NaN));
    return k.select(k.eq(k.abs(y), k.num(Infinity)), infinite, fixed);
  },
};
