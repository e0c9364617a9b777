// Routines of exponentials and logarithms to the bases 2 and 10, from the natural ones.
import type { Routine } from "../../ir/machine.js";
import { log } from "../routines/log.js";
import { pow } from "../routines/power.js";

export const exp2: Routine = {
  name: "exp2",
  doc: "2 to the power x, as a power; exact for whole x.",
  arity: 1,
  simd: pow.simd,
  body: (k, x) => k.call(pow, k.num(2), x),
};

/** A result within rounding of a whole number is that number: exact powers of the base give exact logarithms. */
const scaledLog = (name: string, base: number, factor: number): Routine => ({
  name,
  doc: `The natural logarithm over log ${base}, snapped to whole numbers within its rounding.`,
  arity: 1,
  simd: log.simd,
  body(k, x) {
    const y = k.mul(k.call(log, x), k.num(factor));
    const whole = k.nearest(y);
    const near = k.le(k.abs(k.sub(y, whole)), k.mul(k.abs(y), k.num(2 ** -51)));
    return k.select(near, whole, y);
  },
});

export const log2 = scaledLog("log2", 2, Math.LOG2E);
export const log10 = scaledLog("log10", 10, Math.LOG10E);
