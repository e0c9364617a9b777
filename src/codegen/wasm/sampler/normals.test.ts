// Normal numbers of the sampler: layers of equal area; counts in 400 equally likely bins; the tail behind the layers; other keys, other numbers.
import { expect, test } from "vitest";
import { np } from "../../../tensor/index.js";
import { RoutineLinker } from "../link.js";
import { ModuleBuilder } from "../module.js";
import { TABLES_END } from "../tables.js";
import { SamplerContext, type Define } from "./context.js";
import { normals } from "./normals.js";
import { formOf, numbersOf, placesOf, tagged } from "./places.js";
import { LAYERS, samplerLayout } from "./plan.js";

const DIM = 10_000;
const START = 64 * Math.ceil(TABLES_END / 64);
const layout = samplerLayout(
  { dim: DIM, kind: "nuts", maxTreeDepth: 1, metric: { kind: "diagonal" } },
  START,
);

const fill: Define = (cx) => cx.write("fill", [], [], (k) => void k.f.call(k.fn(normals), [k.at("startP")]));

function generator(seed: number) {
  const module = new ModuleBuilder();
  module.memory(Math.ceil(layout.end / 65536) + 1, { export: "memory" });
  const places = placesOf(layout, { q: 0, g: 0, value: 0 });
  module.fill(numbersOf(places));
  const cx = new SamplerContext(formOf(layout.plan), tagged(places));
  module.export("fill", new RoutineLinker(module).portable(cx.function(fill)));
  const { memory, fill: run } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()))
    .exports as unknown as { memory: WebAssembly.Memory; fill: () => void };
  const at = (place: number, n: number): Float64Array => new Float64Array(memory.buffer, place, n);
  at(layout.cells.keyLow, 1)[0] = seed;
  return { ends: at(layout.layers, LAYERS + 1), draws: at(layout.vectors.startP, DIM), run };
}

test("layers have equal areas, the last of them ends at the mode", () => {
  const { ends, run } = generator(0);
  run();
  const height = (x: number): number => Math.exp(-0.5 * x * x);
  const areas = Array.from({ length: LAYERS - 1 }, (_, i) => ends[i + 1] * (height(ends[i + 2]) - height(ends[i + 1]))); // prettier-ignore
  for (const area of areas) expect(area).toBeCloseTo(0.004928673233974655, 12);
  expect(ends[0] * height(ends[1])).toBeCloseTo(0.004928673233974655, 15);
  expect(ends[LAYERS]).toBe(0);
});

test("half a million of them", () => {
  const { draws, run } = generator(7);
  const rounds = 50;
  const bins = 400;
  const edges = Array.from(np.special.ndtri(np.arange(1, bins).div(bins)).data());
  const counts = new Array<number>(bins).fill(0);
  const powers = [0, 0, 0, 0];
  const beyond: number[] = [];
  for (let i = 0; i < rounds; i++) {
    run();
    for (const [k, at] of Array.from(np.searchsorted(edges, np.array(draws.slice())).data()).entries()) {
      counts[at]++;
      for (let p = 0; p < 4; p++) powers[p] += draws[k] ** (p + 1);
      if (Math.abs(draws[k]) > 3.6541528853610088) beyond.push(draws[k]);
    }
  }
  const n = rounds * DIM;
  const chiSquared = counts.reduce((sum, c) => sum + (c - n / bins) ** 2 / (n / bins), 0);
  // Mean 399, standard deviation 28.
  expect(chiSquared).toBeLessThan(399 + 4 * 28.3);
  expect(chiSquared).toBeGreaterThan(399 - 4 * 28.3);
  // Moments of order 1 to 4 and the standard deviations of their estimates, times the root of n.
  for (const [p, [mean, sd]] of [
    [0, 1],
    [1, Math.SQRT2],
    [0, Math.sqrt(15)],
    [3, Math.sqrt(96)],
  ].entries())
    // prettier-ignore
    expect(Math.abs(powers[p] / n - mean)).toBeLessThan((4 * sd) / Math.sqrt(n));
  // Each with probability 2.58e-4; the mean distance behind the layers is 0.2554.
  expect(Math.abs(beyond.length - 129)).toBeLessThan(4 * Math.sqrt(129));
  expect(Math.abs(beyond.filter((x) => x > 0).length - 64.5)).toBeLessThan(4 * Math.sqrt(64.5));
  const over = beyond.reduce((sum, x) => sum + Math.abs(x) - 3.6541528853610088, 0) / beyond.length;
  expect(Math.abs(over - 0.2554)).toBeLessThan((4 * 0.24) / Math.sqrt(129));
});

test("numbers hang on the key and the count of blocks alone", () => {
  const [a, b, c] = [3, 3, 4].map((seed) => generator(seed));
  for (const { run } of [a, b, c]) run();
  expect(a.draws).toEqual(b.draws);
  expect(a.draws).not.toEqual(c.draws);
  const first = a.draws.slice();
  a.run();
  expect(a.draws).not.toEqual(first);
});
