// exp far below zero: the right numbers, and no product on the way that is too small to be normal.
import { expect, test } from "vitest";
import { JsMachine, type JsValue } from "../js-machine.js";
import { exp } from "./exp.js";

const TINY = 2 ** -1022;

/** Counts products of numbers other than 0 that are subnormal or vanish: processors take 50 times as long for them. */
class Watchful extends JsMachine {
  slow = 0;
  override mul(a: JsValue, b: JsValue): JsValue {
    const product = super.mul(a, b);
    if (a !== 0 && b !== 0 && Math.abs(product as number) < TINY) this.slow++;
    return product;
  }
}

test.each([-708.5, -745.2, -746, -1000, -1e300, -Infinity])("exp(%d)", (x) => {
  const k = new Watchful();
  const y = exp.body<JsValue>(k, x);
  expect(k.slow).toBe(Math.exp(x) > 0 ? 1 : 0);
  expect(y === 0).toBe(x < -745.14);
  expect(Math.abs((y as number) - Math.exp(x))).toBeLessThanOrEqual(5e-324);
});

test("the smallest numbers are not lost", () => {
  const at = (x: number): JsValue => exp.body<JsValue>(new JsMachine(), x);
  expect(at(-745.13)).toBe(5e-324);
  expect(at(-745.1333)).toBe(0);
  expect(at(-708.3964185322641)).toBeCloseTo(TINY, 320);
});
