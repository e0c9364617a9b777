// The kernel IR: blocks of scalar instructions, loops, stores and accumulators over buffers. Output of the scheduler, input of codegen.
import type { Elementwise, Reduction, Special } from "../ir/op.js";
import type { Data, DType, Params, Type } from "../ir/types.js";

/** A loop's index. `sequential` loops carry state from one turn to the next and are never vectorised. */
export interface Var {
  readonly id: number;
  readonly size: number;
  readonly sequential: boolean;
  /** The body in which the variable has a value. */
  body: Block;
}

/** Memory for one array. `place` is decided by the plan. */
export interface Buffer {
  readonly id: number;
  readonly dtype: DType;
  readonly size: number;
  readonly name: string;
  role: "input" | "output" | "constant" | "temporary";
  /** The output that is the next value of an input: the input's memory may be written, and hold that output in the end. */
  next: number | null;
  readonly data?: Data;
  /** The items that write it, in any block; readers wait for all of them. */
  readonly writers: Item[];
  /** The items that read it: an equation that takes the memory over waits for them. */
  readonly readers: Item[];
  /** Counts what has been kept here one after another, so that a load of an older value is not taken for one of a newer. */
  version: number;
  /** Byte address, set by the plan. */
  place: number;
}

/** A straight-line region: the program itself, a loop body, or an arm. Items are put in dependency order at the end. */
export interface Block {
  readonly id: number;
  readonly parent: Block | null;
  readonly depth: number;
  /** The variable of the loop whose body this is. */
  loopVar: Var | null;
  /** The item of the parent block that this block belongs to. */
  owner: Item | null;
  items: Item[];
}

/** A mutable scalar that lives across turns of a sequential loop or arms of a conditional. */
export interface Register {
  readonly id: number;
  readonly dtype: DType;
}

interface ItemBase {
  readonly block: Block;
  /** Creation order: breaks ties when items are put in dependency order. */
  readonly order: number;
  /** Items of the same block that must run before this one. */
  readonly deps: Item[];
  /** The items of which this one is a dep. */
  readonly dependents: Item[];
  /** Above the rank of every dep, so that a search for what runs before an item knows where to stop. */
  rank: number;
}

/** One scalar value, computed once per turn of its block. */
export interface Instr extends ItemBase {
  readonly kind: "instr";
  readonly id: number;
  readonly dtype: DType;
  readonly code: Code;
}
export type Code =
  | { readonly op: "const"; readonly value: number }
  | {
      readonly op: "elem";
      readonly row: Elementwise;
      readonly args: readonly Instr[];
      readonly origin?: string;
    }
  | { readonly op: "combine"; readonly row: Reduction; readonly a: Instr; readonly b: Instr }
  | { readonly op: "load"; readonly buffer: Buffer; readonly at: Ix }
  | { readonly op: "index"; readonly at: Ix }
  | { readonly op: "within"; readonly at: Ix; readonly low: number; readonly high: number }
  | { readonly op: "total"; readonly accumulator: Accumulator }
  | { readonly op: "read"; readonly register: Register; readonly after: Item | null };

/** Folds a value of every turn of the loops inside `scope`; `total` reads it afterwards. */
export interface Accumulator {
  readonly id: number;
  readonly row: Reduction;
  readonly dtype: DType;
  readonly scope: Block;
  /** The item of the scope that contains the folding loop. */
  loop: Item | null;
}

