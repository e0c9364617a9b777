// The body of a SIMD loop in, code on several turns at once out.
import type { DType } from "../../ir/types.js";
import { byteWidth } from "../../ir/types.js";
import { add, constant } from "../../schedule/ix.js";
import type { Accumulate, Block, Buffer, Instr, Ix, Loop, Store, Update } from "../../schedule/kernel.js";
import { addressOf, indexOf } from "./address.js";
import { kept } from "./kept.js";
import { neighboursOf, type Neighbours } from "./neighbours.js";
import { ScalarCode, loadName, storeName, type Vector } from "./scalar-code.js";
import { LOWER_HALVES, SimdMachine, type SimdValue, UPPER_HALVES } from "./simd-machine.js";
import type { WasmValue } from "./value.js";

export class SimdCode extends ScalarCode {
  protected simd(lanes: number): SimdMachine {
    const machine = new SimdMachine(this.f, this.linker, lanes === 4 ? "f32x4" : "f64x2");
    machine.inlining = this.style.spread;
    return machine;
  }

  private readonly neighbours = kept(({ items, loopVar }: Block) =>
    neighboursOf(items, ({ code }) => {
      const stride = code.op === "load" ? code.at.strideOf(loopVar!) : undefined;
      return stride !== undefined && stride !== 1;
    }),
  );

  /** Values that the body takes from outside, in every lane; made once before the loop. */
  protected splatsFor(l: Loop, machine: SimdMachine): Map<Instr, SimdValue> {
    return new Map([...this.takenFrom(l)].map((i) => [i, this.splat(i, machine)]));
  }

  /** What the body takes from outside. */
  protected takenFrom(l: Loop): ReadonlySet<Instr> {
    const taken = new Set<Instr>();
    const want = (i: Instr): void => {
      if (i.block !== l.body) taken.add(i);
    };
    for (const item of l.body.items) {
      if (item.kind === "instr") {
        if (item.code.op === "elem") item.code.args.forEach(want);
        else if (item.code.op === "combine") [item.code.a, item.code.b].forEach(want);
      } else if (item.kind === "store" || item.kind === "update" || item.kind === "accumulate")
        want(item.value);
    }
    return taken;
  }

  protected splat(i: Instr, machine: SimdMachine): SimdValue {
    if (i.code.op === "const") {
      const x = i.code.value;
      return i.dtype === "bool"
        ? machine.bool(x !== 0)
        : i.dtype === "i32" || i.dtype === "u32"
          ? { kind: "ints", lanes: Array.from({ length: machine.lanes }, () => this.constant(x, i.dtype)) }
          : machine.num(x);
    }
    const x = this.scalar(i);
    const lanes = Array.from({ length: machine.lanes }, () => x);
    if (i.dtype === "bool") return machine.maskFromBools(lanes);
    if (i.dtype === "i32" || i.dtype === "u32") return { kind: "ints", lanes };
    return this.f.op(`${machine.shape}.splat`, x);
  }

  protected vectorBody(b: Block): void {
    const v = this.vector!;
    const pairs = v.lanes === 2 ? this.neighbours(b) : null;
    for (const item of b.items) {
      switch (item.kind) {
        case "instr": {
          const pair = pairs?.get(item);
          if (!pair) v.values.set(item, this.vectorInstr(item, v));
          else if (!v.values.has(item)) this.loadNeighbours(pair, v);
          break;
        }
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

  protected wide(i: Instr, v: Vector): SimdValue {
    const x = v.values.get(i) ?? v.splats.get(i);
    if (!x) throw new Error("Sinter internal error: a SIMD loop uses a value that was not prepared.");
    return x;
  }

  protected vectorInstr(i: Instr, v: Vector): SimdValue {
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

  protected vectorElem(i: Instr, args: readonly SimdValue[], v: Vector): SimdValue {
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

  protected laneOf(x: SimdValue, dtype: DType, n: number, v: Vector): WasmValue {
    if (x.kind === "ints") return x.lanes[n];
    if (dtype === "bool") return this.f.op("i32.and", v.machine.laneMask(x, n), 1);
    return v.machine.lane(x, n);
  }

  protected join(lanes: readonly WasmValue[], dtype: DType, v: Vector): SimdValue {
    if (dtype === "i32" || dtype === "u32") return { kind: "ints", lanes };
    return dtype === "bool" ? v.machine.maskFromBools(lanes) : v.machine.fromLanes(lanes);
  }

  protected vectorLoad(b: Buffer, at: Ix, dtype: DType, v: Vector): SimdValue {
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

  /** Two numbers of either turn are one vector along memory; turned, they are one vector for each number. */
  private loadNeighbours([first, second]: Neighbours, v: Vector): void {
    if (first.code.op !== "load") throw new Error("Sinter internal error: not a load.");
    const { buffer, at } = first.code;
    const [a, b] = [0, 1].map((lane) => {
      const { base, offset } = addressOf(this, buffer.place, byteWidth.f64, at, lane);
      return this.f.load("v128.load", base, offset, byteWidth.f64);
    });
    v.values.set(first, this.f.shuffle(a!, b!, LOWER_HALVES));
    v.values.set(second, this.f.shuffle(a!, b!, UPPER_HALVES));
  }

  protected vectorStore(item: Store | Update, x: SimdValue, v: Vector): void {
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

  protected vectorUpdate(item: Update, v: Vector): void {
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
      const copy = constant(((v.copy * v.lanes + n) % copies) * (item.buffer.size / copies));
      const at = add(item.at, copy);
      const { base, offset } = addressOf(this, item.buffer.place, byteWidth[dtype], at, n);
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

  protected vectorAccumulate(item: Accumulate, v: Vector): void {
    const { row, dtype } = item.accumulator;
    const { scalar, vectors, running } = this.folding(item.accumulator);
    const x = this.wide(item.value, v);
    if (vectors.length > 0) {
      const target = vectors[v.copy];
      if (running)
        return this.f.set(target, v.machine.vector(running.gather<SimdValue>(v.machine, target, x)));
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
