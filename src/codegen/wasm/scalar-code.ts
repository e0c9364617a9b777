// Scalar instructions of kernels in, wasm code out; the state that scalar and SIMD code share.
import { isOpen } from "../../ir/size.js";
import type { DType } from "../../ir/types.js";
import type { Running } from "../../ir/op.js";
import { byteWidth } from "../../ir/types.js";
import type {
  Accumulator,
  Block,
  Buffer,
  Instr,
  Ix,
  Register,
  Store,
  Update,
  Var,
} from "../../schedule/kernel.js";
import { addressOf, Computed, indexOf, type AddressContext } from "./address.js";
import type { FunctionBuilder } from "./function.js";
import type { RoutineLinker } from "./link.js";
import type { Position } from "./mode.js";
import type { LoadName, StoreName } from "./opcodes.js";
import { ScalarMachine } from "./scalar-machine.js";
import type { SimdMachine, SimdValue } from "./simd-machine.js";
import type { Style } from "./style.js";
import type { Local, WasmType, WasmValue } from "./value.js";

export const wasmType: Readonly<Record<DType, WasmType>> = {
  f64: "f64",
  f32: "f32",
  i32: "i32",
  u32: "i32",
  bool: "i32",
  key: "i64",
};
export const loadName: Readonly<Record<DType, LoadName>> = {
  f64: "f64.load",
  f32: "f32.load",
  i32: "i32.load",
  u32: "i32.load",
  bool: "i32.load8_u",
  key: "i64.load",
};
export const storeName: Readonly<Record<DType, StoreName>> = {
  f64: "f64.store",
  f32: "f32.store",
  i32: "i32.store",
  u32: "i32.store",
  bool: "i32.store8",
  key: "i64.store",
};

/** Registers that an accumulator lives in while its loop runs. */
export interface Folding {
  readonly scalar: Local;
  readonly vectors: readonly Local[];
  readonly lanes: number;
  /** A sum of f32 terms: `scalar` is f64, and the vectors are added to it now and then. */
  readonly wide: boolean;
  /** The vectors gather terms and are settled into `scalar` now and then. */
  readonly running: Running | null;
}

/** One SIMD loop while its body is written. */
export interface Vector {
  readonly machine: SimdMachine;
  readonly lanes: number;
  readonly block: Block;
  values: Map<Instr, SimdValue>;
  /** Values from outside of the loop, copied to every lane once. */
  readonly splats: Map<Instr, SimdValue>;
  copy: number;
}

export class ScalarCode implements AddressContext {
  private readonly machine: ScalarMachine;
  private readonly machine32: ScalarMachine;
  protected readonly values = new Map<Instr, WasmValue>();
  protected readonly positions = new Map<Var, Position>();
  private readonly registers = new Map<Register, Local>();
  protected readonly foldings = new Map<Accumulator, Folding>();
  protected readonly totals = new Map<Accumulator, Local>();
  protected vector: Vector | null = null;
  readonly computed = new Computed();

  constructor(
    readonly f: FunctionBuilder,
    protected readonly linker: RoutineLinker,
    protected readonly style: Style,
  ) {
    this.machine = new ScalarMachine(f, linker);
    this.machine32 = new ScalarMachine(f, linker, "f32");
    this.machine.inlining = this.machine32.inlining = style.spread;
  }

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

  protected machineFor(dtype: DType): ScalarMachine {
    return dtype === "f32" ? this.machine32 : this.machine;
  }

  protected scalar(i: Instr): WasmValue {
    const v = this.values.get(i);
    if (v !== undefined) return v;
    if (i.code.op === "const") return this.constant(i.code.value, i.dtype);
    throw new Error(`Sinter internal error: an instruction (${i.code.op}) is used before it is computed.`);
  }

  protected constant(value: number, dtype: DType): WasmValue {
    // A number stands for both words of a key.
    if (dtype === "key") return this.f.constant("i64", BigInt(value >>> 0) * 0x100000001n);
    const type = wasmType[dtype];
    // An i32 beyond its range is a length that is known when the program runs.
    return this.f.constant(type, type === "i32" && !isOpen(value) ? value | 0 : value);
  }

  protected instr(i: Instr): WasmValue {
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
  protected elem(i: Instr, args: readonly WasmValue[]): WasmValue {
    if (i.code.op !== "elem") throw new Error("Sinter internal error: not an elementwise instruction.");
    const { row, args: from } = i.code;
    const narrow = i.dtype === "f32" || (i.dtype !== "f64" && from.some((a) => a.dtype === "f32"));
    const machine = narrow ? this.machine32 : this.machine;
    const fitted = args.map((a, n) => this.fit(a, from[n].dtype, narrow));
    return row.body<WasmValue>(machine, fitted, { inputs: from.map((a) => a.dtype), output: i.dtype });
  }

  protected fit(x: WasmValue, dtype: DType, narrow: boolean): WasmValue {
    if (dtype === "f64" && narrow) return this.f.op("f32.demote_f64", x);
    if (dtype === "f32" && !narrow) return this.f.op("f64.promote_f32", x);
    return x;
  }

  protected load(buffer: Buffer, at: Ix, dtype: DType, lane: number): WasmValue {
    const { base, offset } = addressOf(this, buffer.place, byteWidth[dtype], at, lane);
    return this.f.load(loadName[dtype], base, offset);
  }

  protected store(item: Store | Update, value: WasmValue, lane: number): void {
    const dtype = item.value.dtype;
    const { base, offset } = addressOf(this, item.buffer.place, byteWidth[dtype], item.at, lane);
    this.f.store(storeName[dtype], base, value, offset);
  }

  protected register(r: Register): Local {
    let local = this.registers.get(r);
    if (!local) this.registers.set(r, (local = this.f.local(wasmType[r.dtype])));
    return local;
  }

  protected folding(a: Accumulator): Folding {
    const found = this.foldings.get(a);
    if (!found) throw new Error("Sinter internal error: an accumulator is used outside of its loop.");
    return found;
  }
}
