// A statement's space and what it reads in, the loops in which it can run out: joins open loops where dependencies allow.
import type { Shape, Value } from "../ir/types.js";
import { combinations, domainOf, type Domain } from "./domain.js";
import { ZERO, constant, ofVar } from "./ix.js";
import type { Block, Item, Ix, Loop, Var } from "./kernel.js";
import { Walk, walkFrom, type Leaf } from "./leaves.js";
import { Behind, ProgramBuilder, within } from "./program.js";
import { producersOf, type Region } from "./region.js";

/** How many loops of its size a statement may look at: in a long chain all but the last few run before what it reads. */
const LOOKED_AT = 32;

/** An open loop nest: the innermost block, and the index of every axis (null for axes written out). */
export interface Nest {
  readonly block: Block;
  readonly ix: readonly (Ix | null)[];
  readonly domain: Domain;
  readonly vars: readonly Var[];
  /** The outermost loop of the nest, or null without loops. */
  readonly outer: Loop | null;
}

/** The loops of a program under construction. */
export class LoopNests {
  readonly program = new ProgramBuilder();
  /** Loops that contain further loops; kept apart from those that run over rows with SIMD. */
  private readonly nested = new Set<Loop>();

  /** Finds or makes the loops of a space in which the values that the statement reads can be computed, behind the items `before`. */
  open(
    region: Region,
    shape: Shape,
    reads: (ix: readonly Ix[]) => readonly { value: Value; ix: readonly Ix[] }[],
    partial = false,
    before: readonly Item[] = [],
  ): Nest {
    const stand = shape.map((size, i): Var => ({ id: -1 - i, size, sequential: true, body: region.block }));
    const symbolic = stand.map((v) => (v.size === 1 ? ZERO : ofVar(v)));
    const walk = new Walk();
    for (const r of reads(symbolic)) walkFrom(region, r.value, r.ix, walk);
    const domain = domainOf(shape, partial, (longest) =>
      walk.costAlong(symbolic.filter((_, i) => i !== longest)),
    );
    const { leaves } = walk;
    let block = region.block;
    const ix: (Ix | null)[] = shape.map((d) => (d === 1 ? ZERO : null));
    const vars: Var[] = [];
    let outer: Loop | null = null;
    domain.loops.forEach((axis, k) => {
      const hasInner = k < domain.loops.length - 1;
      let loop = this.candidate(block, shape[axis]!, leaves, before, symbolic[axis]!, hasInner);
      if (!loop) {
        loop = this.program.loop(block, shape[axis]!, false);
        if (hasInner) this.nested.add(loop);
      }
      outer ??= loop;
      vars.push(loop.over);
      ix[axis] = ofVar(loop.over);
      block = loop.body;
    });
    return {
      block,
      ix,
      domain: { ...domain, written: domain.written.filter((i) => shape[i] !== 1) },
      vars,
      outer,
    };
  }

  /** A loop of the size in the block that the statement may join: what it reads from inside is finished at each turn, what it reads from outside does not wait for the loop. */
  private candidate(
    block: Block,
    size: number,
    leaves: readonly Leaf[],
    before: readonly Item[],
    axis: Ix,
    hasInner: boolean,
  ): Loop | null {
    let earlier: Behind | null = null;
    const loops = this.program.freeLoops(block);
    let looked = 0;
    for (let n = loops.length - 1; n >= 0 && looked < LOOKED_AT; n--) {
      const item = loops[n]!;
      if (item.over.size !== size) continue;
      looked++;
      if (before.some((b) => within(b, item.body))) continue;
      const reads = this.aligned(item, leaves, axis);
      if (reads === null) continue;
      // Nests and loops over rows stay apart (rows use SIMD), unless rows read what the nest computes at each turn.
      const nested = this.nested.has(item);
      if (nested !== hasInner && !(nested && reads)) continue;
      earlier ??= new Behind(
        [...before, ...leaves.flatMap((leaf) => producersOf(leaf.root))].flatMap(
          (i) => within(i, block) ?? [],
        ),
      );
      if (!earlier.has(item)) return item;
    }
    return null;
  }

  /** Whether what the statement reads from inside the loop is finished at each turn: null when not, else whether it reads any. */
  private aligned(loop: Loop, leaves: readonly Leaf[], axis: Ix): boolean | null {
    let reads = false;
    const at = ofVar(loop.over).key;
    for (const leaf of leaves) {
      const { root } = leaf;
      if (root.buffer && root.cells.length === 0) {
        // Memory filled by updates is complete only after the loop.
        if (root.buffer.writers.some((w) => within(w, loop.body))) return null;
        continue;
      }
      const home = root.cells.find((c) => within(c.instr, loop.body) || c.ix.some((i) => i.key === at));
      if (!home) continue;
      const position = home.ix.findIndex((i) => i.key === at);
      if (position < 0 || leaf.ix[position]?.key !== axis.key) return null;
      reads = true;
    }
    return reads;
  }
}

/** Every index of the space: loops symbolic, written-out axes one by one. */
export function* indices(nest: Nest, shape: Shape): Generator<readonly Ix[]> {
  for (const at of combinations(shape, nest.domain.written)) {
    const ix = nest.ix.slice() as Ix[];
    nest.domain.written.forEach((a, k) => (ix[a] = constant(at[k]!)));
    yield ix;
  }
}

/** How many turns a block makes in all. */
export function turnsOf(block: Block): number {
  let n = 1;
  for (let b: Block | null = block; b; b = b.parent) if (b.loopVar) n *= b.loopVar.size;
  return n;
}
