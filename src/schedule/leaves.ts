// Which roots a value reads, and at which index: what decides whether two statements may share a loop.
import type { Value } from "../ir/types.js";
import { ZERO, keyOf, substitute } from "./ix.js";
import type { Ix } from "./kernel.js";
import type { Region, Root } from "./region.js";

export interface Leaf {
  readonly root: Root;
  readonly ix: readonly (Ix | null)[];
}

/** What a walk finds: the roots, and the price of what is computed on the way at each index. */
export class Walk {
  readonly leaves: Leaf[] = [];
  readonly priced: { readonly cost: number; readonly ix: readonly (Ix | null)[] }[] = [];
  readonly seen = new Map<Value, Set<string>>();

  /** The price in flops of what changes with any of the axes' stand-ins. */
  costAlong(axes: readonly Ix[]): number {
    const keys = new Set(axes.flatMap((a) => a.terms.map((t) => t.atom.key)));
    let n = 0;
    for (const { cost, ix } of this.priced)
      if (ix.some((i) => i === null || i.terms.some((t) => keys.has(t.atom.key) || t.atom.kind !== "var")))
        n += cost;
    return n;
  }
}

/** Walks from a value at a symbolic index to the roots behind it; null stands for an index that is not known beforehand. */
export function walkFrom(region: Region, value: Value, ix: readonly (Ix | null)[], walk: Walk): void {
  const key = keyOf(ix);
  let keys = walk.seen.get(value);
  if (!keys) walk.seen.set(value, (keys = new Set<string>()));
  if (keys.has(key)) return;
  keys.add(key);
  const source = region.sources.get(value);
  if (source?.kind === "root") {
    walk.leaves.push({ root: source, ix });
    return;
  }
  if (source?.kind === "alias") return walkFrom(source.region, source.value, [...source.prefix, ...ix], walk);
  const eq = region.defs.get(value);
  if (!eq) return;
  const scalar = value.type.shape.length === 0 ? region.cache.get(value)?.get("") : undefined;
  if (scalar) {
    // Computed already, outside of the loops that are being opened: what counts is the instruction.
    const root: Root = {
      kind: "root",
      value,
      region,
      cells: [{ ix: [], instr: scalar }],
      buffer: null,
      floor: region.block,
    };
    walk.leaves.push({ root, ix });
    return;
  }
  if (eq.op.kind === "elementwise") {
    walk.priced.push({ cost: eq.op.cost, ix });
    for (const v of eq.inputs) walkFrom(region, v, ix, walk);
  } else if (eq.op.kind === "movement") {
    const input = eq.inputs[0]!;
    const map = eq.op.indexMap(input.type, eq.params);
    const known = ix.every((i) => i !== null);
    const inner = map.index.map((e, i): Ix | null => {
      if (input.type.shape[i] === 1) return ZERO;
      if (map.within) return e.kind === "axis" ? (ix[e.axis] ?? null) : null;
      if (known) return substitute(e, ix as readonly Ix[]);
      return e.kind === "axis" ? (ix[e.axis] ?? null) : null;
    });
    walkFrom(region, input, inner, walk);
  } else if (eq.op.kind === "special" && eq.op.lowering === "gather") {
    const axis = eq.params.axis as number;
    const batch = eq.params.batch as number;
    const rank = eq.inputs[1]!.type.shape.length - batch;
    walkFrom(region, eq.inputs[1]!, [...ix.slice(0, batch), ...ix.slice(axis, axis + rank)], walk);
    walkFrom(region, eq.inputs[0]!, [...ix.slice(0, axis), null, ...ix.slice(axis + rank)], walk);
  }
}
