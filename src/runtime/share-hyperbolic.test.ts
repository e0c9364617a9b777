// tanh and its derivative through one exponential: the bits of tanh, and slopes as good as those of 1 / cosh^2.
import { expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import { cosh, reciprocal, square, tanh } from "../ops/index.js";
import { shareHyperbolic } from "../passes/share-hyperbolic.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";

const near = Array.from({ length: 401 }, (_, i) => (i - 200) / 100);
const far = Array.from({ length: 120 }, (_, i) => Math.sin(i) * 3 * i);
const special = [
  0,
  -0,
  1e-300,
  -1e-17,
  0.55,
  0.5499999999999999,
  19,
  -22.5,
  300,
  354,
  400,
  -Infinity,
  Infinity,
  NaN,
];
const x = Float64Array.from([...near, ...far, ...special]);

function graphOf(withTanh: boolean) {
  const b = new Builder("tanh");
  const input = b.input({ dtype: "f64", shape: [x.length] });
  const slope = b.emit(square, b.emit(reciprocal, b.emit(cosh, [input])))[0];
  return b.finish(withTanh ? [b.emit(tanh, [input])[0], slope] : [slope]);
}

test("tanh keeps its bits, and slopes lose nothing", () => {
  const graph = graphOf(true);
  const fired: string[] = [];
  const shared = shareHyperbolic(graph, (rule) => fired.push(rule));
  expect(fired).toEqual(["share-hyperbolic", "share-hyperbolic"]);
  expect(shared.equations.some((eq) => eq.op === tanh)).toBe(false);
  const [value, slope] = interpret(graph, [x]) as Float64Array[];
  const { given, got } = runBoth(shared, [x]);
  expect(firstDifference(given, got)).toBeNull();
  expect(firstDifference([value], [given[0]])).toBeNull();
  x.forEach((at, i) => {
    const [wanted, found] = [slope[i], given[1][i]];
    if (Number.isNaN(at)) expect(found).toBeNaN();
    else expect(Math.abs(found - wanted), `at ${at}`).toBeLessThanOrEqual(1e-15 * wanted + 1e-307);
  });
});

test("without tanh the slope stays as it is", () => {
  const graph = graphOf(false);
  expect(shareHyperbolic(graph, () => undefined)).toBe(graph);
});
