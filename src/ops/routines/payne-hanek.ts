// Argument reduction of huge angles (Payne and Hanek 1983): x in, x mod pi/2 in [-pi/4, pi/4] and the quadrant out.
// The significand times a window of the bits of 2/pi, in 32-bit words; whatever is a multiple of 4 never enters.
import type { Machine } from "../../ir/machine.js";
import { HALF_PI_LOW, twoOverPi } from "./coefficients.js";
import { quickSum, twoProduct, twoSum } from "./arithmetic.js";

const WORDS = 8;

/** twoOverPi[j], by a tree of branches (a Machine has no tables); zero in front of the table. */
function word<V>(k: Machine<V>, j: V, from: number, to: number): V {
  if (to - from === 1) return k.int(from < 0 ? 0 : twoOverPi[from] | 0);
  const middle = (from + to) >> 1;
  return k.branch(
    k.ilt(j, k.int(middle), false),
    () => word(k, j, from, middle),
    () => word(k, j, middle, to),
  );
}

/** a + b + carry: the low word and the carry out, both integers. */
function addCarry<V>(k: Machine<V>, a: V, b: V, carry: V): [V, V] {
  const first = k.iadd(a, b);
  const sum = k.iadd(first, carry);
  return [sum, k.iadd(k.boolToInt(k.ilt(first, a, true)), k.boolToInt(k.ilt(sum, carry, true)))];
}

/** For |x| >= 2^16, finite: quadrant is a float in 0..4 (4 stands for 0), r has full relative accuracy, of |x|. */
export function reduceHuge<V>(k: Machine<V>, x: V): { quadrant: V; r: V } {
  // |x| = M 2^shift with M = high 2^32 + low, 53 bits.
  const m = k.mul(k.significand(x), k.num(2 ** 52));
  const top = k.trunc(k.mul(m, k.num(2 ** -32)));
  const m1 = k.toInt(top, true);
  const m0 = k.toInt(k.sub(m, k.mul(top, k.num(2 ** 32))), true);
  const shift = k.sub(k.exponent(x), k.num(52));
  const q = k.floor(k.mul(shift, k.num(1 / 32)));
  const bits = k.toInt(k.sub(shift, k.mul(q, k.num(32))), false);
  const first = k.toInt(k.sub(q, k.num(1)), false);
  const zero = k.int(0);
  // From the last word of the window to the first. State: word index; carries of M0 and M1; the previous word of the
  // M1 product (it stands one column higher); carry of the column sum; the six newest columns, newest first.
  const state = k.loop(
    [k.iadd(first, k.int(WORDS - 1)), zero, zero, zero, zero, zero, zero, zero, zero, zero, zero],
    WORDS,
    (s) => k.ile(first, s[0], false),
    ([j, carry0, carry1, previous, carry, c0, c1, c2, c3, c4]) => {
      const w = word(k, j, -4, twoOverPi.length);
      const low0 = k.imul(m0, w);
      const [out0, over0] = addCarry(k, low0, carry0, zero);
      const low1 = k.imul(m1, w);
      const [out1, over1] = addCarry(k, low1, carry1, zero);
      const [column, over] = addCarry(k, out0, previous, carry);
      return [
        k.isub(j, k.int(1)),
        k.iadd(k.umulh(m0, w), over0),
        k.iadd(k.umulh(m1, w), over1),
        out1,
        over,
        column,
        c0,
        c1,
        c2,
        c3,
        c4,
      ];
    },
  );
  // columns[0] is the integer part (modulo 2^32) before the shift by `bits`, the others are the fraction.
  const columns = state.slice(5);
  const back = k.isub(k.int(32), bits);
  // A shift by 32 is a shift by 0 on this machine: two steps.
  const shifted = columns
    .slice(0, 5)
    .map((c, i) => k.ior(k.ishl(c, bits), k.ishr(k.ishr(columns[i + 1], k.isub(back, k.int(1))), k.int(1))));
  const above = k.ilt(shifted[1], zero, false);
  const quadrant = k.add(k.toFloat(k.iand(shifted[0], k.int(3)), false), k.boolToFloat(above));
  const part = (i: number): V => k.mul(k.toFloat(shifted[i], true), k.num(2 ** (-32 * i)));
  const start = k.sub(part(1), k.boolToFloat(above));
  const a = twoSum(k, start, part(2));
  const b = twoSum(k, a.high, k.add(a.low, k.add(part(3), part(4))));
  // (high + low) * pi / 2
  const p = twoProduct(k, b.high, k.num(Math.PI / 2));
  const rest = k.add(p.low, k.add(k.mul(b.high, k.num(HALF_PI_LOW)), k.mul(b.low, k.num(Math.PI / 2))));
  return { quadrant, r: quickSum(k, p.high, rest).high };
}
