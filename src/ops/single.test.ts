// Functions in single precision against the double ones, which are right to far below an f32's last place; and scalar, SIMD and JavaScript against each other.
import { describe, expect, test } from "vitest";
import { js32, js64 } from "./js-machine.js";
import { exp, expm1 } from "./routines/exp.js";
import { tanh } from "./routines/hyperbolic.js";
import { log, log1p } from "./routines/log.js";
import { logaddexp, logSigmoid, sigmoid, softplus } from "./routines/logistic.js";
import type { Routine } from "../ir/machine.js";

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);
const ofBits = (b: number): number => ((bits[0] = b), float[0]!);

/** Every exponent with a spread of fractions and both signs, around 1, and the ends of the range. */
function points(): number[] {
  const out = [
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    1,
    -1,
    Math.fround(88.7228),
    Math.fround(-103.97),
    Math.fround(-87.34),
  ];
  for (let exponent = 0; exponent < 255; exponent++)
    for (const fraction of [0, 1, 0x155555, 0x2aaaaa, 0x3504f3, 0x3504f4, 0x400000, 0x7fffff, 0x123457])
      for (const sign of [0, 0x80000000]) out.push(ofBits((sign | (exponent << 23) | fraction) >>> 0));
  for (let i = 0; i < 20000; i++) out.push(Math.fround(Math.sin(i * 0.7) * 10 ** ((i % 30) / 10 - 1)));
  return out;
}

/** Distance in units in the last place of the f32 nearest to the true value; subnormal results in units of the smallest. */
function ulps(got: number, wanted: number): number {
  if (Object.is(got, wanted) || (Number.isNaN(got) && Number.isNaN(wanted))) return 0;
  const rounded = Math.fround(wanted);
  if (Object.is(got, rounded)) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) return Infinity;
  const unit = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(rounded) || 2 ** -149)) - 23);
  return Math.abs(got - wanted) / unit;
}

const unary: readonly (readonly [Routine, number])[] = [
  [exp, 1],
  [expm1, 2],
  [log, 1],
  [log1p, 2],
  [sigmoid, 3],
  [softplus, 2],
  [logSigmoid, 2],
  [tanh, 4],
];

describe("single precision", () => {
  for (const [routine, bound] of unary)
    test(`${routine.name} to ${bound} units in the last place`, () => {
      let [worst, at] = [0, 0];
      for (const x of points()) {
        const error = ulps(js32.call(routine, x) as number, js64.call(routine, x) as number);
        if (error > worst) [worst, at] = [error, x];
      }
      expect(
        worst,
        `${routine.name} of ${at}: ${String(js32.call(routine, at))} for ${String(js64.call(routine, at))}`,
      ).toBeLessThanOrEqual(bound);
      // The bound says something: what is computed is not the double result rounded.
      expect(routine.single).toBeDefined();
    });

  test("logaddexp to 2 units in the last place of its result or of 1", () => {
    const xs = points().filter((_, i) => i % 37 === 0);
    for (const a of xs)
      for (const b of xs) {
        const [got, wanted] = [js32.call(logaddexp, a, b) as number, js64.call(logaddexp, a, b) as number];
        if (ulps(got, wanted) > 2) expect(Math.abs(got - wanted)).toBeLessThan(2 * 2 ** -23);
      }
  });
});
