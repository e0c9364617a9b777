// Locals that are never alive together share a slot, and nothing else does.
import { expect, test } from "vitest";
import { ModuleBuilder, type FunctionBuilder } from "./module.js";

function run(body: (f: FunctionBuilder) => void): { value: number; locals: number } {
  const m = new ModuleBuilder();
  const f = m.func("f", ["i32"], ["i32"], { export: "f" });
  body(f);
  const bytes = m.bytes();
  const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as {
    f: (x: number) => number;
  };
  const code = f.encode().bytes.take();
  // The entry begins with the groups of locals: here one group, of i32.
  return { value: exports.f(5), locals: code[0] === 0 ? 0 : code[1]! };
}

/** x + 1 and x + 2 in locals, then their difference of products: neither stays on the stack. */
const pair = (f: FunctionBuilder, x: Parameters<FunctionBuilder["op"]>[1]) => {
  const [a, b] = [f.op("i32.add", x, 1), f.op("i32.add", x, 2)];
  return f.op("i32.sub", f.op("i32.mul", b, a), f.op("i32.mul", a, a));
};

test("one pair after another takes the same slots", () => {
  const one = run((f) => f.return(pair(f, f.param(0))));
  const many = run((f) => {
    let x = pair(f, f.param(0));
    for (let i = 0; i < 40; i++) x = pair(f, x);
    f.return(x);
  });
  expect(one.value).toBe(6);
  expect(many.value).toBe(46);
  expect(many.locals).toBeLessThanOrEqual(one.locals + 2);
});

test("a value read in a loop keeps its slot to the loop's end", () => {
  const { value } = run((f) => {
    const kept = f.op("i32.mul", f.param(0), 7);
    const sum = f.local("i32");
    const left = f.local("i32");
    f.set(left, 3);
    f.loop((again) => {
      f.set(sum, f.op("i32.add", sum, kept));
      f.set(sum, f.op("i32.add", sum, pair(f, left)));
      f.set(left, f.op("i32.sub", left, 1));
      f.brIf(again, left);
    });
    f.return(sum);
  });
  expect(value).toBe(3 * 35 + 4 + 3 + 2);
});

test("a value set in one arm and read behind the other keeps its slot", () => {
  const { value } = run((f) => {
    const late = f.local("i32");
    f.if(
      f.op("i32.gt_s", f.param(0), 3),
      () => f.set(late, f.op("i32.mul", f.param(0), 2)),
      () => f.set(late, 1),
    );
    const other = pair(f, f.param(0));
    f.return(f.op("i32.add", f.op("i32.mul", other, other), late));
  });
  expect(value).toBe(46);
});

test("functions of tens of thousands of values stay below the engine's limit of locals", () => {
  const { value } = run((f) => {
    let x = pair(f, f.param(0));
    for (let i = 0; i < 12_000; i++) x = pair(f, x);
    f.return(x);
  });
  expect(value).toBe(12_006);
});
