// The encoder against Node's validator, wabt's disassembler, and results of running what it makes.
import { setFlagsFromString } from "node:v8";
import wabt from "wabt";
import { beforeAll, describe, expect, test } from "vitest";
import { ModuleBuilder, type FunctionBuilder, type WasmType } from "./module.js";
import {
  extracts,
  laneLoads,
  laneStores,
  loads,
  operations,
  replaces,
  stores,
  type OpName,
} from "./opcodes.js";
import { typesOf } from "./value.js";

// Behind a flag in Node 20.
setFlagsFromString("--experimental-wasm-relaxed-simd");

let tools: Awaited<ReturnType<typeof wabt>>;
beforeAll(async () => {
  tools = await wabt();
});

function disassemble(bytes: Uint8Array): string {
  const module = tools.readWasm(bytes, { readDebugNames: true, relaxed_simd: true });
  return module.toText({ foldExprs: false });
}

function single(params: WasmType[], results: WasmType[], body: (f: FunctionBuilder) => void): ModuleBuilder {
  const m = new ModuleBuilder();
  m.memory(1, { export: "memory" });
  body(m.func("f", params, results, { export: "f" }));
  return m;
}

async function run(m: ModuleBuilder): Promise<Record<string, (...x: number[]) => number>> {
  const { instance } = await WebAssembly.instantiate(m.bytes());
  return instance.exports as unknown as Record<string, (...x: number[]) => number>;
}

const text = (m: ModuleBuilder): string => {
  const bytes = m.bytes();
  expect(WebAssembly.validate(bytes)).toBe(true);
  return disassemble(bytes);
};

describe("opcode table", () => {
  test("every operation validates and is disassembled under its own name", () => {
    const names = Object.keys(operations) as OpName[];
    for (const name of names) {
      const [operands, result] = operations[name][1].split(">");
      const m = single(typesOf(operands), typesOf(result), (f) => {
        f.return(f.op(name, ...[...operands].map((_, i) => f.param(i))));
      });
      expect(text(m), name).toMatch(new RegExp(`^\\s+${name.replaceAll(".", "\\.")}$`, "m"));
    }
  });

  test("memory and lane operations are disassembled under their own names", () => {
    const cases: [string, WasmType[], WasmType[], (f: FunctionBuilder) => void][] = [];
    for (const name of Object.keys(loads) as (keyof typeof loads)[])
      cases.push([name, ["i32"], typesOf(loads[name][1]), (f) => f.return(f.load(name, f.param(0), 8))]);
    for (const name of Object.keys(stores) as (keyof typeof stores)[])
      cases.push([
        name,
        ["i32", ...typesOf(stores[name][1])],
        [],
        (f) => f.store(name, f.param(0), f.param(1), 8),
      ]);
    for (const name of Object.keys(laneLoads) as (keyof typeof laneLoads)[])
      cases.push([
        name,
        ["i32", "v128"],
        ["v128"],
        (f) => f.return(f.loadLane(name, f.param(0), f.param(1), 1, 8)),
      ]);
    for (const name of Object.keys(laneStores) as (keyof typeof laneStores)[])
      cases.push([name, ["i32", "v128"], [], (f) => f.storeLane(name, f.param(0), f.param(1), 1, 8)]);
    for (const name of Object.keys(extracts) as (keyof typeof extracts)[])
      cases.push([
        name,
        ["v128"],
        typesOf(extracts[name][1]),
        (f) => f.return(f.extract(name, f.param(0), 1)),
      ]);
    for (const name of Object.keys(replaces) as (keyof typeof replaces)[])
      cases.push([
        name,
        ["v128", ...typesOf(replaces[name][1])],
        ["v128"],
        (f) => f.return(f.replace(name, f.param(0), 1, f.param(1))),
      ]);
    for (const [name, params, results, body] of cases)
      expect(text(single(params, results, body)), name).toMatch(
        new RegExp(`^\\s+${name.replaceAll(".", "\\.")}( |$)`, "m"),
      );
  });
});

