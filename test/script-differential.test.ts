// Random programs run as plain JavaScript on numbers and as scripts, at once and compiled: the same result, NaN included.
// `npm run test:scripts` runs 2,000 of them, SCRIPT_PROGRAMS=20000 as many as that; SCRIPT_SHOW failures are shown, 3 if not said.
import { expect, test } from "vitest";
import { jit, np, script, type Tensor } from "sinter";
import { randomProgram } from "./script-program.fixture.js";

const COUNT = Number(process.env.SCRIPT_PROGRAMS ?? 200);

type Plain = (p: number, q: number, x: number[]) => number;

const same = (a: number, b: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-12 * (1 + Math.abs(a));

test(`${COUNT} random programs`, { timeout: COUNT * 1000 }, () => {
  const failures: string[] = [];
  for (let seed = 0; seed < COUNT; seed++) {
    const { text, p, q, x } = randomProgram(seed);
    const fn = new Function(`return ${text}`)() as Plain;
    const expected = fn(p, q, x);
    const scripted = script(fn as unknown as (p: Tensor, q: Tensor, x: Tensor) => Tensor);
    try {
      const args = [np.array(p), np.array(q), np.array(x)] as const;
      // Interpreting the graph is enough here: that wasm does the same is tested elsewhere; every tenth runs compiled.
      const backend = seed % 10 === 0 ? "wasm" : "interpret";
      const compiled = jit(scripted, { backend })(...args);
      const got = typeof compiled === "number" ? compiled : compiled.item();
      if (!same(expected, got))
        failures.push(`seed ${seed}: ${expected} in JavaScript, ${got} compiled\n${text}`);
    } catch (error) {
      failures.push(`seed ${seed}: ${(error as Error).message}\n${text}`);
    }
  }
  expect(failures.slice(0, Number(process.env.SCRIPT_SHOW ?? 3)), `${failures.length} failures`).toEqual([]);
});
