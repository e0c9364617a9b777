// Failures of random programs that were shrunk and kept, and the shrinking itself.
import { expect, test } from "vitest";
import { Builder } from "../../src/ir/builder.js";
import { interpret } from "../../src/ir/interpret.js";
import * as ops from "../../src/ops/index.js";
import { runBoth } from "../../src/runtime/run-both.fixture.js";
import { difference } from "./random-data.js";
import { keptCases, shrink, type Check } from "./shrink.js";

test.each(keptCases())("%s", (_, { graph, inputs, bound }, tolerance) => {
  const { given, wanted, got } = runBoth(graph, inputs, bound);
  expect(difference(wanted, got, tolerance)).toBeNull();
  expect(difference(given, got, Math.max(tolerance, 1e-8))).toBeNull();
});

test("a failure is shrunk to the equation that makes it", () => {
  const b = new Builder("big");
  const e = ops.emitInto(b);
  const [x, y] = [b.input({ dtype: "f64", shape: [2] }), b.input({ dtype: "f64", shape: [2] })];
  const sum = e(ops.add, [x, e(ops.square, [y])]);
  const sine = e(ops.sin, [sum]);
  const total = e(ops.sum, [e(ops.mul, [sine, y])], { axes: [0] });
  const graph = b.finish([total, e(ops.exp, [x])]);
  const inputs = [Float64Array.of(1, 2), Float64Array.of(3, 4)];
  // "Wrong" whenever a sine is taken of something above 9.
  const check: Check = (c) => {
    const eq = c.graph.equations.find((q) => q.op === ops.sin);
    if (!eq) return null;
    const [values] = interpret({ ...c.graph, outputs: eq.inputs }, c.inputs);
    return values.some((v: number) => v > 9) ? "a large angle" : null;
  };
  const small = shrink({ graph, inputs, bound: [false, true] }, check);
  expect(small.graph.equations.map((q) => q.op.name)).toEqual(["sin"]);
  expect([...small.inputs[0]]).toEqual([10, 18]);
  expect(small.bound).toEqual([false]);
});
