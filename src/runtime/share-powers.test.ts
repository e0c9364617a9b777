// Powers of one base: one logarithm, the same bits.
import { expect, test } from "vitest";
import { randomFrom } from "../../test/differential/random-data.js";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import { pow } from "../ops/index.js";
import { firstDifference, runBoth } from "./run-both.fixture.js";
import { sharePowers } from "../passes/share-powers.js";

const N = 203;
const type = { dtype: "f64", shape: [N] } as const;

function graphOf(bases: number) {
  const b = new Builder("powers");
  const [x, y, z, w] = [b.input(type), b.input(type), b.input(type), b.input(type)];
  const outputs = [b.emit(pow, [x, y])[0], b.emit(pow, [bases === 1 ? x : w, z])[0]];
  return b.finish(outputs);
}

test("a power and its derivative's share a logarithm and keep their bits", () => {
  const graph = graphOf(1);
  const fired: string[] = [];
  const shared = sharePowers(graph, (rule) => fired.push(rule));
  expect(fired).toEqual(["share-logarithm", "share-logarithm"]);
  expect(shared.equations.map((eq) => eq.op.name)).toEqual(["logHigh", "logLow", "powFromLog", "powFromLog"]);
  const random = randomFrom(7);
  const special = [0, -0, 1, -1, 2, -2.5, 1e-310, 1e300, Infinity, -Infinity, NaN, 3];
  const wild = (): number =>
    random() < 0.3 ? special[Math.floor(special.length * random())] : 8 * random() - 1;
  const inputs = [0, 1, 2, 3].map(() => Float64Array.from({ length: N }, wild));
  const before = interpret(graph, inputs) as Float64Array[];
  const { given, got } = runBoth(shared, inputs);
  expect(firstDifference(given, got)).toBeNull();
  expect(firstDifference(before, given)).toBeNull();
});

test("powers of different bases stay as they are", () => {
  const graph = graphOf(2);
  expect(sharePowers(graph, () => undefined)).toBe(graph);
});
