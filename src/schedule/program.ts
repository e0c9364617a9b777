// Building blocks of a kernel program: makes items, and keeps the dependencies between items of one block.
import type { DType } from "../ir/types.js";
import type { Elementwise, Reduction } from "../ir/op.js";
import type { Accumulator, Block, Buffer, Code, Instr, Item, Ix, Loop, Register, Var } from "./kernel.js";

type New<T extends Item> = Omit<T, "order" | "deps" | "dependents" | "rank">;

/** From so many items that one waits for on, a set says which they are. */
const MANY = 16;

/** A kernel program under construction. */
export class ProgramBuilder {
  readonly buffers: Buffer[] = [];
  readonly root: Block;
  private count = 0;
  private readonly known = new Map<string, Instr>();
  private readonly manyDeps = new Map<Item, Set<Item>>();
  /** The loops of each block whose turns do not depend on each other, in the order in which they were made. */
  private readonly free = new Map<Block, Loop[]>();

  constructor() {
    this.root = this.block(null);
  }

  private next(): number {
    return this.count++;
  }

  block(parent: Block | null): Block {
    return {
      id: this.next(),
      parent,
      depth: parent ? parent.depth + 1 : 0,
      loopVar: null,
      owner: null,
      items: [],
    };
  }

  buffer(dtype: DType, size: number, name: string, role: Buffer["role"], data?: Buffer["data"]): Buffer {
    const b: Buffer = {
      id: this.buffers.length,
      dtype,
      size,
      name,
      role,
      next: null,
      writers: [],
      readers: [],
      version: 0,
      place: -1,
      ...(data ? { data } : {}),
    };
    this.buffers.push(b);
    return b;
  }

  register(dtype: DType): Register {
    return { id: this.next(), dtype };
  }

  accumulator(row: Reduction, dtype: DType, scope: Block): Accumulator {
    return { id: this.next(), row, dtype, scope, loop: null };
  }

  /** Adds an item to its block and records what it waits for. */
  add<T extends Item>(item: New<T>, needs: readonly (Item | null)[] = []): T {
    const place = { order: this.next(), deps: [], dependents: [], rank: 0 };
    const made = { ...item, ...place } as unknown as T;
    made.block.items.push(made);
    for (const n of needs) if (n) this.after(made, n);
    return made;
  }

  /** `item` runs after `needed`: the edge joins the ancestors of the two that stand in one block. */
  after(item: Item, needed: Item): void {
    const [a, b] = siblings(item, needed);
    if (a === b || this.waitsFor(a, b)) return;
    a.deps.push(b);
    b.dependents.push(a);
    this.raise(a, b.rank + 1);
  }

  /** Whether the edge is there. Few items wait for more than a handful of others; those that do have a set. */
  private waitsFor(a: Item, b: Item): boolean {
    const { deps } = a;
    if (deps.length < MANY) return deps.includes(b);
    let set = this.manyDeps.get(a);
    if (!set) this.manyDeps.set(a, (set = new Set()));
    for (let i = set.size; i < deps.length; i++) set.add(deps[i]!);
    return set.has(b);
  }

  /** Gives an item and all that depend on it a rank above that of their deps. */
  private raise(first: Item, rank: number): void {
    if (first.rank >= rank) return;
    first.rank = rank;
    const stack = [first];
    for (let item = stack.pop(); item; item = stack.pop())
      for (const d of item.dependents)
        if (d.rank <= item.rank) {
          d.rank = item.rank + 1;
          if (d.rank > this.count) throw circle();
          stack.push(d);
        }
  }

  afterIx(item: Item, at: Ix): void {
    for (const t of at.terms) {
      if (t.atom.kind === "dyn") this.after(item, t.atom.of);
      else if (t.atom.kind !== "var") this.afterIx(item, t.atom.of);
    }
  }

  afterWriters(item: Item, buffer: Buffer): void {
    for (const w of buffer.writers) this.after(item, w);
  }

  /** A scalar instruction; the same computation in the same block is made once. */
  instr(block: Block, dtype: DType, code: Code): Instr {
    const key = `${block.id}:${dtype}:${codeKey(code)}`;
    const seen = this.known.get(key);
    if (seen) return seen;
    // The most common item by far: made at once, without the copy in `add`.
    const made: Instr = {
      kind: "instr",
      block,
      id: this.next(),
      dtype,
      code,
      order: this.next(),
      deps: [],
      dependents: [],
      rank: 0,
    };
    block.items.push(made);
    switch (code.op) {
      case "elem":
        for (const a of code.args) this.after(made, a);
        break;
      case "combine":
        this.after(made, code.a);
        this.after(made, code.b);
        break;
      case "load":
        this.afterIx(made, code.at);
        this.afterWriters(made, code.buffer);
        code.buffer.readers.push(made);
        break;
      case "index":
      case "within":
        this.afterIx(made, code.at);
        break;
      case "total":
        if (code.accumulator.loop) this.after(made, code.accumulator.loop);
        break;
      case "read":
        if (code.after) this.after(made, code.after);
        break;
      case "const":
        break;
    }
    this.known.set(key, made);
    return made;
  }

