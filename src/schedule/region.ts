// Where the values of one graph (or sub-graph) come from while it is being scheduled.
import type { Equation, Graph, Value } from "../ir/types.js";
import type { Block, Buffer, Instr, Item, Ix } from "./kernel.js";

/** One element (or, for loop-shaped values, one element per turn) of a root, as an instruction. */
export interface Cell {
  readonly ix: readonly Ix[];
  readonly instr: Instr;
}

/** A value that is computed by statements of its own rather than wherever it is used. */
export interface Root {
  readonly kind: "root";
  readonly value: Value;
  readonly region: Region;
  /** What computed it, as instructions; used in place of memory where the index is the same. */
  readonly cells: Cell[];
  /** Its memory, once somebody needs it there. */
  buffer: Buffer | null;
  /** Reads of its memory stand in this block or deeper. */
  readonly floor: Block;
}

/** A value bound to another region's value at an index prefix (captures, slices of scanned inputs). */
export interface Alias {
  readonly kind: "alias";
  readonly value: Value;
  readonly region: Region;
  readonly prefix: readonly Ix[];
}

export type Source = Root | Alias;

/** A graph instance: its statements go into `block`; pure instructions may rise as far as `floor`. */
export class Region {
  readonly sources = new Map<Value, Source>();
  readonly cache = new Map<Value, Map<string, Instr>>();
  readonly defs = new Map<Value, Equation>();
  constructor(
    readonly graph: Graph,
    readonly block: Block,
    readonly floor: Block,
  ) {
    for (const eq of graph.equations) for (const o of eq.outputs) this.defs.set(o, eq);
  }
}

/** The items that must have run before the root's contents are complete. */
export function producersOf(root: Root): readonly Item[] {
  return root.buffer && root.buffer.writers.length > 0
    ? [...root.buffer.writers, ...root.cells.map((c) => c.instr)]
    : root.cells.map((c) => c.instr);
}
