// Every elementwise function of np and np.special at hard points, eager, compiled alone and in two lanes, with both gradients, against 50-digit values.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Bound } from "../../ir/op.js";
import { ulpOf } from "../../ops/routines/doubles.fixture.js";
import { jvp, vjp } from "../../trace/derivatives.js";
import { jit } from "../../trace/lazy-jit.js";
import * as np from "../np.js";
import type { Tensor } from "../tensor.js";
import { accuracy, elsewhere } from "./accuracy.fixture.js";
import { readGolden, type Case } from "./golden-functions.fixture.js";

const golden = readGolden(readFileSync(new URL("functions.golden.txt", import.meta.url), "utf8"));

/** The distance in ulp of the true value or, where it is below the floor, of the floor; Infinity where special values differ. */
function errorOf(got: number, value: number, rest: number, floor: number, exact: boolean): number {
  if (Object.is(got, value)) return 0;
  if (!Number.isFinite(value)) {
    // Overflow counts from the largest double.
    return Math.abs(value) === Infinity && Math.abs(got) === Number.MAX_VALUE && got > 0 === value > 0
      ? 1
      : Infinity;
  }
  // Zeros differ by their sign, which what underflows need not keep.
  if (value === 0 && got === 0) return exact ? Infinity : 0;
  const finite = Math.abs(got) === Infinity ? Math.sign(got) * Number.MAX_VALUE : got;
  const unit = Math.max(ulpOf(value), ulpOf(floor));
  const error = Math.abs((finite - value) / unit - (rest * ulpOf(value)) / unit);
  return Number.isNaN(error) ? Infinity : error;
}

const places = [...golden.keys()].map((name) => ({ name }));

describe.each(places)("np.$name", ({ name }) => {
  const cases = golden.get(name)!;
  const arity = cases[0].args.length;
  const bound = accuracy[name];
  const columns = Array.from({ length: arity }, (_, i) => np.array(cases.map((c) => c.args[i])));
  const f = bound.apply as (...x: Tensor[]) => Tensor;
  const shown = (c: Case) => `${name}(${c.args.join(", ")})`;

  function within(
    what: string,
    got: ArrayLike<number>,
    which: (c: Case) => number | null,
    { ulp, floor = 0, relative }: Bound,
  ): void {
    let worst = 0;
    let where = "";
    const bad: string[] = [];
    cases.forEach((c, i) => {
      const value = which(c);
      if (value === null || (what !== "value" && value === 0 && got[i] === 0)) return;
      const error = errorOf(
        got[i],
        value,
        what === "value" ? c.rest : 0,
        floor,
        c.args.some((x) => x === 0 || !Number.isFinite(x)),
      );
      const far = relative !== undefined && Math.abs(got[i] - value) > relative * Math.abs(value);
      if (error > ulp || far)
        bad.push(`${shown(c)}: ${got[i]}, expected ${value} (${error.toPrecision(3)} ulp)`);
      if (error > worst) [worst, where] = [error, shown(c)];
    });
    if (process.env.SHOW_ULP)
      process.stdout.write(
        `ULP ${name} ${what} ${worst.toPrecision(3)} ${where}\n${process.env.SHOW_ULP === "2" ? bad.map((b) => `    ${b}\n`).join("") : ""}`,
      );
    else expect(bad.slice(0, 5), what).toEqual([]);
  }

  test("values", () => {
    const eager = f(...columns).data() as Float64Array;
    within("value", eager, (c) => c.value, bound);
    const lanes = jit(f)(...columns).data() as Float64Array;
    const one = jit(f);
    const alone = cases.map((c) => one(...c.args.map((x) => np.array(x))).item());
    cases.forEach((c, i) => {
      for (const [how, got] of [
        ["in lanes", lanes[i]],
        ["alone", alone[i]],
      ] as const)
        if (!Object.is(got, eager[i]) && !(got === 0 && eager[i] === 0))
          expect.fail(`${shown(c)}: ${eager[i]} eager, ${got} compiled ${how}`);
    });
  });

  // Steps, remainders' whole parts and the like have none.
  if (!cases.some((c) => c.slopes.some((s) => s !== null))) return;
  test("derivatives", () => {
    const ones = np.ones([cases.length]);
    const back = (...x: Tensor[]) => vjp(f, ...x)[1](ones) as unknown as Tensor[];
    const got = back(...columns);
    const compiled = jit(back)(...columns);
    for (let i = 0; i < arity; i++) {
      const slope = (c: Case) => c.slopes[i];
      within(`slope ${i}`, got[i].data() as Float64Array, slope, bound.slopes(i));
      within(`slope ${i} compiled`, compiled[i].data() as Float64Array, slope, bound.slopes(i));
      const along = (x: Tensor) => f(...columns.map((column, j) => (j === i ? x : column)));
      const [, forward] = jvp(along, [columns[i]], [ones]);
      within(`slope ${i} forwards`, forward.data() as Float64Array, slope, bound.slopes(i));
    }
  });
});

test("every function of np and np.special is held to a bound here, or is said to work otherwise", () => {
  const functions = (space: object) =>
    Object.entries(space).filter(([, f]) => typeof f === "function") as [string, unknown][];
  const all = [
    ...functions(np),
    ...functions(np.special).map(([name, f]) => [`special.${name}`, f] as const),
  ];
  const same = new Set(all.filter(([name]) => golden.has(name)).map(([, f]) => f));
  const missing = all.filter(([name, f]) => !same.has(f) && !elsewhere.has(name)).map(([name]) => name);
  expect(missing).toEqual([]);
  expect([...elsewhere].filter((name) => golden.has(name))).toEqual([]);
  expect([...golden.keys()].sort()).toEqual(Object.keys(accuracy).sort());
});
