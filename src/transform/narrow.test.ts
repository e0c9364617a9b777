// The f32 form of a graph: types everywhere, sub-graphs included; literals that f32 cannot hold.
import { expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import { print } from "../ir/print.js";
import { verify } from "../ir/verify.js";
import { constant, convert } from "../ops/index.js";
import { makeGraph } from "../trace/make-graph.js";
import { np, type Tensor } from "../tensor/index.js";
import { narrow } from "./narrow.js";

test("every f64 becomes f32, in loops too; integers stay", () => {
  const f = (x: Tensor, n: Tensor): Tensor =>
    np.fori(
      0,
      3,
      (i, c: Tensor) => c.mul(x).add(i),
      np.cond(
        np.greater(x, 0),
        () => x.add(n),
        () => x,
      ),
    );
  const graph = narrow(makeGraph(f, np.array(2), np.array(3, { dtype: "i32" })));
  verify(graph);
  expect(print(graph)).not.toContain("f64");
  expect(print(graph)).toContain("i32");
});

test("guards keep their purpose: finite stays finite, not zero stays not zero", () => {
  const b = new Builder();
  const literals = [1e-300, -1e-300, 1e300, -1e300, 0, Infinity, 0.1];
  const outputs = literals.map((data) => b.emit(constant, [], { type: "f64", shape: [], data })[0]!);
  const given = narrow(b.finish(outputs)).equations.map((eq) => eq.params.data);
  expect(given).toEqual([
    1.1754943508222875e-38,
    -1.1754943508222875e-38,
    3.4028234663852886e38,
    -3.4028234663852886e38,
    0,
    Infinity,
    Math.fround(0.1),
  ]);
});

test("conversions between f64 and f32 disappear", () => {
  const b = new Builder();
  const x = b.input({ dtype: "f32", shape: [2] });
  const [wide] = b.emit(convert, [x], { dtype: "f64" });
  const graph = narrow(b.finish([wide!]));
  expect(graph.equations).toEqual([]);
  expect(graph.outputs[0]).toBe(graph.inputs[0]);
});
