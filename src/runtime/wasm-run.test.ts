// Running compiled programs: sums are accurate and repeat, calls allocate nothing, inputs survive, what is disposed says so.
import { describe, expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import type { Emit } from "../ir/op.js";
import type { Graph, Type, Value } from "../ir/types.js";
import * as ops from "../ops/index.js";
import { wasmBackend } from "./wasm.js";

const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });

function build(inputs: readonly Type[], body: (e: Emit, x: readonly Value[]) => readonly Value[]): Graph {
  const b = new Builder("run");
  return b.finish(
    body(
      ops.emitInto(b),
      inputs.map((t) => b.input(t)),
    ),
  );
}

describe("sums", () => {
  const n = 1_000_000;
  const x = Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(i * 12.9898) / 3);
  const total = wasmBackend.compile(
    build([f64(n)], (e, [v]) => [e(ops.sum, [v!], { axes: [0] })]),
    { name: "total" },
  );

  test("a million numbers are summed within a few units of rounding of eight partial sums", () => {
    // Neumaier's compensated sum as the truth.
    let [sum, rest] = [0, 0];
    for (const v of x) {
      const next = sum + v;
      rest += Math.abs(sum) >= Math.abs(v) ? sum - next + v : v - next + sum;
      sum = next;
    }
    total.setInput(0, x);
    total.run();
    const naive = x.reduce((a, b) => a + b, 0);
    const error = Math.abs(total.output(0)[0]! - (sum + rest));
    expect(error / sum).toBeLessThan(1e-13);
    expect(error).toBeLessThanOrEqual(Math.abs(naive - (sum + rest)) + 1e-9);
  });

  test("the same bits at every run and in every program made of the same graph", () => {
    const first = total.output(0)[0];
    const again = wasmBackend.compile(total.lowered.graph, { name: "again" });
    again.setInput(0, x);
    for (let i = 0; i < 3; i++) {
      again.run();
      total.run();
      expect(again.output(0)[0]).toBe(first);
      expect(total.output(0)[0]).toBe(first);
    }
    expect(again.lowered.wasm).toEqual(total.lowered.wasm);
  });
});

test("calls allocate nothing: neither JavaScript objects nor pages of memory", () => {
  const graph = build([f64(3), f64(100)], (e, [theta, y]) => {
    const at = (i: number): Value =>
      e(
        ops.broadcast,
        [e(ops.reshape, [e(ops.slice, [theta!], { start: [i], stop: [i + 1], step: [1] })], { shape: [] })],
        { shape: [100], dims: [] },
      );
    const z = e(ops.sub, [y!, e(ops.mul, [at(0), e(ops.exp, [at(1)])])]);
    const sorted = e(ops.sort, [z], { axis: 0 });
    return [
      e(ops.sum, [e(ops.square, [z])], { axes: [0] }),
      e(ops.cumsum, [sorted], { axis: 0, reverse: false }),
    ];
  });
  const program = wasmBackend.compile(graph, { name: "steady", bound: [false, true] });
  program.setInput(
    1,
    Float64Array.from({ length: 100 }, (_, i) => Math.cos(i)),
  );
  const theta = program.inputView(0);
  const bytes = theta.buffer.byteLength;
  const turn = (n: number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) {
      theta[0] = i * 1e-3;
      program.run();
      total += program.output(0)[0]!;
    }
    return total;
  };
  turn(5000);
  const buffers = process.memoryUsage().arrayBuffers;
  // The compiler and the collector disturb single measurements: take the one in the middle.
  const growth = Array.from({ length: 5 }, () => {
    const before = process.memoryUsage().heapUsed;
    expect(turn(10_000)).toBeGreaterThan(0);
    return process.memoryUsage().heapUsed - before;
  }).sort((a, b) => a - b)[2]!;
  // One object of 16 bytes a call would make 160 kB.
  expect(growth).toBeLessThan(100_000);
  expect(process.memoryUsage().arrayBuffers).toBeLessThanOrEqual(buffers);
  expect(theta.buffer.byteLength).toBe(bytes);
  expect(program.output(0).buffer).toBe(theta.buffer);
});

test("inputs keep their contents, outputs do not alias them, and a disposed program says so", () => {
  const program = wasmBackend.compile(
    build([f64(5)], (e, [x]) => [x!, e(ops.neg, [x!])]),
    { name: "pair" },
  );
  const x = Float64Array.of(1, 2, 3, 4, 5);
  program.setInput(0, x);
  program.run();
  expect([...program.output(0)]).toEqual([1, 2, 3, 4, 5]);
  program.output(0).fill(9);
  expect([...program.inputView(0)]).toEqual([...x]);
  program.run();
  expect([...program.output(0)]).toEqual([...x]);
  expect([...program.output(1)]).toEqual([-1, -2, -3, -4, -5]);
  expect(program.lowered.wat()).toContain('(func $main (export "main")');
  program.dispose();
  expect(() => program.output(0)).toThrow("The program pair was disposed; compile it again.");
});
