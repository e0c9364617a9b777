// Every elementwise function of np and np.special in single precision at the hard points, rounded to it: values and gradients
// against the double ones (which functions.test.ts holds to 50 digits), and eager, interpreted, compiled alone and in four lanes.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { vjp } from "../../trace/derivatives.js";
import { jit } from "../../trace/lazy-jit.js";
import * as np from "../np.js";
import type { Tensor } from "../tensor.js";
import { accuracy } from "./accuracy.fixture.js";
import { readGolden } from "./golden-functions.fixture.js";

const LARGEST = 3.4028234663852886e38;
const SMALLEST = 2 ** -126;

/** Distance from the double value in units of the last place of single precision, of the floor's where the value is below it. */
function errorOf(got: number, want: number, floor: number): number {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded) || (got === 0 && rounded === 0)) return 0;
  if (Number.isNaN(rounded) || Number.isNaN(got)) return Infinity;
  // What is no normal number may vanish: the reciprocal of an overflow.
  if (Math.abs(want) < SMALLEST && Math.abs(got) <= SMALLEST) return 0;
  // Overflow counts from the largest number.
  const clamped = (x: number): number => Math.min(Math.max(x, -LARGEST), LARGEST);
  const [a, b] = [clamped(got), clamped(want)];
  const size = Math.max(Math.abs(b), floor);
  return Math.abs(a - b) / 2 ** (Math.floor(Math.log2(size)) - 23);
}

/** Derivatives that are exponentials of rounded arguments, or of rounded differences of arguments: these multiply the rounding. */
const ROUNDED = 128;
/** Steps: the double is on the other side of one. */
const jumps = new Set(["fmod", "mod"]);

/** Gradients that divide by a square are taken as 0 where it overflows: models pay for every instruction of theirs. */
const squares = new Set(["special.log1psquare"]);

const golden = readGolden(readFileSync(new URL("functions.golden.txt", import.meta.url), "utf8"));

describe.each([...golden.keys()].map((name) => ({ name })))("np.$name in f32", ({ name }) => {
  const bound = accuracy[name];
  const f = bound.apply as (...x: Tensor[]) => Tensor;
  const rows = golden.get(name)!.map((c) => c.args.map(Math.fround));
  const wide = rows[0].map((_, i) => np.array(rows.map((row) => row[i])));
  const narrow = wide.map((column) => column.astype("f32"));

  function within(what: string, got: Tensor, want: Tensor, ulp: number, floor: number): void {
    const [g, w] = [got.data(), want.data()];
    expect(got.dtype).toBe("f32");
    const bad = rows.flatMap((row, i) => {
      if (squares.has(name) && Math.abs(row[0]) > 2 ** 63 && g[i] === 0) return [];
      const error = errorOf(g[i], w[i], floor);
      return error > ulp
        ? [`${name}(${row.join(", ")}): ${g[i]}, expected ${w[i]} (${error.toPrecision(3)} ulp)`]
        : [];
    });
    expect(bad, what).toEqual([]);
  }

  test("values", () => {
    const eager = f(...narrow);
    within("value", eager, f(...wide), bound.ulp > 100 ? ROUNDED : 4, bound.floor ?? 0);
    const one = jit(f, { dtype: "f32" });
    const ways = {
      lanes: jit(f, { dtype: "f32" })(...wide).data(),
      interpreted: jit(f, { dtype: "f32", backend: "interpret" })(...wide).data(),
      alone: rows.map((row) => one(...row.map((x) => np.array(x))).item()),
    };
    const want = eager.data();
    for (const [how, got] of Object.entries(ways))
      rows.forEach((row, i) => {
        if (!Object.is(got[i], want[i]) && !(got[i] === 0 && want[i] === 0))
          expect.fail(`${name}(${row.join(", ")}): ${want[i]} eager, ${got[i]} ${how}`);
      });
  });

  if (jumps.has(name) || !golden.get(name)!.some((c) => c.slopes.some((s) => s !== null))) return;
  test("derivatives", () => {
    const back =
      (ones: Tensor) =>
      (...x: Tensor[]) =>
        vjp(f, ...x)[1](ones) as unknown as Tensor[];
    const ones = np.ones([rows.length]);
    const want = back(ones)(...wide);
    const eager = back(ones.astype("f32"))(...narrow);
    const compiled = jit(back(ones), { dtype: "f32" })(...wide);
    want.forEach((w, i) => {
      const { ulp, floor = 0 } = bound.slopes(i);
      const allowed = ulp > 10 ? ROUNDED : 4;
      within(`slope ${i}`, eager[i], w, allowed, floor);
      within(`slope ${i} compiled`, compiled[i], w, allowed, floor);
    });
  });
});
