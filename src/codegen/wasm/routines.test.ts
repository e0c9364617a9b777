// Special functions against correctly rounded golden values, on JavaScript, scalar wasm and SIMD wasm, which must agree bit for bit.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { js64 } from "../../ops/js-machine.js";
import { catalogue } from "../../ops/routines/catalogue.js";
import { double, ulpOf } from "../../ops/routines/doubles.fixture.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder } from "./module.js";
import { ScalarMachine } from "./scalar-machine.js";
import { SimdMachine } from "./simd-machine.js";

interface Case {
  readonly args: readonly number[];
  readonly value: number;
  /** (true value - value) in ulp of value. */
  readonly rest: number;
}

function readGolden(): Map<string, Case[]> {
  const golden = new Map<string, Case[]>();
  let list: Case[] = [];
  const arities = new Map(catalogue.map(({ routine }) => [routine.name, routine.arity]));
  let arity = 1;
  for (const line of readFileSync(new URL("../../ops/routines/golden.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")) {
    const known = arities.get(line);
    if (known !== undefined) {
      arity = known;
      golden.set(line, (list = []));
      continue;
    }
    const fields = line.split(" ");
    const numbers = fields.slice(0, arity + 1).map(double);
    list.push({
      args: numbers.slice(0, arity),
      value: numbers[arity],
      rest: Number(fields[arity + 1] ?? 0) / 256,
    });
  }
  return golden;
}

const golden = readGolden();

/** Behind the tables. */
const BASE = 8192;

/** One exported function per routine and form: reads 16-byte rows at BASE + 0, 16, 32, ..., writes the result at BASE + 64 or 80. */
function link(): WebAssembly.Exports {
  const module = new ModuleBuilder();
  module.memory(1, { export: "memory" });
  const linker = new RoutineLinker(module);
  for (const { routine } of catalogue) {
    const rows = Array.from({ length: routine.arity }, (_, i) => 16 * i);
    const scalar = module.func(`run_${routine.name}`, [], [], { export: routine.name });
    const k = new ScalarMachine(scalar, linker);
    scalar.store(
      "f64.store",
      BASE,
      k.call(routine, ...rows.map((at) => scalar.load("f64.load", BASE, at))),
      64,
    );
    const simd = module.func(`run2_${routine.name}`, [], [], { export: `${routine.name}.simd` });
    const k2 = new SimdMachine(simd, linker);
    simd.store(
      "v128.store",
      BASE,
      k2.vector(k2.call(routine, ...rows.map((at) => simd.load("v128.load", BASE, at)))),
      80,
    );
  }
  return new WebAssembly.Instance(new WebAssembly.Module(module.bytes())).exports;
}

const wasm = link();
const view = new Float64Array((wasm.memory as WebAssembly.Memory).buffer, BASE);

describe.each(catalogue)("$routine.name", ({ routine, ulp, floor }) => {
  const cases = golden.get(routine.name) ?? [];
  const runScalar = wasm[routine.name] as () => void;
  const runSimd = wasm[`${routine.name}.simd`] as () => void;

  test(`stays within ${ulp} ulp, the same bits on all machines`, () => {
    expect(cases.length).toBeGreaterThan(30);
    let worst = 0;
    let where = "";
    cases.forEach((c, n) => {
      const shown = `${routine.name}(${c.args.join(", ")})`;
      const got = routine.body(js64, ...c.args) as number;
      // The other lane holds an unrelated case, so that a slow arm of one lane must leave the other alone.
      const other = cases[(n * 7 + 3) % cases.length];
      for (let i = 0; i < routine.arity; i++) {
        view[2 * i] = c.args[i];
        view[2 * i + 1] = other.args[i];
      }
      runScalar();
      runSimd();
      if (!Object.is(view[8], got)) expect.fail(`${shown}: JavaScript ${got}, scalar wasm ${view[8]}`);
      if (!Object.is(view[10], got)) expect.fail(`${shown}: JavaScript ${got}, SIMD wasm ${view[10]}`);
      const beside = routine.body(js64, ...other.args) as number;
      if (!Object.is(view[11], beside))
        expect.fail(`lane 1 of ${shown}: JavaScript ${beside}, SIMD wasm ${view[11]}`);
      if (Object.is(got, c.value)) return;
      if (!Number.isFinite(c.value) || c.value === 0) expect.fail(`${shown}: ${got}, expected ${c.value}`);
      const unit = Math.max(ulpOf(c.value), floor === undefined ? 0 : ulpOf(floor));
      // Overflow counts from the largest double.
      const finite = Math.abs(got) === Infinity ? Math.sign(got) * Number.MAX_VALUE : got;
      const error = Math.abs((finite - c.value) / unit - (c.rest * ulpOf(c.value)) / unit);
      if (!(error <= worst)) {
        worst = error;
        where = `${shown} is ${got}, expected ${c.value}`;
      }
    });
    if (process.env.SHOW_ULP)
      process.stdout.write(`${routine.name.padEnd(12)} ${worst.toFixed(2)} ulp  ${where}\n`);
    expect(worst, where).toBeLessThanOrEqual(ulp);
  });
});
