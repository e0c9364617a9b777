// Items of a SIMD loop's body in; loads of f64 whose neighbour in memory is loaded too, by either of the two, out.
import type { Instr, Item } from "../../schedule/kernel.js";

/** Loads of an element and of the next one. */
export type Neighbours = readonly [Instr, Instr];

export function neighboursOf(
  items: readonly Item[],
  isStrided: (load: Instr) => boolean,
): ReadonlyMap<Item, Neighbours> {
  const loads: { load: Instr; walk: string; at: number }[] = [];
  for (const item of items) {
    if (item.kind !== "instr" || item.code.op !== "load" || item.dtype !== "f64" || !isStrided(item))
      continue;
    const { buffer, at } = item.code;
    const walk = `${buffer.id}:${at.walk}`;
    loads.push({ load: item, walk, at: at.constant });
  }
  loads.sort((a, b) => a.at - b.at);
  const alone = new Map<string, Instr>();
  const pairs = new Map<Item, Neighbours>();
  for (const { load, walk, at } of loads) {
    const before = alone.get(`${walk}@${at - 1}`);
    if (before) {
      const pair = [before, load] as const;
      pairs.set(before, pair).set(load, pair);
      alone.delete(`${walk}@${at - 1}`);
    } else alone.set(`${walk}@${at}`, load);
  }
  return pairs;
}
