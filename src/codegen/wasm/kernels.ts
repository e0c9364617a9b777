// Kernels in, the body of one wasm function out: scalar code, SIMD loops with several accumulators, remainders, unrolled short loops.
import type { DType } from "../../ir/types.js";
import { byteWidth } from "../../ir/types.js";
import { bytesOf } from "../../schedule/plan.js";
import type {
  Accumulate,
  Accumulator,
  Block,
  Buffer,
  If,
  Instr,
  Item,
  Ix,
  Kernels,
  Loop,
  Register,
  Store,
  Update,
  Var,
  While,
} from "../../schedule/kernel.js";
import { addressOf, indexOf, type AddressContext } from "./address.js";
import type { FunctionBuilder } from "./function.js";
import type { RoutineLinker } from "./link.js";
import { lanesOf, type Position } from "./mode.js";
import type { RoutineCall } from "./routine-call.js";
import { ScalarMachine } from "./scalar-machine.js";
import { SimdMachine, type SimdValue } from "./simd-machine.js";
import type { LoadName, StoreName } from "./opcodes.js";
import type { Local, WasmType, WasmValue } from "./value.js";

/** Loops of at most this many instructions in all are unrolled in full. */
const UNROLLED = 360;

const wasmType: Readonly<Record<DType, WasmType>> = {
  f64: "f64",
  f32: "f32",
  i32: "i32",
  u32: "i32",
  bool: "i32",
  key: "i64",
};
const loadName: Readonly<Record<DType, LoadName>> = {
  f64: "f64.load",
  f32: "f32.load",
  i32: "i32.load",
  u32: "i32.load",
  bool: "i32.load8_u",
  key: "i64.load",
};
const storeName: Readonly<Record<DType, StoreName>> = {
  f64: "f64.store",
  f32: "f32.store",
  i32: "i32.store",
  u32: "i32.store",
  bool: "i32.store8",
  key: "i64.store",
};

/** Registers that an accumulator lives in while its loop runs. */
interface Folding {
  readonly scalar: Local;
  readonly vectors: readonly Local[];
  readonly lanes: number;
}

/** One SIMD loop while its body is written. */
interface Vector {
  readonly machine: SimdMachine;
  readonly lanes: number;
  readonly block: Block;
  values: Map<Instr, SimdValue>;
  /** Values from outside of the loop, copied to every lane once. */
  readonly splats: Map<Instr, SimdValue>;
  copy: number;
}

export class KernelEmitter implements AddressContext {
  private readonly machine: ScalarMachine;
  private readonly machine32: ScalarMachine;
  private readonly values = new Map<Instr, WasmValue>();
  private readonly positions = new Map<Var, Position>();
  private readonly registers = new Map<Register, Local>();
  private readonly foldings = new Map<Accumulator, Folding>();
  private readonly accumulates = new Map<Item, { item: Accumulate; within: Loop }[]>();
  private readonly totals = new Map<Accumulator, Local>();
  private vector: Vector | null = null;
  computed = new Map<string, WasmValue>();

  constructor(
    readonly f: FunctionBuilder,
    private readonly linker: RoutineLinker,
    private readonly routines: RoutineCall,
  ) {
    this.machine = new ScalarMachine(f, linker);
    this.machine32 = new ScalarMachine(f, linker, "f32");
  }

