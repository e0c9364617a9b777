// Random blocks of the sampler: the words of Philox for every count of blocks, wherever among its neighbours one stands, after another chain's too.
import { expect, test } from "vitest";
import { philox } from "../../../ops/random/philox.js";
import { RoutineLinker } from "../link.js";
import { ModuleBuilder } from "../module.js";
import { TABLES_END } from "../tables.js";
import { SamplerContext, type Define } from "./context.js";
import { formOf, numbersOf, placesOf, tagged } from "./places.js";
import { samplerLayout } from "./plan.js";
import { block } from "./random.js";

const START = 64 * Math.ceil(TABLES_END / 64);
const layout = samplerLayout({ dim: 2, kind: "nuts", maxTreeDepth: 1, metric: { kind: "diagonal" } }, START);

const next: Define = (cx) =>
  cx.write("next", [], [], (k) =>
    block(k).forEach((word, i) => k.f.store("i32.store", 0, word, k.at("startP") + 4 * i)),
  );

function generator() {
  const module = new ModuleBuilder();
  module.memory(Math.ceil(layout.end / 65536) + 1, { export: "memory" });
  const places = placesOf(layout, { q: 0, g: 0, value: 0 });
  module.fill(numbersOf(places));
  const cx = new SamplerContext(formOf(layout.plan), tagged(places));
  module.export("next", new RoutineLinker(module).portable(cx.function(next)));
  const { memory, next: run } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()))
    .exports as unknown as { memory: WebAssembly.Memory; next: () => void };
  const set = (cell: keyof typeof layout.cells, x: number): void => {
    new Float64Array(memory.buffer, layout.cells[cell], 1)[0] = x;
  };
  const words = (): number[] => {
    run();
    return [...new Uint32Array(memory.buffer, layout.vectors.startP, 4)];
  };
  return { set, words };
}

function expected(index: number, low: number, high: number): number[] {
  const out = new Uint32Array(4);
  philox(index % 2 ** 32, Math.floor(index / 2 ** 32), 0, 0x53, low, high, out);
  return [...out];
}

test("words are those of Philox, block after block", () => {
  const { set, words } = generator();
  const [low, high] = [0xfedcba98, 0x89abcdef];
  for (const from of [0, 5, 2 ** 32 - 6, 2 ** 40 + 3]) {
    set("keyLow", low);
    set("keyHigh", high);
    set("blocks", from);
    set("ahead", 0);
    for (let i = 0; i < 11; i++) expect(words(), `block ${from + i}`).toEqual(expected(from + i, low, high));
  }
});

test("words of another chain are not taken for this one's", () => {
  const { set, words } = generator();
  set("keyLow", 1);
  expect(words()).toEqual(expected(0, 1, 0));
  set("keyLow", 2);
  set("ahead", 0);
  expect(words()).toEqual(expected(1, 2, 0));
});
