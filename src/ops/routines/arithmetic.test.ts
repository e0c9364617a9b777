// twoProduct against exact arithmetic on whole numbers.
import { expect, test } from "vitest";
import { js64 } from "../js-machine.js";
import { twoProduct } from "./arithmetic.js";

/** Significands of 53 bits from a small generator (mulberry32). */
function significands(seed: number): () => number {
  let state = seed;
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return (t ^ (t >>> 14)) >>> 0;
  };
  // A third of them with long runs of ones or zeros, where carries are.
  const kinds = [
    () => 2 ** 52 + (word() % 2 ** 20) * 2 ** 32 + word(),
    () => 2 ** 53 - 1 - (word() % 2 ** 27),
    () => 2 ** 52 + (word() % 2 ** 26) * 2 ** 26 + (word() % 2 === 0 ? 2 ** 26 - 1 : 1),
  ];
  return () => kinds[word() % 3]!();
}

test("twoProduct loses at most the last bit of the product of low parts", () => {
  const next = significands(11);
  let worst = 0n;
  for (let i = 0; i < 200_000; i++) {
    const [a, b] = [next(), next()];
    const { high, low } = twoProduct(js64, a, b) as { high: number; low: number };
    const rest = BigInt(a) * BigInt(b) - BigInt(high) - BigInt(low);
    const size = rest < 0n ? -rest : rest;
    if (size > worst) worst = size;
  }
  // In units of the last place of a whole product of two 53-bit numbers.
  expect(Number(worst)).toBeLessThanOrEqual(1);
});
