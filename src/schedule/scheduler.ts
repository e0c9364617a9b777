// Graph -> kernels: places every statement in a loop of its space, sharing loops where dependencies allow.
import type { Reduction, Special } from "../ir/op.js";
import type { Data, Equation, Shape, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { sum } from "../ops/index.js";
import { lowerControl } from "./control.js";
import { combinations, domainOf, WRITTEN_OUT, type Domain } from "./domain.js";
import { computeEquation, deeper, element, lookup, type ElementContext } from "./element.js";
import { ZERO, add, blockOf, constant, linear, ofVar } from "./ix.js";
import type {
  Accumulate,
  Block,
  Buffer,
  Call,
  Fill,
  Instr,
  Item,
  Ix,
  Loop,
  Store,
  Update,
  Var,
} from "./kernel.js";
import { Walk, walkFrom, type Leaf } from "./leaves.js";
import { ProgramBuilder, behind, within } from "./program.js";
import { producersOf, Region, type Root } from "./region.js";

/** An open loop nest: the innermost block, and the index of every axis (null for axes written out). */
interface Nest {
  readonly block: Block;
  readonly ix: readonly (Ix | null)[];
  readonly domain: Domain;
  readonly vars: readonly Var[];
  /** The outermost loop of the nest, or null without loops. */
  readonly outer: Loop | null;
}

export interface Usage {
  instances: number;
  cost: number;
  turns: number;
}

export class Scheduler implements ElementContext {
  readonly program = new ProgramBuilder();
  /** How often dear values were computed: the reason to store them in a second attempt. */
  readonly usage = new Map<Value, Usage>();
  private readonly constants = new Map<Equation, Buffer>();
  /** Loops that contain further loops; kept apart from those that run over rows with SIMD. */
  private readonly nested = new Set<Loop>();

  constructor(readonly stored: ReadonlySet<Value>) {}

  /** Schedules the equations of a graph whose inputs already have sources in the region. */
  run(region: Region): void {
    for (const eq of region.graph.equations) this.equation(region, eq);
  }

  private equation(region: Region, eq: Equation): void {
    const op = eq.op;
    switch (op.kind) {
      case "elementwise":
        if (this.stored.has(eq.outputs[0]!)) this.anchored(region, eq);
        else if (eq.outputs[0]!.type.shape.length === 0) element(this, region, eq.outputs[0]!, []);
        return;
      case "movement":
        if (this.stored.has(eq.outputs[0]!)) this.anchored(region, eq);
        return;
      case "reduction":
        return this.reduce(region, eq, op);
      case "special":
        return this.special(region, eq, op);
    }
  }

  private special(region: Region, eq: Equation, op: Special): void {
    switch (op.lowering) {
      case "constant":
      case "iota":
        return;
      case "gather":
        if (this.stored.has(eq.outputs[0]!)) this.anchored(region, eq);
        return;
      case "concatenate":
        return this.concatenate(region, eq);
      case "scatterAdd":
        return this.scatter(region, eq);
      case "cond":
      case "while":
      case "scan":
      case "call":
        return lowerControl(this, region, eq, op);
      default:
        return this.callRoutine(region, eq, op);
    }
  }

  // ---- roots and memory -------------------------------------------------------------------------------------------

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
    cached.set(kept.map((i) => i.key).join(";"), instr);
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

  store(block: Block, buffer: Buffer, at: Ix, value: Instr): Store {
    const s = this.program.add<Store>({ kind: "store", block, buffer, at, value }, [value]);
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

  noteCost(_region: Region, value: Value, instr: Instr, cost: number): void {
    if (cost < 4 || value.type.shape.length === 0) return;
    let u = this.usage.get(value);
    if (!u) this.usage.set(value, (u = { instances: 0, cost, turns: 0 }));
    u.instances++;
    u.turns += turnsOf(instr.block);
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

  /** Fresh memory that holds the value. */
  copyOf(region: Region, value: Value): Buffer {
    const buffer = this.temporary(value);
    this.storeAll(region, value, buffer, value.type.shape, (ix) => linear(ix, value.type.shape));
    return buffer;
  }

  /** Stores every element of a value at the place that `at` gives. */
  storeAll(region: Region, value: Value, buffer: Buffer, shape: Shape, at: (ix: readonly Ix[]) => Ix): void {
    if (sizeOf(shape) === 0) return;
    const nest = this.open(region, shape, (ix) => [{ value, ix }]);
    for (const ix of indices(nest, shape)) {
      const instr = element(this, region, value, ix);
      this.store(nest.block, buffer, at(ix), instr);
    }
  }

  // ---- statements -------------------------------------------------------------------------------------------------

  /** A statement of its own for a value that is otherwise computed in place. */
  private anchored(region: Region, eq: Equation): void {
    const value = eq.outputs[0]!;
    const shape = value.type.shape;
    const root: Root = { kind: "root", value, region, cells: [], buffer: null, floor: region.block };
    if (sizeOf(shape) > 0) {
      const nest = this.open(region, shape, (ix) => [{ value, ix }]);
      for (const ix of indices(nest, shape))
        this.cell(region, root, ix, computeEquation(this, region, eq, value, ix));
    }
    region.sources.set(value, root);
  }

  private reduce(region: Region, eq: Equation, op: Reduction): void {
    const input = eq.inputs[0]!;
    const value = eq.outputs[0]!;
    const shape = input.type.shape;
    const axes = eq.params.axes as readonly number[];
    const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const dtype = value.type.dtype;
    const p = this.program;
    const root = this.root(region, value);
    if (sizeOf(shape) === 0) {
      if (sizeOf(value.type.shape) > 0) this.fill(region, root, op.identity(dtype));
      return;
    }
    const nest = this.open(region, shape, (ix) => [{ value: input, ix }], kept.length > 0);
    const writtenKept = nest.domain.written.filter((i) => kept.includes(i));
    const writtenGone = nest.domain.written.filter((i) => axes.includes(i));
    // The innermost loops that are all reduced fold into a register; reduced loops outside of kept ones fold into memory.
    let inner = nest.domain.loops.length;
    while (inner > 0 && axes.includes(nest.domain.loops[inner - 1]!)) inner--;
    const scope = inner === 0 ? (nest.outer ? nest.outer.block : nest.block) : nest.vars[inner - 1]!.body;
    const inMemory = nest.domain.loops.slice(0, inner).some((a) => axes.includes(a));
    let memory: { buffer: Buffer; fill: Fill } | null = null;
    if (inMemory) {
      const buffer = this.temporary(value);
      const fill = p.add<Fill>({ kind: "fill", block: nest.outer!.block, buffer, value: op.identity(dtype) });
      buffer.writers.push(fill);
      root.buffer = buffer;
      memory = { buffer, fill };
    }
    for (const keep of combinations(shape, writtenKept)) {
      const ix = nest.ix.slice() as Ix[];
      writtenKept.forEach((a, k) => (ix[a] = constant(keep[k]!)));
      let folded: Instr | null = null;
      for (const gone of combinations(shape, writtenGone)) {
        writtenGone.forEach((a, k) => (ix[a] = constant(gone[k]!)));
        const x = element(this, region, input, ix);
        folded = folded
          ? p.instr(deeper(folded.block, x.block), dtype, { op: "combine", row: op, a: folded, b: x })
          : x;
      }
      const outIx = kept.map((a) => ix[a]!);
      let result = folded!;
      if (inner < nest.domain.loops.length) {
        const accumulator = p.accumulator(op, dtype, scope);
        accumulator.loop = inner === 0 ? nest.outer! : nest.vars[inner]!.body.owner;
        p.add<Accumulate>({ kind: "accumulate", block: nest.block, accumulator, value: result }, [result]);
        result = p.instr(scope, dtype, { op: "total", accumulator });
      }
      if (!memory) this.cell(region, root, outIx, result);
      else {
        const at = linear(outIx, value.type.shape);
        const u = p.add<Update>(
          { kind: "update", block: scope, buffer: memory.buffer, at, row: op, value: result },
          [result, memory.fill],
        );
        p.afterIx(u, at);
        memory.buffer.writers.push(u);
      }
    }
  }

  private fill(region: Region, root: Root, value: number): void {
    root.buffer = this.temporary(root.value);
    root.buffer.writers.push(
      this.program.add<Fill>({ kind: "fill", block: region.block, buffer: root.buffer, value }),
    );
  }

  private concatenate(region: Region, eq: Equation): void {
    const value = eq.outputs[0]!;
    const shape = value.type.shape;
    const axis = eq.params.axis as number;
    const buffer = this.temporary(value);
    let start = 0;
    const small = sizeOf(shape) <= 4 * WRITTEN_OUT;
    const root: Root = {
      kind: "root",
      value,
      region,
      cells: [],
      buffer: small ? null : buffer,
      floor: region.block,
    };
    for (const part of eq.inputs) {
      const offset = start;
      start += part.type.shape[axis]!;
      const shifted = (ix: readonly Ix[]): Ix[] =>
        ix.map((i, a) => (a === axis ? add(i, constant(offset)) : i));
      if (!small) this.storeAll(region, part, buffer, part.type.shape, (ix) => linear(shifted(ix), shape));
      else
        for (const at of combinations(
          part.type.shape,
          part.type.shape.map((_, i) => i),
        )) {
          if (sizeOf(part.type.shape) === 0) break;
          const ix = at.map(constant);
          this.cell(region, root, shifted(ix), element(this, region, part, ix));
        }
    }
    region.sources.set(value, root);
  }

  private scatter(region: Region, eq: Equation): void {
    const [x, idx, updates] = eq.inputs as [Value, Value, Value];
    const value = eq.outputs[0]!;
    const shape = value.type.shape;
    const axis = eq.params.axis as number;
    const batch = eq.params.batch as number;
    const p = this.program;
    const zero = this.uniform(region, x);
    const size = sizeOf(shape);
    const copies =
      zero === 0 && value.type.dtype === "f64" ? scatterCopies(sizeOf(updates.type.shape), size) : 1;
    const buffer = p.buffer(value.type.dtype, copies * size, "scatter", "temporary");
    if (zero !== null)
      buffer.writers.push(p.add<Fill>({ kind: "fill", block: region.block, buffer, value: zero }));
    else this.storeAll(region, x, buffer, shape, (ix) => linear(ix, shape));
    const initial = [...buffer.writers];
    if (sizeOf(updates.type.shape) > 0) {
      const rank = idx.type.shape.length - batch;
      const indexAt = (ix: readonly Ix[]): Ix[] => [...ix.slice(0, batch), ...ix.slice(axis, axis + rank)];
      const nest = this.open(
        region,
        updates.type.shape,
        (ix) => [
          { value: updates, ix },
          { value: idx, ix: indexAt(ix) },
        ],
        undefined,
        initial,
      );
      for (const ix of indices(nest, updates.type.shape)) {
        const at = element(this, region, idx, indexAt(ix));
        const where = linear(
          [...ix.slice(0, axis), lookup(this, eq, at, shape[axis]!), ...ix.slice(axis + rank)],
          shape,
        );
        const amount = element(this, region, updates, ix);
        const u = p.add<Update>(
          { kind: "update", block: nest.block, buffer, copies, at: where, row: sum, value: amount },
          [amount, ...initial],
        );
        p.afterIx(u, where);
        buffer.writers.push(u);
      }
    }
    if (copies === 1) this.root(region, value, buffer);
    else this.addUp(region, value, buffer, copies);
  }

  /** The value as the sum of copies that lie one behind the other in a buffer. */
  private addUp(region: Region, value: Value, buffer: Buffer, copies: number): void {
    const { shape, dtype } = value.type;
    const all: Value = { type: { dtype, shape: [copies, ...shape] } };
    this.root(region, all, buffer);
    const each = (k: number, ix: readonly Ix[]): readonly Ix[] => [constant(k), ...ix];
    const nest = this.open(region, shape, (ix) => [{ value: all, ix: each(0, ix) }]);
    const root: Root = { kind: "root", value, region, cells: [], buffer: null, floor: region.block };
    for (const ix of indices(nest, shape)) {
      let total = element(this, region, all, each(0, ix));
      for (let k = 1; k < copies; k++) {
        const next = element(this, region, all, each(k, ix));
        total = this.program.instr(deeper(total.block, next.block), dtype, {
          op: "combine",
          row: sum,
          a: total,
          b: next,
        });
      }
      this.cell(region, root, ix, total);
    }
    region.sources.set(value, root);
  }

  /** The number that fills a value, when it is a filled constant; else null. */
  private uniform(region: Region, value: Value): number | null {
    const source = region.sources.get(value);
    if (source) return source.kind === "alias" ? this.uniform(source.region, source.value) : null;
    const eq = region.defs.get(value);
    if (eq?.op.kind === "special" && eq.op.lowering === "constant") {
      const data = eq.params.data;
      return typeof data === "number" ? data : null;
    }
    if (eq?.op.kind === "movement" && eq.inputs.length === 1 && eq.params.low === undefined)
      return this.uniform(region, eq.inputs[0]!);
    return null;
  }

  private callRoutine(region: Region, eq: Equation, op: Special): void {
    const inputs = eq.inputs.map((v) => this.materialise(region, v));
    const outputs = eq.outputs.map((v) => this.temporary(v, op.name));
    const call = this.program.add<Call>({
      kind: "call",
      block: region.block,
      row: op,
      params: eq.params,
      inputs,
      inputTypes: eq.inputs.map((v) => v.type),
      outputs,
      outputTypes: eq.outputs.map((v) => v.type),
    });
    for (const b of inputs) this.program.afterWriters(call, b);
    eq.outputs.forEach((v, i) => {
      outputs[i]!.writers.push(call);
      this.root(region, v, outputs[i]!);
    });
  }

  // ---- loops ------------------------------------------------------------------------------------------------------

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
    let earlier: ReadonlySet<Item> | null = null;
    for (let n = block.items.length - 1; n >= 0; n--) {
      const item = block.items[n]!;
      if (item.kind !== "loop" || item.over.sequential || item.over.size !== size) continue;
      if (before.some((b) => within(b, item.body))) continue;
      const reads = this.aligned(item, leaves, axis);
      if (reads === null) continue;
      // Nests and loops over rows stay apart (rows use SIMD), unless rows read what the nest computes at each turn.
      const nested = this.nested.has(item);
      if (nested !== hasInner && !(nested && reads)) continue;
      earlier ??= behind(
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

/** How many copies of a scatter's target pay: each costs a fill and an addition per element. */
const scatterCopies = (updates: number, size: number): number =>
  updates >= 8 * size ? 4 : updates >= 4 * size ? 2 : 1;

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