  constant(value: number, dtype: DType, block: Block): Instr {
    return this.instr(block, dtype, { op: "const", value });
  }

  elem(block: Block, dtype: DType, row: Elementwise, args: readonly Instr[], origin?: string): Instr {
    return this.instr(block, dtype, { op: "elem", row, args, ...(origin === undefined ? {} : { origin }) });
  }

  loop(block: Block, size: number, sequential: boolean): Loop {
    const body = this.block(block);
    const over: Var = { id: this.next(), size, sequential, body };
    body.loopVar = over;
    const loop = this.add<Loop>({ kind: "loop", block, over, body, next: [], copies: [], first: [] });
    body.owner = loop;
    if (!sequential) {
      const free = this.free.get(block);
      if (free) free.push(loop);
      else this.free.set(block, [loop]);
    }
    return loop;
  }

  freeLoops(block: Block): readonly Loop[] {
    return this.free.get(block) ?? [];
  }
}

function codeKey(c: Code): string {
  switch (c.op) {
    case "const":
      return `c${Object.is(c.value, -0) ? "-0" : c.value}`;
    case "elem":
      return `e${c.row.name}(${idsOf(c.args)})`;
    case "combine":
      return `b${c.row.name}(${c.a.id},${c.b.id})`;
    case "load":
      return `l${c.buffer.id}.${c.buffer.version}[${c.at.key}]`;
    case "index":
      return `i${c.at.key}`;
    case "within":
      return `w${c.at.key}:${c.low}:${c.high}`;
    case "total":
      return `t${c.accumulator.id}`;
    case "read":
      return `r${c.register.id}@${c.after ? c.after.order : "start"}`;
  }
}

function idsOf(instrs: readonly Instr[]): string {
  let ids = "";
  for (let i = 0; i < instrs.length; i++) ids += `${instrs[i]!.id},`;
  return ids;
}

/** The ancestors (or selves) of two items that stand in one block. */
function siblings(a: Item, b: Item): [Item, Item] {
  while (a.block !== b.block) {
    if (a.block.depth > b.block.depth) a = up(a);
    else if (b.block.depth > a.block.depth) b = up(b);
    else {
      a = up(a);
      b = up(b);
    }
  }
  return [a, b];
}

const up = (i: Item): Item => {
  if (!i.block.owner) throw new Error("Sinter internal error: two kernel items share no block.");
  return i.block.owner;
};

/** The ancestor of an item that stands in the block, or null when the item is outside of it. */
export function within(item: Item, block: Block): Item | null {
  let i: Item = item;
  while (i.block !== block) {
    if (i.block.depth <= block.depth || !i.block.owner) return null;
    i = i.block.owner;
  }
  return i;
}

/**
 * What must have run before some items of one block may; without the items themselves, unless another of them needs them.
 * Asked for items from the latest ranks to the earliest, it looks no further back than they stand.
 */
export class Behind {
  private readonly found = new Set<Item>();
  private waiting: Item[];

  constructor(items: readonly Item[]) {
    this.waiting = [...items];
  }

  has(item: Item): boolean {
    const stack = this.waiting;
    this.waiting = [];
    for (let i = stack.pop(); i; i = stack.pop()) {
      if (i.rank <= item.rank) {
        this.waiting.push(i);
        continue;
      }
      for (const d of i.deps)
        if (!this.found.has(d)) {
          this.found.add(d);
          if (d.rank > 0) stack.push(d);
        }
    }
    return this.found.has(item);
  }
}

const circle = (): Error =>
  new Error("Sinter internal error: kernel items depend on each other in a circle.");

/** The items, earlier-made first; mostly they stand like that. */
function byOrder(items: readonly Item[]): readonly Item[] {
  for (let i = 1; i < items.length; i++)
    if (items[i - 1]!.order > items[i]!.order) return [...items].sort((a, b) => a.order - b.order);
  return items;
}

/** Puts every block's items in dependency order, earlier-made first among the free ones. */
export function order(block: Block): void {
  /** Items that were met: true once they stand in `sorted`. */
  const done = new Map<Item, boolean>();
  const sorted: Item[] = [];
  // What is being placed, each with what it waits for and how much of that was looked at.
  const items: Item[] = [];
  const waits: (readonly Item[])[] = [];
  const next: number[] = [];
  const enter = (item: Item): void => {
    const state = done.get(item);
    if (state === true) return;
    if (state === false) throw circle();
    done.set(item, false);
    items.push(item);
    waits.push(byOrder(item.deps));
    next.push(0);
  };
  for (const first of byOrder(block.items)) {
    enter(first);
    while (items.length > 0) {
      const top = items.length - 1;
      const rest = waits[top]!;
      const at = next[top]!;
      if (at < rest.length) {
        next[top] = at + 1;
        enter(rest[at]!);
      } else {
        const item = items.pop()!;
        waits.pop();
        next.pop();
        done.set(item, true);
        sorted.push(item);
      }
    }
  }
  block.items = sorted;
  for (const item of sorted) {
    if (item.kind === "loop") order(item.body);
    else if (item.kind === "while") {
      order(item.test);
      order(item.body);
    } else if (item.kind === "if") item.arms.forEach(order);
  }
}
