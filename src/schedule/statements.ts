// Equations that need a statement of their own: reductions, scatters, concatenations, whole-buffer routines, values worth storing.
import type { Reduction, Special } from "../ir/op.js";
import type { Equation, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { sum } from "../ops/index.js";
import { combinations, WRITTEN_OUT } from "./domain.js";
import { computeEquation, deeper, element, lookup } from "./element.js";
import { add, constant, linear } from "./ix.js";
import type { Accumulate, Buffer, Call, Fill, Instr, Ix, Update } from "./kernel.js";
import { Memory } from "./memory.js";
import { indices } from "./nest.js";
import type { Region, Root } from "./region.js";

export class Statements extends Memory {
  /** A statement of its own for a value that is otherwise computed in place. */
  protected anchored(region: Region, eq: Equation): void {
    const value = eq.outputs[0]!;
    const shape = value.type.shape;
    const root: Root = { kind: "root", value, region, cells: [], buffer: null, floor: region.block };
    const placed = this.placed.get(value);
    const before = placed ? this.overwrite(placed.buffer) : [];
    if (sizeOf(shape) > 0) {
      const nest = this.open(region, shape, (ix) => [{ value, ix }], undefined, before);
      for (const ix of indices(nest, shape)) {
        const made = computeEquation(this, region, eq, value, ix);
        this.cell(region, root, ix, made);
        if (placed) this.store(nest.block, placed.buffer, linear(ix, shape), made, before);
      }
    }
    if (placed) root.buffer = placed.buffer;
    region.sources.set(value, root);
  }

  protected reduce(region: Region, eq: Equation, op: Reduction): void {
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
    // Terms are gathered in a register of the innermost loop only; elsewhere each is added by itself.
    const { running } = op;
    const gathers = inner < nest.domain.loops.length && writtenGone.length === 0 && dtype === "f64";
    const apart = running && !gathers ? running : null;
    const row = running?.total ?? op;
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
        const term = element(this, region, input, ix);
        const x = apart ? p.elem(term.block, dtype, apart.each, [term]) : term;
        folded = folded
          ? p.instr(deeper(folded.block, x.block), dtype, { op: "combine", row, a: folded, b: x })
          : x;
      }
      const outIx = kept.map((a) => ix[a]!);
      let result = folded!;
      if (inner < nest.domain.loops.length) {
        const accumulator = p.accumulator(apart ? row : op, dtype, scope);
        accumulator.loop = inner === 0 ? nest.outer! : nest.vars[inner]!.body.owner;
        p.add<Accumulate>({ kind: "accumulate", block: nest.block, accumulator, value: result }, [result]);
        result = p.instr(scope, dtype, { op: "total", accumulator });
      }
      if (!memory) this.cell(region, root, outIx, result);
      else {
        const at = linear(outIx, value.type.shape);
        const u = p.add<Update>(
          { kind: "update", block: scope, buffer: memory.buffer, at, row, value: result },
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

  protected concatenate(region: Region, eq: Equation): void {
    const value = eq.outputs[0]!;
    const shape = value.type.shape;
    const axis = eq.params.axis as number;
    let start = 0;
    const placed = this.placed.get(value);
    // Parts of more than a few elements come out of loops; computed cell by cell, those loops would be written out as well.
    const small =
      !placed &&
      sizeOf(shape) <= 4 * WRITTEN_OUT &&
      eq.inputs.every((v) => sizeOf(v.type.shape) <= WRITTEN_OUT);
    const buffer = placed?.buffer ?? this.temporary(value);
    const before = placed ? this.overwrite(buffer) : [];
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
      if (!small)
        this.storeAll(region, part, buffer, part.type.shape, (ix) => linear(shifted(ix), shape), before);
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

  protected scatter(region: Region, eq: Equation): void {
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

  /** Into the operand's own memory where nothing reads the old contents any more, else into a copy. */
  protected setAt(region: Region, eq: Equation): void {
    const [x, idx, slice] = eq.inputs as [Value, Value, Value];
    const value = eq.outputs[0]!;
    const shape = value.type.shape;
    const axis = eq.params.axis as number;
    const batch = eq.params.batch as number;
    // What is read from the old contents is read before any of them goes.
    if (sizeOf(shape) > 0 && this.readsFrom(region, [idx, slice], x)) {
      this.materialise(region, idx);
      this.materialise(region, slice);
    }
    const { buffer, before } = this.takeOver(region, eq, 0, true);
    if (sizeOf(slice.type.shape) > 0) {
      const nest = this.open(
        region,
        slice.type.shape,
        (ix) => [
          { value: slice, ix },
          { value: idx, ix: ix.slice(0, batch) },
        ],
        undefined,
        before,
      );
      for (const ix of indices(nest, slice.type.shape)) {
        const at = element(this, region, idx, ix.slice(0, batch));
        const where = linear(
          [...ix.slice(0, axis), lookup(this, eq, at, shape[axis]!), ...ix.slice(axis)],
          shape,
        );
        this.store(nest.block, buffer, where, element(this, region, slice, ix), before);
      }
    }
    this.root(region, value, buffer);
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

  protected callRoutine(region: Region, eq: Equation, op: Special): void {
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
    for (const b of inputs) {
      this.program.afterWriters(call, b);
      b.readers.push(call);
    }
    eq.outputs.forEach((v, i) => {
      outputs[i]!.writers.push(call);
      this.root(region, v, outputs[i]!);
    });
  }
}

/** How many copies of a scatter's target pay: each costs a fill and an addition per element. */
const scatterCopies = (updates: number, size: number): number =>
  updates >= 8 * size ? 4 : updates >= 4 * size ? 2 : 1;