  /** Writes the whole program. */
  emit(k: Kernels): void {
    this.collect(k.root, null);
    this.block(k.root);
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

  // ---- addresses --------------------------------------------------------------------------------------------------

  get laneVar(): Var | null {
    return this.vector?.block.loopVar ?? null;
  }

  position(v: Var): Position {
    const at = this.positions.get(v);
    if (!at) throw new Error("Sinter internal error: a loop variable is used outside of its loop.");
    return at;
  }

  integer(i: Instr, lane: number): WasmValue {
    const v = this.vector?.values.get(i);
    if (v === undefined) return this.scalar(i);
    if (v.kind !== "ints") throw new Error("Sinter internal error: an index is not an integer.");
    return v.lanes[lane];
  }

  // ---- scalar code ------------------------------------------------------------------------------------------------

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
        const { scalar } = this.folding(item.accumulator);
        const dtype = item.value.dtype;
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

  private machineFor(dtype: DType): ScalarMachine {
    return dtype === "f32" ? this.machine32 : this.machine;
  }

  private scalar(i: Instr): WasmValue {
    const v = this.values.get(i);
    if (v !== undefined) return v;
    if (i.code.op === "const") return this.constant(i.code.value, i.dtype);
    throw new Error(`Sinter internal error: an instruction (${i.code.op}) is used before it is computed.`);
  }

  private constant(value: number, dtype: DType): WasmValue {
    // A number stands for both words of a key.
    if (dtype === "key") return this.f.constant("i64", BigInt(value >>> 0) * 0x100000001n);
    return this.f.constant(wasmType[dtype], wasmType[dtype] === "i32" ? value | 0 : value);
  }

  private instr(i: Instr): WasmValue {
    const c = i.code;
    switch (c.op) {
      case "const":
        return this.constant(c.value, i.dtype);
      case "load":
        return this.load(c.buffer, c.at, i.dtype, 0);
      case "index":
        return indexOf(this, c.at, 0);
      case "within": {
        const at = indexOf(this, c.at, 0);
        return this.f.op("i32.lt_u", c.low === 0 ? at : this.f.op("i32.sub", at, c.low), c.high - c.low);
      }
      case "elem":
        return this.elem(
          i,
          c.args.map((a) => this.scalar(a)),
        );
      case "combine":
        return c.row.combine<WasmValue>(
          this.machineFor(i.dtype),
          this.scalar(c.a),
          this.scalar(c.b),
          i.dtype,
        );
      case "total": {
        const t = this.totals.get(c.accumulator);
        if (!t) throw new Error("Sinter internal error: a total is read before its loop.");
        return t;
      }
      case "read": {
        const copy = this.f.local(wasmType[i.dtype]);
        this.f.set(copy, this.register(c.register));
        return copy;
      }
    }
  }

  /** One application of an elementwise row to scalars; f32 and f64 meet only in conversions. */
  private elem(i: Instr, args: readonly WasmValue[]): WasmValue {
    if (i.code.op !== "elem") throw new Error("Sinter internal error: not an elementwise instruction.");
    const { row, args: from } = i.code;
    const narrow = i.dtype === "f32" || (i.dtype !== "f64" && from.some((a) => a.dtype === "f32"));
    const machine = narrow ? this.machine32 : this.machine;
    const fitted = args.map((a, n) => this.fit(a, from[n].dtype, narrow));
    return row.body<WasmValue>(machine, fitted, { inputs: from.map((a) => a.dtype), output: i.dtype });
  }

  private fit(x: WasmValue, dtype: DType, narrow: boolean): WasmValue {
    if (dtype === "f64" && narrow) return this.f.op("f32.demote_f64", x);
    if (dtype === "f32" && !narrow) return this.f.op("f64.promote_f32", x);
    return x;
  }

  private load(buffer: Buffer, at: Ix, dtype: DType, lane: number): WasmValue {
    const { base, offset } = addressOf(this, buffer.place, byteWidth[dtype], at, lane);
    return this.f.load(loadName[dtype], base, offset);
  }

  private store(item: Store | Update, value: WasmValue, lane: number): void {
    const dtype = item.value.dtype;
    const { base, offset } = addressOf(this, item.buffer.place, byteWidth[dtype], item.at, lane);
    this.f.store(storeName[dtype], base, value, offset);
  }

  private register(r: Register): Local {
    let local = this.registers.get(r);
    if (!local) this.registers.set(r, (local = this.f.local(wasmType[r.dtype])));
    return local;
  }

  private fill(b: Buffer, value: number): void {
    const f = this.f;
    const bytes = bytesOf(b);
    if (bytes === 0) return;
    if (Object.is(value, 0)) {
      if (bytes <= 64 && bytes % 8 === 0)
        for (let at = 0; at < bytes; at += 8) f.store("i64.store", 0, 0, b.place + at);
      else f.memoryFill(b.place, 0, bytes);
      return;
    }
    this.counted(b.size, 1, (counter) => {
      const width = byteWidth[b.dtype];
      f.store(storeName[b.dtype], f.op("i32.mul", counter, width), this.constant(value, b.dtype), b.place);
    });
  }

  /** for (counter = 0; counter < end; counter += step) */
  private counted(end: number, step: number, body: (counter: Local) => void): void {
    const f = this.f;
    const counter = f.local("i32");
    f.set(counter, 0);
    f.loop((again) => {
      body(counter);
      f.set(counter, f.op("i32.add", counter, step));
      f.brIf(again, f.op("i32.lt_s", counter, end));
    });
  }

  /** Code in which no computed address of the surrounding code may be used, or the other way round. */
  private fresh(body: () => void): void {
    const outer = this.computed;
    this.computed = new Map(outer);
    body();
    this.computed = outer;
  }

  private sequential(l: Loop): void {
    this.assign(l.first);
    this.counted(l.over.size, 1, (counter) =>
      this.fresh(() => {
        this.positions.set(l.over, { counter, offset: 0 });
        this.block(l.body);
        this.endTurn(l);
      }),
    );
  }

  private endTurn(l: Loop | While): void {
    this.assign(l.next);
    for (const c of l.copies) this.f.memoryCopy(c.to.place, c.from.place, bytesOf(c.to));
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
        this.fresh(() => {
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
      this.fresh(() => {
        this.block(i.arms[n]);
        this.assign(i.sets[n]);
      });
    this.f.if(this.scalar(i.condition), arm(0), arm(1));
  }

  // ---- loops ------------------------------------------------------------------------------------------------------

  private folding(a: Accumulator): Folding {
    const found = this.foldings.get(a);
    if (!found) throw new Error("Sinter internal error: an accumulator is used outside of its loop.");
    return found;
  }

  /** Sets the accumulators of a loop before it and their totals after it. */
  private withFolding(item: Item, body: () => void): void {
    const list = this.accumulates.get(item) ?? [];
    for (const { item: a, within } of list) {
      const { row, dtype } = a.accumulator;
      const lanes = lanesOf(within);
      const type = wasmType[dtype];
      const identity = this.constant(row.identity(dtype), dtype);
      const scalar = this.f.local(type);
      this.f.set(scalar, identity);
      const asVector = lanes > 1 && (dtype === "f64" || dtype === "f32");
      const vectors = asVector ? Array.from({ length: copiesOf(within) }, () => this.f.local("v128")) : [];
      for (const v of vectors)
        this.f.set(v, this.f.splat(lanes === 4 ? "f32x4" : "f64x2", row.identity(dtype)));
      this.foldings.set(a.accumulator, { scalar, vectors, lanes });
    }
    body();
    for (const { item: a, within } of list) {
      const { row, dtype } = a.accumulator;
      const { scalar, vectors, lanes } = this.folding(a.accumulator);
      if (vectors.length > 0) {
        const simd = this.simd(lanes);
        let all: SimdValue = vectors[0];
        for (const v of vectors.slice(1)) all = row.combine<SimdValue>(simd, all, v, dtype);
        const parts: WasmValue[] = Array.from({ length: lanes }, (_, n) => simd.lane(all, n));
        const rest = within.over.size % lanes !== 0;
        const total = [...parts, ...(rest ? [scalar] : [])].reduce((x, y) =>
          row.combine<WasmValue>(this.machineFor(dtype), x, y, dtype),
        );
        this.f.set(scalar, total);
      }
      this.totals.set(a.accumulator, scalar);
    }
  }

  private simd(lanes: number): SimdMachine {
    return new SimdMachine(this.f, this.linker, lanes === 4 ? "f32x4" : "f64x2");
  }

  private loop(l: Loop): void {
    const lanes = lanesOf(l);
    if (lanes > 1) return this.simdLoop(l, lanes);
    const size = l.over.size;
    if (size * weight(l.body) <= UNROLLED) {
      for (let n = 0; n < size; n++) this.turn(l, { counter: null, offset: n });
      return;
    }
    this.counted(size, 1, (counter) => this.turn(l, { counter, offset: 0 }));
  }

  private turn(l: Loop, at: Position): void {
    this.fresh(() => {
      this.positions.set(l.over, at);
      this.block(l.body);
    });
  }

  private simdLoop(l: Loop, lanes: number): void {
    const size = l.over.size;
    const copies = copiesOf(l);
    const machine = this.simd(lanes);
    const splats = this.splatsFor(l, machine);
    const turn = (at: Position, copy: number): void =>
      this.fresh(() => {
        this.positions.set(l.over, at);
        this.vector = { machine, lanes, block: l.body, values: new Map(), splats, copy };
        this.vectorBody(l.body);
        this.vector = null;
      });
    const whole = Math.floor(size / lanes);
    let done = 0;
    if (whole * weight(l.body) <= UNROLLED) {
      for (; done < whole; done++) turn({ counter: null, offset: done * lanes }, done % copies);
    } else {
      const rounds = Math.floor(whole / copies);
      this.counted(rounds * copies * lanes, copies * lanes, (counter) => {
        for (let c = 0; c < copies; c++) turn({ counter, offset: c * lanes }, c);
      });
      for (done = rounds * copies; done < whole; done++)
        turn({ counter: null, offset: done * lanes }, done % copies);
    }
    for (let n = whole * lanes; n < size; n++) this.turn(l, { counter: null, offset: n });
  }

  /** Values that the body takes from outside, in every lane; made once before the loop. */
  private splatsFor(l: Loop, machine: SimdMachine): Map<Instr, SimdValue> {
    const splats = new Map<Instr, SimdValue>();
    const want = (i: Instr): void => {
      if (i.block === l.body || splats.has(i)) return;
      splats.set(i, this.splat(i, machine));
    };
    for (const item of l.body.items) {
      if (item.kind === "instr") {
        if (item.code.op === "elem") item.code.args.forEach(want);
        else if (item.code.op === "combine") [item.code.a, item.code.b].forEach(want);
      } else if (item.kind === "store" || item.kind === "update" || item.kind === "accumulate")
        want(item.value);
    }
    return splats;
  }

  private splat(i: Instr, machine: SimdMachine): SimdValue {
    if (i.code.op === "const") {
      const x = i.code.value;
      return i.dtype === "bool"
        ? machine.bool(x !== 0)
        : i.dtype === "i32" || i.dtype === "u32"
          ? machine.int(x)
          : machine.num(x);
    }
    const x = this.scalar(i);
    const lanes = Array.from({ length: machine.lanes }, () => x);
    if (i.dtype === "bool") return machine.maskFromBools(lanes);
    if (i.dtype === "i32" || i.dtype === "u32") return { kind: "ints", lanes };
    return this.f.op(`${machine.shape}.splat`, x);
  }

  // ---- SIMD code --------------------------------------------------------------------------------------------------

  private vectorBody(b: Block): void {
    const v = this.vector!;
    for (const item of b.items) {
      switch (item.kind) {
        case "instr":
          v.values.set(item, this.vectorInstr(item, v));
          break;
        case "store":
          this.vectorStore(item, this.wide(item.value, v), v);
          break;
        case "update":
          this.vectorUpdate(item, v);
          break;
        case "accumulate":
          this.vectorAccumulate(item, v);
          break;
        default:
          throw new Error(`Sinter internal error: ${item.kind} inside of a SIMD loop.`);
      }
    }
  }

  private wide(i: Instr, v: Vector): SimdValue {
    const x = v.values.get(i) ?? v.splats.get(i);
    if (!x) throw new Error("Sinter internal error: a SIMD loop uses a value that was not prepared.");
    return x;
  }

  private vectorInstr(i: Instr, v: Vector): SimdValue {
    const c = i.code;
    switch (c.op) {
      case "const":
        return this.splat(i, v.machine);
      case "load":
        return this.vectorLoad(c.buffer, c.at, i.dtype, v);
      case "index":
        return { kind: "ints", lanes: Array.from({ length: v.lanes }, (_, n) => indexOf(this, c.at, n)) };
      case "within": {
        const tests = Array.from({ length: v.lanes }, (_, n) => {
          const at = indexOf(this, c.at, n);
          return this.f.op("i32.lt_u", c.low === 0 ? at : this.f.op("i32.sub", at, c.low), c.high - c.low);
        });
        return v.machine.maskFromBools(tests);
      }
      case "elem":
        return this.vectorElem(
          i,
          c.args.map((a) => this.wide(a, v)),
          v,
        );
      case "combine":
        return c.row.combine<SimdValue>(v.machine, this.wide(c.a, v), this.wide(c.b, v), i.dtype);
      default:
        throw new Error(`Sinter internal error: ${c.op} inside of a SIMD loop.`);
    }
  }

  private vectorElem(i: Instr, args: readonly SimdValue[], v: Vector): SimdValue {
    if (i.code.op !== "elem") throw new Error("Sinter internal error: not an elementwise instruction.");
    const { row, args: from } = i.code;
    if (row.simd)
      return row.body<SimdValue>(v.machine, args, { inputs: from.map((a) => a.dtype), output: i.dtype });
    const lanes = Array.from({ length: v.lanes }, (_, n) =>
      this.elem(
        i,
        args.map((a, k) => this.laneOf(a, from[k].dtype, n, v)),
      ),
    );
    return this.join(lanes, i.dtype, v);
  }

  private laneOf(x: SimdValue, dtype: DType, n: number, v: Vector): WasmValue {
    if (x.kind === "ints") return x.lanes[n];
    if (dtype === "bool") return this.f.op("i32.and", v.machine.laneMask(x, n), 1);
    return v.machine.lane(x, n);
  }

  private join(lanes: readonly WasmValue[], dtype: DType, v: Vector): SimdValue {
    if (dtype === "i32" || dtype === "u32") return { kind: "ints", lanes };
    return dtype === "bool" ? v.machine.maskFromBools(lanes) : v.machine.fromLanes(lanes);
  }

  private vectorLoad(b: Buffer, at: Ix, dtype: DType, v: Vector): SimdValue {
    const width = byteWidth[dtype];
    const stride = at.strideOf(v.block.loopVar!);
    const float = dtype === "f64" || dtype === "f32";
    if (float && stride === 1) {
      const { base, offset } = addressOf(this, b.place, width, at, 0);
      return this.f.load("v128.load", base, offset, width);
    }
    const addresses = Array.from({ length: v.lanes }, (_, n) => addressOf(this, b.place, width, at, n));
    if (!float)
      return this.join(
        addresses.map((a) => this.f.load(loadName[dtype], a.base, a.offset)),
        dtype,
        v,
      );
    let x = this.f.load(
      dtype === "f64" ? "v128.load64_zero" : "v128.load32_zero",
      addresses[0].base,
      addresses[0].offset,
    );
    for (let n = 1; n < v.lanes; n++)
      x = this.f.loadLane(
        dtype === "f64" ? "v128.load64_lane" : "v128.load32_lane",
        addresses[n].base,
        x,
        n,
        addresses[n].offset,
      );
    return x;
  }

  private vectorStore(item: Store | Update, x: SimdValue, v: Vector): void {
    const dtype = item.value.dtype;
    const width = byteWidth[dtype];
    const float = dtype === "f64" || dtype === "f32";
    if (float && item.at.strideOf(v.block.loopVar!) === 1) {
      const { base, offset } = addressOf(this, item.buffer.place, width, item.at, 0);
      this.f.store("v128.store", base, v.machine.vector(x), offset, width);
      return;
    }
    for (let n = 0; n < v.lanes; n++) this.store(item, this.laneOf(x, dtype, n, v), n);
  }

  private vectorUpdate(item: Update, v: Vector): void {
    const dtype = item.value.dtype;
    const x = this.wide(item.value, v);
    if ((dtype === "f64" || dtype === "f32") && item.at.strideOf(v.block.loopVar!) === 1) {
      const old = this.vectorLoad(item.buffer, item.at, dtype, v);
      this.vectorStore(item, item.row.combine<SimdValue>(v.machine, old, x, dtype), v);
      return;
    }
    // Lanes may meet in one place: one after another.
    const copies = item.copies ?? 1;
    for (let n = 0; n < v.lanes; n++) {
      const copy = ((v.copy * v.lanes + n) % copies) * (bytesOf(item.buffer) / copies);
      const { base, offset } = addressOf(this, item.buffer.place + copy, byteWidth[dtype], item.at, n);
      const old = this.f.load(loadName[dtype], base, offset);
      const sum = item.row.combine<WasmValue>(
        this.machineFor(dtype),
        old,
        this.laneOf(x, dtype, n, v),
        dtype,
      );
      this.f.store(storeName[dtype], base, sum, offset);
    }
  }

  private vectorAccumulate(item: Accumulate, v: Vector): void {
    const { row, dtype } = item.accumulator;
    const { scalar, vectors } = this.folding(item.accumulator);
    const x = this.wide(item.value, v);
    if (vectors.length > 0) {
      const target = vectors[v.copy];
      this.f.set(target, v.machine.vector(row.combine<SimdValue>(v.machine, target, x, dtype)));
      return;
    }
    for (let n = 0; n < v.lanes; n++)
      this.f.set(
        scalar,
        row.combine<WasmValue>(this.machineFor(dtype), scalar, this.laneOf(x, dtype, n, v), dtype),
      );
  }
}

/** How often the body is written out in one turn of a SIMD loop: short bodies with sums need several accumulators to keep adders busy. */
function copiesOf(l: Loop): number {
  const sums = l.body.items.some((i) => i.kind === "accumulate");
  if (!sums) return 1;
  const w = weight(l.body);
  return w <= 12 ? 4 : w <= 40 ? 2 : 1;
}

/** Roughly how many instructions one turn of a block takes. */
function weight(b: Block): number {
  let n = 0;
  for (const item of b.items) {
    switch (item.kind) {
      case "instr":
        n += item.code.op === "const" ? 0 : item.code.op === "elem" ? Math.max(1, item.code.row.cost / 2) : 1;
        break;
      case "loop":
        n += item.over.size * weight(item.body);
        break;
      case "while":
      case "call":
        n += UNROLLED;
        break;
      case "if":
        n += weight(item.arms[0]) + weight(item.arms[1]);
        break;
      default:
        n += 1;
    }
  }
  return n;
}