export interface Store extends ItemBase {
  readonly kind: "store";
  readonly buffer: Buffer;
  readonly at: Ix;
  readonly value: Instr;
}
export interface Accumulate extends ItemBase {
  readonly kind: "accumulate";
  readonly accumulator: Accumulator;
  readonly value: Instr;
}
/** buffer[at] = row.combine(buffer[at], value): scatter-adds and reductions over outer axes. */
export interface Update extends ItemBase {
  readonly kind: "update";
  readonly buffer: Buffer;
  /** The buffer holds this many copies of the target, added up afterwards: SIMD lanes that meet in one place do not wait for each other. */
  readonly copies?: number;
  readonly at: Ix;
  readonly row: Reduction;
  readonly value: Instr;
}
export interface Fill extends ItemBase {
  readonly kind: "fill";
  readonly buffer: Buffer;
  readonly value: number;
}
export interface Loop extends ItemBase {
  readonly kind: "loop";
  readonly over: Var;
  readonly body: Block;
  /** Registers assigned at the end of each turn of a sequential loop: all values are read before any is set. */
  readonly next: { register: Register; value: Instr }[];
  /** Buffers copied at the end of each turn (array carries). */
  readonly copies: { from: Buffer; to: Buffer }[];
  /** Registers given a value before the first turn. */
  readonly first: { register: Register; value: Instr }[];
}
/** Runs body while the test (computed in `test`) holds. */
export interface While extends ItemBase {
  readonly kind: "while";
  readonly test: Block;
  condition: Instr | null;
  readonly body: Block;
  readonly limit: number | null;
  readonly next: { register: Register; value: Instr }[];
  readonly copies: { from: Buffer; to: Buffer }[];
  readonly first: { register: Register; value: Instr }[];
}
export interface If extends ItemBase {
  readonly kind: "if";
  readonly condition: Instr;
  readonly arms: readonly [Block, Block];
  /** Per arm the scalar results. Array results are stored by the arms into shared buffers. */
  readonly sets: readonly [{ register: Register; value: Instr }[], { register: Register; value: Instr }[]];
}
/** An operation that runs as a routine over whole buffers. */
export interface Call extends ItemBase {
  readonly kind: "call";
  readonly row: Special;
  readonly params: Params;
  readonly inputs: readonly Buffer[];
  readonly inputTypes: readonly Type[];
  readonly outputs: readonly Buffer[];
  readonly outputTypes: readonly Type[];
}
export type Item = Instr | Store | Accumulate | Update | Fill | Loop | While | If | Call;

/** A scheduled graph: one block tree over buffers. */
export interface Kernels {
  readonly root: Block;
  readonly buffers: readonly Buffer[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  toString(): string;
}

/** What an index can depend on: a loop variable, a computed integer, or a quotient or remainder that did not simplify. */
export type Atom =
  | { readonly kind: "var"; readonly key: string; readonly max: number; readonly of: Var }
  | { readonly kind: "dyn"; readonly key: string; readonly max: number; readonly of: Instr }
  | {
      readonly kind: "div" | "mod";
      readonly key: string;
      readonly max: number;
      readonly of: Ix;
      readonly by: number;
    };

export interface Term {
  readonly atom: Atom;
  readonly by: number;
}

/** Atoms are never negative, so the range follows from the signs of the coefficients. */
export class Ix {
  readonly key: string;
  constructor(
    readonly constant: number,
    readonly terms: readonly Term[],
  ) {
    let key = String(constant);
    for (const t of terms) key += `+${t.by}*${t.atom.key}`;
    this.key = key;
  }

  get isConstant(): boolean {
    return this.terms.length === 0;
  }
  /** The key without the constant: what indices that walk side by side have in common. */
  get walk(): string {
    return this.key.slice(String(this.constant).length);
  }
  get min(): number {
    return this.terms.reduce((n, t) => n + Math.min(0, t.by * t.atom.max), this.constant);
  }
  get max(): number {
    return this.terms.reduce((n, t) => n + Math.max(0, t.by * t.atom.max), this.constant);
  }
  /** The coefficient of a loop variable that occurs linearly; undefined when it hides in a quotient or remainder. */
  strideOf(v: Var): number | undefined {
    let by = 0;
    for (const t of this.terms) {
      if (t.atom.kind === "var" && t.atom.of === v) by += t.by;
      else if (varies(t.atom, v)) return undefined;
    }
    return by;
  }
}

const varies = (a: Atom, v: Var): boolean => {
  switch (a.kind) {
    case "var":
      return a.of === v;
    case "dyn":
      return inLoop(a.of.block, v);
    default:
      return a.of.terms.some((t) => varies(t.atom, v));
  }
};

/** Whether a block stands inside the loop of the variable. */
export const inLoop = (b: Block, v: Var): boolean => {
  for (let p: Block | null = b; p; p = p.parent) if (p.loopVar === v) return true;
  return false;
};
