// Where values live while a graph is scheduled: as instructions of a statement, or in buffers once somebody needs them there.
import type { Data, Equation, Shape, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { deeper, element, type ElementContext } from "./element.js";
import { blockOf, keyOf, linear } from "./ix.js";
import { isLastReader } from "./last-reader.js";
import type { Block, Buffer, Instr, Item, Ix, Store } from "./kernel.js";
import { Walk, walkFrom } from "./leaves.js";
import { LoopNests, indices, turnsOf } from "./nest.js";
import type { Region, Root } from "./region.js";

export interface Usage {
  cost: number;
  turns: number;
  /** Turns of loops that run one by one, around a value that could be computed side by side before them. */
  alone: number;
}

export class Memory extends LoopNests implements ElementContext {
  /** How often dear values were computed: the reason to store them in a second attempt. */
  readonly usage = new Map<Value, Usage>();
  private readonly constants = new Map<Equation, Buffer>();
  /** Where values must be put: the next state of a loop, into the memory of the state. They get statements of their own. */
  readonly placed = new Map<Value, { readonly buffer: Buffer }>();

  /** `stored` are the values, otherwise computed in place, that get a statement of their own. */
  constructor(readonly stored: ReadonlySet<Value>) {
    super();
  }

  readonly isAnchored = (value: Value): boolean => this.stored.has(value) || this.placed.has(value);

  root(region: Region, value: Value, buffer: Buffer | null = null): Root {
    const r: Root = { kind: "root", value, region, cells: [], buffer, floor: region.block };
    region.sources.set(value, r);
    return r;
  }

  /** Records an element computed by a statement, so that reads at the same index use it directly. */
  cell(region: Region, root: Root, ix: readonly Ix[], instr: Instr): void {
    const kept = [...ix];
    root.cells.push({ ix: kept, instr });
    let cached = region.cache.get(root.value);
    if (!cached) region.cache.set(root.value, (cached = new Map<string, Instr>()));
    cached.set(keyOf(kept), instr);
  }

  temporary(value: Value, name = value.hint ?? "t"): Buffer {
    return this.program.buffer(value.type.dtype, sizeOf(value.type.shape), name, "temporary");
  }

  ensureBuffer(root: Root): Buffer {
    if (root.buffer) return root.buffer;
    root.buffer = this.temporary(root.value);
    this.storeCells(root, root.buffer);
    return root.buffer;
  }

  private storeCells(root: Root, buffer: Buffer): void {
    for (const c of root.cells) {
      const at = linear(c.ix, root.value.type.shape);
      this.store(deeper(c.instr.block, blockOf(at)), buffer, at, c.instr);
    }
  }

  store(block: Block, buffer: Buffer, at: Ix, value: Instr, before: readonly Item[] = []): Store {
    const s = this.program.add<Store>({ kind: "store", block, buffer, at, value }, [value, ...before]);
    this.program.afterIx(s, at);
    buffer.writers.push(s);
    return s;
  }

  constantBuffer(eq: Equation): Buffer {
    let b = this.constants.get(eq);
    if (!b) {
      const type = eq.outputs[0]!.type;
      const data = eq.params.data as Data;
      b = this.program.buffer(type.dtype, sizeOf(type.shape), "constant", "constant", data);
      this.constants.set(eq, b);
    }
    return b;
  }

  noteCost(region: Region, value: Value, instr: Instr, cost: number): void {
    if (cost < 4 || value.type.shape.length === 0) return;
    let u = this.usage.get(value);
    if (!u) this.usage.set(value, (u = { cost, turns: 0, alone: 0 }));
    const turns = turnsOf(instr.block);
    u.turns += turns;
    if (inSequence(instr.block, region.block)) u.alone += turns;
  }

  /** The whole value in row-major memory. */
  materialise(region: Region, value: Value): Buffer {
    const source = region.sources.get(value);
    if (source?.kind === "alias" && source.prefix.length === 0)
      return this.materialise(source.region, source.value);
    if (source?.kind === "root") return this.ensureBuffer(source);
    const eq = region.defs.get(value);
    if (
      eq?.op.kind === "special" &&
      eq.op.lowering === "constant" &&
      eq.params.data !== null &&
      typeof eq.params.data === "object"
    )
      return this.constantBuffer(eq);
    const buffer = this.copyOf(region, value);
    if (!source) this.root(region, value, buffer);
    return buffer;
  }

  /**
   * Memory that holds an operand's value and that the equation may write: the operand's own where the equation is its last
   * reader, else a copy. Writes must wait for the items `before`. `atOnce`: the equation computes its operands before it writes.
   */
  takeOver(
    region: Region,
    eq: Equation,
    which: number,
    atOnce: boolean,
  ): { buffer: Buffer; before: readonly Item[] } {
    const value = eq.inputs[which]!;
    const source = region.sources.get(value);
    if (
      source?.kind === "root" &&
      source.region === region &&
      isLastReader(region, eq, value, atOnce, this.isAnchored)
    ) {
      const buffer = this.ensureBuffer(source);
      if (isFree(buffer)) return { buffer, before: this.overwrite(buffer) };
    }
    const buffer = this.copyOf(region, value);
    return { buffer, before: [...buffer.writers] };
  }

  /** Declares that the buffer gets new contents; returns what must run before. */
  protected overwrite(buffer: Buffer): readonly Item[] {
    buffer.version++;
    return [...buffer.writers, ...buffer.readers];
  }

  /** Whether any of the values is computed in place from elements of the array. */
  protected readsFrom(region: Region, values: readonly Value[], array: Value): boolean {
    const source = region.sources.get(array);
    const walk = new Walk();
    for (const v of values)
      walkFrom(
        region,
        v,
        v.type.shape.map(() => null),
        walk,
      );
    return walk.leaves.some((leaf) => leaf.root === source);
  }

  /** Fresh memory that holds the value. */
  copyOf(region: Region, value: Value): Buffer {
    const buffer = this.temporary(value);
    this.storeAll(region, value, buffer, value.type.shape, (ix) => linear(ix, value.type.shape));
    return buffer;
  }

  /** Stores every element of a value at the place that `at` gives. */
  storeAll(
    region: Region,
    value: Value,
    buffer: Buffer,
    shape: Shape,
    at: (ix: readonly Ix[]) => Ix,
    before: readonly Item[] = [],
  ): void {
    if (sizeOf(shape) === 0) return;
    const nest = this.open(region, shape, (ix) => [{ value, ix }], undefined, before);
    for (const ix of indices(nest, shape)) {
      const instr = element(this, region, value, ix);
      this.store(nest.block, buffer, at(ix), instr, before);
    }
  }
}

/** Whether the program may do with the buffer as it likes. */
const isFree = ({ role, next }: Buffer): boolean =>
  role === "temporary" || (role === "input" && next !== null);

/** Whether a loop whose turns follow each other stands around the block, inside of the outer one. */
function inSequence(block: Block, outer: Block): boolean {
  for (let b = block; b.parent && b.depth > outer.depth; b = b.parent) if (b.loopVar?.sequential) return true;
  return false;
}
