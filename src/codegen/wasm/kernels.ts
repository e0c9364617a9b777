// Kernels in, the body of one wasm function out: blocks, loops with several accumulators and remainders, unrolled short loops, control flow.
import { isOpen } from "../../ir/size.js";
import { byteWidth } from "../../ir/types.js";
import { endsKernel } from "../../schedule/cost.js";
import { bytesOf } from "../../schedule/plan.js";
import type {
  Accumulate,
  Block,
  Buffer,
  If,
  Instr,
  Item,
  Kernels,
  Loop,
  Register,
  While,
} from "../../schedule/kernel.js";
import { sum } from "../../ops/index.js";
import { weight } from "./copies.js";
import type { FunctionBuilder } from "./function.js";
import type { RoutineLinker } from "./link.js";
import type { Position } from "./mode.js";
import type { RoutineCall } from "./routine-call.js";
import { storeName, wasmType } from "./scalar-code.js";
import { LoopCode } from "./loop-code.js";
import type { Style } from "./style.js";
import type { SimdValue } from "./simd-machine.js";
import type { Local, Operand, WasmValue } from "./value.js";
import { addTerm } from "./wide-sum.js";

/** Bytes up to which arrays are copied by loads and stores. */
const INLINE_COPY = 256;
/** Bytes up to which memory is filled by stores: engines call a function for memory.fill as well. */
const INLINE_FILL = 8192;
const LINE = 64;

export class KernelEmitter extends LoopCode {
  private readonly accumulates = new Map<Item, { item: Accumulate; within: Loop }[]>();

  constructor(
    f: FunctionBuilder,
    linker: RoutineLinker,
    private readonly routines: RoutineCall,
    style: Style,
  ) {
    super(f, linker, style);
  }

  /** Writes the whole program. */
  emit(k: Kernels): void {
    this.collect(k.root, null);
    this.block(k.root);
  }

  /** As `emit`, but returns after kernel number `stop`: what a kernel takes is the difference between two runs. */
  emitTimed(k: Kernels, stop: Local): void {
    this.collect(k.root, null);
    let kernel = 0;
    this.f.block((exit) => {
      for (const item of k.root.items) {
        this.item(item);
        if (endsKernel(item)) this.f.brIf(exit, this.f.op("i32.eq", stop, kernel++));
      }
    });
  }

  private collect(block: Block, loop: Loop | null): void {
    for (const item of block.items) {
      if (item.kind === "accumulate") {
        const owner = item.accumulator.loop;
        if (!owner || !loop) throw new Error("Sinter internal error: an accumulator has no loop.");
        const list = this.accumulates.get(owner);
        if (list) list.push({ item, within: loop });
        else this.accumulates.set(owner, [{ item, within: loop }]);
      } else if (item.kind === "loop") this.collect(item.body, item);
      else if (item.kind === "while") {
        this.collect(item.test, null);
        this.collect(item.body, null);
      } else if (item.kind === "if") for (const arm of item.arms) this.collect(arm, null);
    }
  }

  private block(b: Block): void {
    for (const item of b.items) this.item(item);
  }

  private item(item: Item): void {
    switch (item.kind) {
      case "instr":
        this.values.set(item, this.instr(item));
        return;
      case "store":
        return this.store(item, this.scalar(item.value), 0);
      case "update": {
        const old = this.load(item.buffer, item.at, item.value.dtype, 0);
        return this.store(
          item,
          item.row.combine<WasmValue>(
            this.machineFor(item.value.dtype),
            old,
            this.scalar(item.value),
            item.value.dtype,
          ),
          0,
        );
      }
      case "accumulate": {
        const { scalar, wide } = this.folding(item.accumulator);
        const dtype = item.value.dtype;
        if (wide) return addTerm(this.f, scalar, this.scalar(item.value));
        this.f.set(
          scalar,
          item.accumulator.row.combine<WasmValue>(
            this.machineFor(dtype),
            scalar,
            this.scalar(item.value),
            dtype,
          ),
        );
        return;
      }
      case "fill":
        return this.fill(item.buffer, item.value);
      case "loop":
        return this.withFolding(item, () => (item.over.sequential ? this.sequential(item) : this.loop(item)));
      case "while":
        return this.withFolding(item, () => this.while(item));
      case "if":
        return this.withFolding(item, () => this.if(item));
      case "call":
        this.routines.emit(this.f, item);
    }
  }

