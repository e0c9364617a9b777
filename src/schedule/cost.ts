// Scheduled kernels in; for each top-level loop nest, what it is and a rough price in flops and bytes out.
import { showSize, typical } from "../ir/size.js";
import { byteWidth } from "../ir/types.js";
import { bytesOf } from "./plan.js";
import type { Block, Call, Instr, Item, Kernels } from "./kernel.js";

/** One kernel: a loop nest, routine or conditional at the top level, with the scalar code since the one before it. */
export interface KernelCost {
  /** "1000 x 10" for nested loops, "cholesky" for a routine, "scalars" for what is left at the end. */
  readonly what: string;
  /** Floating-point operations, 1 for an add and about 15 for an exp; loops that end by a test count one turn. */
  readonly flops: number;
  /** Bytes read and written by loads and stores, caches ignored. */
  readonly bytes: number;
  /** Scalar instructions in the code, loops counted once. */
  readonly instructions: number;
  /** Sites and calls whose operations it holds, as far as they are known. */
  readonly origins: readonly string[];
}

/** Items after which a new kernel starts. */
export const endsKernel = (item: Item): boolean =>
  item.kind === "loop" || item.kind === "while" || item.kind === "if" || item.kind === "call";

export function kernelCosts(k: Kernels): readonly KernelCost[] {
  const costs: KernelCost[] = [];
  let items: Item[] = [];
  for (const item of k.root.items) {
    items.push(item);
    if (!endsKernel(item)) continue;
    costs.push(costOf(items, nameOf(item)));
    items = [];
  }
  if (items.some((item) => item.kind !== "instr" || item.code.op !== "const"))
    costs.push(costOf(items, "scalars"));
  return costs;
}

function costOf(items: readonly Item[], what: string): KernelCost {
  const tally = new Tally();
  tally.block(items, 1);
  return {
    what,
    flops: tally.flops,
    bytes: tally.bytes,
    instructions: tally.instructions,
    origins: [...tally.origins],
  };
}

class Tally {
  flops = 0;
  bytes = 0;
  instructions = 0;
  readonly origins = new Set<string>();

  block(items: readonly Item[], turns: number): void {
    for (const item of items) this.item(item, turns);
  }

  private item(item: Item, turns: number): void {
    switch (item.kind) {
      case "instr":
        return this.instr(item, turns);
      case "store":
        this.bytes += turns * byteWidth[item.value.dtype];
        return;
      case "update":
        this.flops += turns;
        this.bytes += 2 * turns * byteWidth[item.value.dtype];
        return;
      case "accumulate":
        this.flops += turns;
        return;
      case "fill":
        this.bytes += turns * typical(bytesOf(item.buffer));
        return;
      case "loop":
        this.block(item.body.items, turns * typical(item.over.size));
        for (const c of item.copies)
          this.bytes += 2 * turns * typical(item.over.size) * typical(bytesOf(c.to));
        return;
      case "while":
        this.block(item.test.items, turns);
        this.block(item.body.items, turns);
        return;
      case "if":
        // One arm runs; the dearer one is counted.
        return this.dearer(item.arms, turns);
      case "call":
        for (const b of [...item.inputs, ...item.outputs]) this.bytes += turns * typical(bytesOf(b));
        this.flops += turns * routineFlops(item);
    }
  }

  private instr(item: Instr, turns: number): void {
    const { code } = item;
    if (code.op === "const") return;
    this.instructions++;
    if (code.op === "load") this.bytes += turns * byteWidth[item.dtype];
    else if (code.op === "combine") this.flops += turns;
    else if (code.op === "elem") {
      this.flops += turns * code.row.cost;
      if (code.origin !== undefined) this.origins.add(code.origin);
    }
  }

  private dearer(arms: readonly [Block, Block], turns: number): void {
    const tallies = arms.map((arm) => {
      const t = new Tally();
      t.block(arm.items, turns);
      return t;
    });
    const top = tallies[0].flops >= tallies[1].flops ? tallies[0] : tallies[1];
    this.flops += top.flops;
    this.bytes += top.bytes;
    for (const t of tallies) {
      this.instructions += t.instructions;
      t.origins.forEach((o) => this.origins.add(o));
    }
  }
}

/**
 * Routines work on stacks of matrices or lines: of n outputs, each is taken to cost as many multiply-adds as the longest
 * last axis among the inputs has elements, which is right for products and within a factor of three for factorisations.
 */
function routineFlops({ inputTypes, outputs }: Call): number {
  const length = Math.max(1, ...inputTypes.map(({ shape }) => typical(shape[shape.length - 1] ?? 1)));
  return 2 * length * outputs.reduce((n, b) => n + typical(b.size), 0);
}

function nameOf(item: Item): string {
  switch (item.kind) {
    case "loop": {
      const inner = item.body.items.filter((i) => i.kind === "loop").map(nameOf);
      const deepest = inner.sort((a, b) => b.length - a.length)[0];
      return `${showSize(item.over.size)}${deepest === undefined ? "" : ` x ${deepest}`}`;
    }
    case "while":
      return "while";
    case "if":
      return "if";
    case "call":
      return item.row.name;
    default:
      return "scalars";
  }
}
