// Code of functions that all modules share is made once, and is right in modules that number functions in another way.
import { expect, test } from "vitest";
import { sigmoid } from "../../ops/routines/logistic.js";
import { portable } from "./portable-function.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder } from "./module.js";

let written = 0;
const double = portable("test.double", ["f64"], ["f64"], (f) => {
  written++;
  f.return(f.op("f64.add", f.param(0), f.param(0)));
});
const unread = portable("test.unread", [], [], () => void written++);
const twice = portable("test.twice", ["f64"], ["f64"], (f, cx) => {
  written++;
  cx.portable(unread);
  f.return(f.call(cx.portable(double), [f.call(cx.portable(double), [f.param(0)])!])!);
});

/** A module with so many functions before the shared ones, and what its `main` gives for 3. */
function make(before: number): { bytes: Uint8Array; value: number } {
  const module = new ModuleBuilder();
  for (let i = 0; i < before; i++) module.func(`f${i}`, [], []);
  const main = module.func("main", ["f64"], ["f64"], { export: "main" });
  main.return(main.call(new RoutineLinker(module).portable(twice), [main.param(0)])!);
  const bytes = module.bytes();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource));
  return { bytes, value: (exports.main as (x: number) => number)(3) };
}

test("bodies are written once, whatever the numbers of what they call", () => {
  const first = make(0);
  expect(written).toBe(3);
  // From 128 on a number takes two bytes.
  expect([first, make(0), make(200), make(20000)].map((m) => m.value)).toEqual([12, 12, 12, 12]);
  expect(make(0).bytes).toEqual(first.bytes);
  expect(written).toBe(3);
});

test("a module that takes code over holds the tables that the code reads", () => {
  const sigmoidOfZero = (): number => {
    const module = new ModuleBuilder();
    module.memory(1);
    const main = module.func("main", ["f64"], ["f64"], { export: "main" });
    main.return(main.call(new RoutineLinker(module).scalar(sigmoid), [main.param(0)])!);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
    return (exports.main as (x: number) => number)(0);
  };
  expect([sigmoidOfZero(), sigmoidOfZero()]).toEqual([0.5, 0.5]);
});

test("a function asked for by its name again is the first one", () => {
  expect(portable("test.double", ["f64"], ["f64"], () => undefined)).toBe(double);
});

test("what is shared calls nothing that is not", () => {
  const module = new ModuleBuilder();
  const own = module.func("own", [], []);
  new RoutineLinker(module).portable(portable("test.wrong", [], [], (f) => void f.call(own, [])));
  expect(() => module.bytes()).toThrow(
    "wasm: test.wrong is to be the same in every module, but calls own, which is not; ask the linker for a portable function.",
  );
});