describe("bodies", () => {
  test("chains stay on the stack, shared values are teed, unread results vanish", () => {
    const m = single(["f64", "f64"], ["f64"], (f) => {
      const sum = f.op("f64.add", f.param(0), f.param(1));
      f.op("f64.sqrt", sum);
      const root = f.op("f64.sqrt", f.op("f64.mul", sum, 3));
      f.return(f.op("f64.mul", root, root));
    });
    const body = text(m)
      .split("\n")
      .map((l) => l.trim().replace(/^return\)$/, "return"))
      .filter((l) => /^(local|f64|return)/.test(l));
    expect(body).toEqual([
      "local.get 0",
      "local.get 1",
      "f64.add",
      "f64.const 0x1.8p+1 (;=3;)",
      "f64.mul",
      "f64.sqrt",
      "local.tee 2",
      "local.get 2",
      "f64.mul",
      "return",
    ]);
  });

  test("a loop with an exit, a mutable counter and a call in any order", async () => {
    const m = new ModuleBuilder({ names: true });
    const main = m.func("main", ["i32"], ["f64"], { export: "main" });
    const square = m.func("square", ["f64"], ["f64"]);
    const total = main.local("f64");
    const i = main.local("i32");
    main.block((exit) => {
      main.loop((again) => {
        main.brIf(exit, main.op("i32.ge_s", i, main.param(0)));
        const x = main.call(square, [main.op("f64.convert_i32_s", i)]);
        main.set(total, main.op("f64.add", total, x ?? 0));
        main.set(i, main.op("i32.add", i, 1));
        main.br(again);
      });
    });
    main.return(total);
    square.return(square.op("f64.mul", square.param(0), square.param(0)));
    expect(text(m)).toContain("$square");
    expect((await run(m)).main(5)).toBe(30);
  });

  test("a value left on the stack is not confused with a later value of the same local", async () => {
    const m = single(["i32"], ["i32"], (f) => {
      const x = f.local("i32");
      f.set(x, f.op("i32.add", f.param(0), 1));
      f.if(
        f.param(0),
        () => f.set(x, f.op("i32.mul", x, 10)),
        () => f.set(x, -7),
      );
      f.return(f.op("i32.sub", x, f.op("i32.eqz", f.param(0))));
    });
    const { f } = await run(m);
    expect([f(0), f(4)]).toEqual([-8, 50]);
  });

  test("constants of all types", async () => {
    const m = single([], ["f64"], (f) => {
      const a = f.op("f64x2.add", f.splat("f64x2", 0.5), f.v128(0n, 0x4000000000000000n));
      const big = f.op("f64.convert_i64_s", f.op("i64.add", -(2n ** 62n), -12345678901));
      f.return(f.op("f64.add", f.extract("f64x2.extract_lane", a, 1), f.op("f64.mul", big, 0)));
    });
    expect((await run(m)).f()).toBe(2.5);
  });

  test("random expression programs give what JavaScript gives", async () => {
    let state = 12345;
    const next = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    for (let round = 0; round < 60; round++) {
      const inputs = [1.5, -2, 0.25];
      const values = [...inputs];
      const m = single(["f64", "f64", "f64"], ["f64"], (f) => {
        const locals = [0, 1, 2].map((i) => f.param(i));
        for (let n = 0; n < 25; n++) {
          const [a, b, kind] = [next(locals.length), next(locals.length), next(4)];
          const [x, y] = [values[a], values[b]];
          locals.push(
            f.op((["f64.add", "f64.sub", "f64.mul", "f64.min"] as const)[kind], locals[a], locals[b]),
          );
          values.push([x + y, x - y, x * y, Math.min(x, y)][kind]);
          if (next(5) === 0) {
            const target = next(locals.length);
            f.set(locals[target], locals[a]);
            values[target] = values[a];
          }
          if (next(6) === 0) f.store("f64.store", 0, locals[next(locals.length)], 8);
        }
        let sum = locals[0];
        let expected = values[0];
        for (let n = 1; n < locals.length; n += 1 + next(3)) {
          sum = f.op("f64.add", locals[n], sum);
          expected = values[n] + expected;
        }
        f.return(sum);
        values.push(expected);
      });
      expect((await run(m)).f(...inputs)).toBe(values[values.length - 1]);
    }
  });

  test("wrong operand types throw and name the instruction", () => {
    expect(() => single(["i32"], ["f64"], (f) => f.return(f.op("f64.sqrt", f.param(0))))).toThrow(
      "f64.sqrt operand 0 in f takes f64, got local of type i32",
    );
    expect(() => single([], [], (f) => void f.op("v128.not", 3))).toThrow(
      "3 was given where a v128 is expected",
    );
  });

  test("data and custom sections arrive", async () => {
    const m = single([], ["i32"], (f) => f.return(f.load("i32.load", 0, 16)));
    m.data(16, new Uint8Array([1, 2, 0, 0]));
    m.customSection("sinter", new Uint8Array([7]));
    expect((await run(m)).f()).toBe(513);
    const sections = WebAssembly.Module.customSections(new WebAssembly.Module(m.bytes()), "sinter");
    expect([...new Uint8Array(sections[0])]).toEqual([7]);
  });
});
