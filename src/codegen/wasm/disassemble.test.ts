// Our text of our modules, read by wabt's assembler: the same code must come out.
import { setFlagsFromString } from "node:v8";
import wabt from "wabt";
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../ops/routines/catalogue.js";
import { disassemble } from "./disassemble.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder, splat } from "./module.js";
import { operations, type OpName } from "./opcodes.js";
import { typesOf } from "./value.js";

// Behind a flag in Node 20.
setFlagsFromString("--experimental-wasm-relaxed-simd");

let tools: Awaited<ReturnType<typeof wabt>>;
beforeAll(async () => {
  tools = await wabt();
});

/** The contents of the code section. */
function codeOf(bytes: Uint8Array): Uint8Array {
  const wabtModule = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  expect(WebAssembly.Module.exports(wabtModule).length).toBeGreaterThan(0);
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const b = bytes[at++]!;
      size += (b & 0x7f) * 2 ** shift;
      if (b < 0x80) break;
    }
    if (id === 10) return bytes.subarray(at, at + size);
    at += size;
  }
  throw new Error("no code section");
}

const FEATURES = { simd: true, bulk_memory: true, sat_float_to_int: true, relaxed_simd: true };

function expectRoundTrip(m: ModuleBuilder): string {
  const bytes = m.bytes();
  const text = disassemble(bytes);
  const back = tools.parseWat("ours.wat", text, FEATURES);
  const { buffer } = back.toBinary({ canonicalize_lebs: true });
  expect(Buffer.compare(codeOf(buffer), codeOf(bytes))).toBe(0);
  return text;
}

describe("disassemble", () => {
  test("every operation of the table", () => {
    const m = new ModuleBuilder();
    m.memory(1, { export: "memory" });
    for (const name of Object.keys(operations) as OpName[]) {
      const [operands, result] = operations[name][1].split(">");
      const f = m.func(name, typesOf(operands!), typesOf(result!));
      f.return(f.op(name, ...[...operands!].map((_, i) => f.param(i))));
    }
    expectRoundTrip(m);
  });

  test("the special functions, scalar and SIMD, under their names", () => {
    const m = new ModuleBuilder({ names: true });
    m.memory(1, { export: "memory" });
    const linker = new RoutineLinker(m);
    for (const { routine } of catalogue) {
      linker.scalar(routine);
      if (routine.simd) linker.simd(routine);
    }
    expect(expectRoundTrip(m)).toContain("(func $exp (param f64) (result f64)");
  });

  test("blocks are indented; constants of every kind, memory, lanes and calls read back", () => {
    const m = new ModuleBuilder({ names: true });
    m.memory(2, { max: 3, export: "memory" });
    m.data(8, Uint8Array.of(0, 34, 92, 255));
    const g = m.func("twice", ["f64"], ["f64"]);
    g.return(g.op("f64.add", g.param(0), g.param(0)));
    const f = m.func("main", ["i32"], [], { export: "main" });
    const n = f.local("i32");
    f.block((exit) =>
      f.loop((again) => {
        f.brIf(exit, f.op("i32.ge_s", n, f.param(0)));
        f.if(
          f.op("i32.eqz", n),
          () => f.store("f64.store", n, f.call(g, [f.constant("f64", 0.1)])!, 16),
          () => f.store("f64.store", n, f.constant("f64", NaN), 24, 4),
        );
        for (const x of [-0, Infinity, -Infinity, 5e-324, 1e21, 1 / 3]) f.store("f64.store", n, x, 8);
        f.store("f32.store", n, f.constant("f32", Math.fround(0.1)), 8);
        f.store("i64.store", n, -(2n ** 63n), 8);
        const v = f.loadLane("v128.load32_lane", n, splat("f32x4", 1.5), 2, 4);
        f.storeLane("v128.store64_lane", n, f.shuffle(v, v, [...Array(16).keys()]), 1, 8);
        f.store("f32.store", n, f.extract("f32x4.extract_lane", f.replace("f32x4.replace_lane", v, 3, 2), 1));
        f.store("v128.store", n, f.select(n, v, v), 0, 4);
        f.memoryCopy(n, 8, 16);
        f.memoryFill(n, 0, 16);
        f.set(n, f.op("i32.add", n, -128));
        f.br(again);
      }),
    );
    const text = expectRoundTrip(m);
    expect(text).toContain('(func $main (export "main") (param i32)');
    expect(text).toMatch(/\n {4}block\n {6}loop\n {8}local\.get/);
    expect(text).toContain("call $twice");
  });

  test("bytes of other modules are refused with their place", () => {
    const m = new ModuleBuilder();
    m.func("f", [], [], { export: "f" });
    const bytes = m.bytes();
    expect(() => disassemble(bytes.subarray(0, bytes.length - 1))).toThrow(/bytes are expected at/);
  });
});
