// Agreement of answers: constants of the log density cancel, errors are relative, and a NaN never agrees.
import { describe, expect, test } from "vitest";
import { distance } from "./agreement.js";

const tolerance = { gradient: 1e-8, lp: 1e-9 };
const reference = {
  lp: [-3, -5],
  gradient: [
    [1, -200],
    [0, 4],
  ],
};

describe("distance", () => {
  test("ignores a constant of the log density and small relative errors", () => {
    const answers = {
      lp: [97, 95],
      gradient: [
        [1, -200.0000001],
        [0, 4],
      ],
    };
    const d = distance(answers, reference, tolerance);
    expect(d.agrees).toBe(true);
    expect(d.lp).toBe(0);
    expect(d.gradient).toBeCloseTo(1e-7 / 201, 12);
  });

  test("finds one wrong coordinate", () => {
    const d = distance(
      {
        lp: [-3, -5],
        gradient: [
          [1, -200],
          [0.001, 4],
        ],
      },
      reference,
      tolerance,
    );
    expect(d.agrees).toBe(false);
    expect(d.gradient).toBeCloseTo(1e-3, 12);
  });

  test("finds a wrong difference of log density", () => {
    expect(distance({ lp: [-3, -5.5], gradient: reference.gradient }, reference, tolerance).agrees).toBe(
      false,
    );
  });

  test("never accepts NaN", () => {
    expect(
      distance(
        {
          lp: [-3, -5],
          gradient: [
            [NaN, -200],
            [0, 4],
          ],
        },
        reference,
        tolerance,
      ).agrees,
    ).toBe(false);
    expect(distance({ lp: [-3, NaN], gradient: reference.gradient }, reference, tolerance).agrees).toBe(
      false,
    );
  });

  test("says when the points or coordinates do not match", () => {
    expect(() => distance({ lp: [1], gradient: [[1, 2]] }, reference, tolerance)).toThrow("1 points");
    expect(() => distance({ lp: [1, 2], gradient: [[1], [2]] }, reference, tolerance)).toThrow(
      "1 coordinates",
    );
  });
});
