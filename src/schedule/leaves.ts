// Which roots a value reads, and at which index: what decides whether two statements may share a loop.
import type { Value } from "../ir/types.js";
import { ZERO, substitute } from "./ix.js";
import { Ix } from "./kernel.js";
import type { Region, Root } from "./region.js";

export interface Leaf {
  readonly root: Root;
  readonly ix: readonly (Ix | null)[];
}

/** Walks from a value at a symbolic index to the roots behind it; null stands for an index that is not known beforehand. */
export function leavesOf(
  region: Region,
  value: Value,
  ix: readonly (Ix | null)[],
  found: Leaf[] = [],
  seen = new Map<Value, Set<string>>(),
): Leaf[] {
  const key = ix.map((i) => (i ? i.key : "?")).join(";");
  let keys = seen.get(value);
  if (!keys) seen.set(value, (keys = new Set<string>()));
  if (keys.has(key)) return found;
  keys.add(key);
  const source = region.sources.get(value);
  if (source?.kind === "root") {
    found.push({ root: source, ix });
    return found;
  }
  if (source?.kind === "alias")
    return leavesOf(source.region, source.value, [...source.prefix, ...ix], found, seen);
  const eq = region.defs.get(value);
  if (!eq) return found;
  if (eq.op.kind === "elementwise") for (const v of eq.inputs) leavesOf(region, v, ix, found, seen);
  else if (eq.op.kind === "movement") {
    const input = eq.inputs[0]!;
    const map = eq.op.indexMap(input.type, eq.params);
    const known = ix.every((i) => i !== null);
    const inner = map.index.map((e, i): Ix | null => {
      if (input.type.shape[i] === 1) return ZERO;
      if (map.within) return e.kind === "axis" ? (ix[e.axis] ?? null) : null;
      if (known) return substitute(e, ix as readonly Ix[]);
      return e.kind === "axis" ? (ix[e.axis] ?? null) : null;
    });
    leavesOf(region, input, inner, found, seen);
  } else if (eq.op.kind === "special" && eq.op.lowering === "gather") {
    const axis = eq.params.axis as number;
    const batch = eq.params.batch as number;
    const rank = eq.inputs[1]!.type.shape.length - batch;
    leavesOf(region, eq.inputs[1]!, [...ix.slice(0, batch), ...ix.slice(axis, axis + rank)], found, seen);
    leavesOf(region, eq.inputs[0]!, [...ix.slice(0, axis), null, ...ix.slice(axis + rank)], found, seen);
  }
  return found;
}