  private fill(b: Buffer, value: number): void {
    const f = this.f;
    const bytes = bytesOf(b);
    if (bytes === 0) return;
    if (Object.is(value, 0)) {
      if (bytes > INLINE_FILL || bytes % 8 !== 0) return f.memoryFill(b.place, 0, bytes);
      const zero = f.splat("i64x2", 0n);
      const line = (at: number, base: Operand): void => {
        for (let k = 0; k < LINE; k += 16) f.store("v128.store", base, zero, b.place + at + k);
      };
      const lines = Math.floor(bytes / LINE);
      let at = lines * LINE;
      if (lines <= 4) for (let n = 0; n < lines; n++) line(n * LINE, 0);
      else this.counted(at, LINE, (counter) => line(0, counter));
      for (; at + 16 <= bytes; at += 16) f.store("v128.store", 0, zero, b.place + at);
      if (at < bytes) f.store("i64.store", 0, 0, b.place + at);
      return;
    }
    this.counted(b.size, 1, (counter) => {
      const width = byteWidth[b.dtype];
      f.store(storeName[b.dtype], f.op("i32.mul", counter, width), this.constant(value, b.dtype), b.place);
    });
  }

  private sequential(l: Loop): void {
    this.assign(l.first);
    this.counted(l.over.size, 1, (counter) =>
      this.computed.within(() => {
        this.positions.set(l.over, { counter, offset: 0 });
        this.block(l.body);
        this.endTurn(l);
      }),
    );
  }

  private endTurn(l: Loop | While): void {
    this.assign(l.next);
    for (const c of l.copies) this.copy(c.from, c.to);
  }

  /** Engines call a function for memory.copy, which takes longer than moving a few vectors. */
  private copy(from: Buffer, to: Buffer): void {
    const bytes = bytesOf(to);
    if (bytes > INLINE_COPY || bytes % 8 !== 0) return this.f.memoryCopy(to.place, from.place, bytes);
    let at = 0;
    for (; at + 16 <= bytes; at += 16)
      this.f.store("v128.store", 0, this.f.load("v128.load", 0, from.place + at), to.place + at);
    if (at < bytes) this.f.store("i64.store", 0, this.f.load("i64.load", 0, from.place + at), to.place + at);
  }

  private assign(sets: readonly { register: Register; value: Instr }[]): void {
    for (const s of sets) this.f.set(this.register(s.register), this.scalar(s.value));
  }

  private while(w: While): void {
    const f = this.f;
    this.assign(w.first);
    const turns = f.local("i32");
    f.set(turns, 0);
    f.block((exit) =>
      f.loop((again) =>
        this.computed.within(() => {
          this.block(w.test);
          if (!w.condition) throw new Error("Sinter internal error: a while loop has no condition.");
          f.brIf(exit, f.op("i32.eqz", this.scalar(w.condition)));
          if (w.limit !== null) {
            f.brIf(exit, f.op("i32.ge_s", turns, w.limit));
            f.set(turns, f.op("i32.add", turns, 1));
          }
          this.block(w.body);
          this.endTurn(w);
          f.br(again);
        }),
      ),
    );
  }

  private if(i: If): void {
    const arm = (n: 0 | 1) => (): void =>
      this.computed.within(() => {
        this.block(i.arms[n]);
        this.assign(i.sets[n]);
      });
    this.f.if(this.scalar(i.condition), arm(0), arm(1));
  }

  // ---- loops ------------------------------------------------------------------------------------------------------

