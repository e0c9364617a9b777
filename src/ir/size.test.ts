// Open lengths: told apart from plain ones, compared for every length, printed and read back.
import { describe, expect, test } from "vitest";
import { below, isOpen, linearOf, NotGeneric, OPEN, quotient, readSize, showSize, sizeAt } from "./size.js";

const linear = (by: number, rest = 0): number => by * OPEN + rest;

describe("open lengths", () => {
  test("the marker is a prime: no plain length divides it", () => {
    let divisor = 0;
    for (let k = 2; k * k <= OPEN && divisor === 0; k++) if (OPEN % k === 0) divisor = k;
    expect(divisor).toBe(0);
  });

  test("arithmetic on shapes is read back", () => {
    expect(linearOf(3 * (OPEN - 1) + 10)).toEqual({ by: 3, rest: 7 });
    expect(linearOf(42)).toEqual({ by: 0, rest: 42 });
    expect(linearOf(OPEN * OPEN)).toBe(null);
    expect(linearOf(OPEN / 2)).toBe(null);
    expect(isOpen(2 ** 31)).toBe(false);
    expect(sizeAt(linear(8, 16), 5)).toBe(56);
    expect(() => sizeAt(OPEN * OPEN, 5)).toThrow(NotGeneric);
  });

  test("a comparison holds for every length or not at all", () => {
    expect(below(linear(1, -1), linear(1))).toBe(true);
    expect(below(0, linear(1))).toBe(true);
    // 5 < n is not so for n = 3.
    expect(below(5, linear(1))).toBe(false);
    expect(below(linear(1, 100), linear(2))).toBe(false);
    expect(below(3, 4)).toBe(true);
    expect(below(4, 4)).toBe(false);
  });

  test("quotients are exact for every length", () => {
    expect(quotient(linear(4, 8), 4)).toBe(linear(1, 2));
    expect(quotient(linear(1), 3)).toBe(null);
    expect(quotient(linear(6, 3), linear(2, 1))).toBe(3);
    expect(quotient(linear(6, 4), linear(2, 1))).toBe(null);
    expect(quotient(12, 4)).toBe(3);
  });

  test("text", () => {
    for (const [x, text] of [
      [OPEN, "n"],
      [linear(3, -1), "3n-1"],
      [linear(1, 2), "n+2"],
      [7, "7"],
    ] as const) {
      expect(showSize(x)).toBe(text);
      expect(readSize(text)).toBe(x);
    }
    expect(readSize("m")).toBe(undefined);
  });
});
