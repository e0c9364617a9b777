// What stands behind items of a block: the progressive search against the whole closure, on random programs.
import { expect, test } from "vitest";
import { Random } from "../../bench/peers/random.js";
import type { Instr, Item } from "./kernel.js";
import { Behind, ProgramBuilder } from "./program.js";

const closure = (items: readonly Item[]): Set<Item> => {
  const found = new Set<Item>();
  const visit = (i: Item): void => {
    for (const d of i.deps)
      if (!found.has(d)) {
        found.add(d);
        visit(d);
      }
  };
  items.forEach(visit);
  return found;
};

test("ranks grow along dependencies, also where an early item comes to wait for a late one", () => {
  const random = new Random(3);
  const pick = (n: number): number => Math.floor(random.uniform() * n);
  for (let trial = 0; trial < 50; trial++) {
    const p = new ProgramBuilder();
    const made: Instr[] = Array.from({ length: 60 }, (_, i) => p.constant(i, "f64", p.root));
    // A random order stands for the one in which they may run; edges lead back in it, whatever was made first.
    const order = made.map((item) => ({ item, at: random.uniform() })).sort((a, b) => a.at - b.at);
    for (let e = 0; e < 150; e++) {
      const [a, b] = [pick(60), pick(60)];
      if (a !== b) p.after(order[Math.max(a, b)]!.item, order[Math.min(a, b)]!.item);
    }
    for (const item of made) for (const d of item.deps) expect(item.rank).toBeGreaterThan(d.rank);

    const from = [made[pick(60)]!, made[pick(60)]!];
    const expected = closure(from);
    const behind = new Behind(from);
    for (let n = made.length - 1; n >= 0; n--) expect(behind.has(made[n]!)).toBe(expected.has(made[n]!));
  }
});

test("items that wait for each other are an error at once", () => {
  const p = new ProgramBuilder();
  const [a, b, c] = [1, 2, 3].map((x) => p.constant(x, "f64", p.root));
  p.after(b!, a!);
  p.after(c!, b!);
  expect(() => p.after(a!, c!)).toThrow("kernel items depend on each other in a circle");
});