  /** Sets the accumulators of a loop before it and their totals after it. */
  private withFolding(item: Item, body: () => void): void {
    const list = this.accumulates.get(item) ?? [];
    for (const { item: a, within } of list) {
      const { row, dtype } = a.accumulator;
      const lanes = this.lanes(within);
      const wide = row === sum && dtype === "f32";
      const identity = this.constant(row.identity(dtype), wide ? "f64" : dtype);
      const scalar = this.f.local(wide ? "f64" : wasmType[dtype]);
      this.f.set(scalar, identity);
      const asVector = lanes > 1 && (dtype === "f64" || dtype === "f32");
      const vectors = asVector ? Array.from({ length: this.copies(within) }, () => this.f.local("v128")) : [];
      for (const v of vectors)
        this.f.set(v, this.f.splat(lanes === 4 ? "f32x4" : "f64x2", row.identity(dtype)));
      const running = vectors.length > 0 && lanes === 2 ? (row.running ?? null) : null;
      this.foldings.set(a.accumulator, { scalar, vectors, lanes, wide, running });
    }
    body();
    for (const { item: a, within } of list) {
      const { row, dtype } = a.accumulator;
      const folding = this.folding(a.accumulator);
      const { scalar, vectors, lanes, wide } = folding;
      if (folding.running) {
        this.settle(folding);
        this.totals.set(a.accumulator, scalar);
        continue;
      }
      if (wide) {
        this.settle(folding);
        const total = this.f.local("f32");
        this.f.set(total, this.f.op("f32.demote_f64", scalar));
        this.totals.set(a.accumulator, total);
        continue;
      }
      if (vectors.length > 0) {
        const simd = this.simd(lanes);
        let all: SimdValue = vectors[0];
        for (const v of vectors.slice(1)) all = row.combine<SimdValue>(simd, all, v, dtype);
        const parts: WasmValue[] = Array.from({ length: lanes }, (_, n) => simd.lane(all, n));
        const join = (xs: readonly WasmValue[]): WasmValue =>
          xs.reduce((x, y) => row.combine<WasmValue>(this.machineFor(dtype), x, y, dtype));
        const { size } = within.over;
        if (isOpen(size)) {
          const whole = this.f.local(wasmType[dtype]);
          this.f.set(whole, join(parts));
          this.f.if(
            this.f.op("i32.and", size, lanes - 1),
            () => this.f.set(scalar, join([whole, scalar])),
            () => this.f.set(scalar, whole),
          );
        } else this.f.set(scalar, join(size % lanes === 0 ? parts : [...parts, scalar]));
      }
      this.totals.set(a.accumulator, scalar);
    }
  }

  private loop(l: Loop): void {
    const lanes = this.lanes(l);
    if (lanes > 1) return this.simdLoop(l, lanes);
    const size = l.over.size;
    if (size * weight(l.body) <= this.style.unrolled) {
      for (let n = 0; n < size; n++) this.turn(l, { counter: null, offset: n });
      return;
    }
    this.counted(size, 1, (counter) => this.turn(l, { counter, offset: 0 }));
  }

  protected turn(l: Loop, at: Position): void {
    this.computed.within(() => {
      this.positions.set(l.over, at);
      this.block(l.body);
    });
  }

  private simdLoop(l: Loop, lanes: number): void {
    const size = l.over.size;
    const machine = this.simd(lanes);
    const splats = this.splatsFor(l, machine);
    const copies = this.copies(l);
    const turn = (at: Position, copy: number): void =>
      this.computed.within(() => {
        this.positions.set(l.over, at);
        this.vector = { machine, lanes, block: l.body, values: new Map(), splats, copy };
        this.vectorBody(l.body);
        this.vector = null;
      });
    if (isOpen(size)) this.openSimdLoop(l, lanes, copies, turn);
    else this.plainSimdLoop(l, lanes, copies, turn);
    // Sums that go on over an outer loop would otherwise grow: in f32, or out of their range.
    for (const { accumulator } of this.accumulatesIn(l))
      if (accumulator.loop !== l) {
        const folding = this.folding(accumulator);
        if (folding.wide || folding.running) this.settle(folding);
      }
  }
}
