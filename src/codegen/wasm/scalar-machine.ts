// The Machine that writes scalar wasm: instructions of a body in, code in one function out.
// Floats are f64 (or f32) locals and constants; booleans and 32-bit integers are i32.
import type { Machine, Routine, Table } from "../../ir/machine.js";
import type { RoutineSource } from "./routine-source.js";
import type { FunctionBuilder, Local, OpName, WasmValue } from "./module.js";

/** 1.5 * 2^52: adding it leaves a small integer in the low bits of the sum. */
export const MAGIC64 = 6755399441055744;
/** 1.5 * 2^23. */
export const MAGIC32 = 12582912;

export class ScalarMachine implements Machine<WasmValue> {
  /** Whether routines marked inline are expanded here: fast in loops (constants leave the loop), large in straight-line code. */
  inlining = true;

  constructor(
    readonly f: FunctionBuilder,
    readonly linker: RoutineSource,
    readonly float: "f64" | "f32" = "f64",
  ) {}

  private get wide(): boolean {
    return this.float === "f64";
  }
  num(x: number): WasmValue {
    return this.f.constant(this.float, x);
  }
  add(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.add`, a, b);
  }
  sub(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.sub`, a, b);
  }
  mul(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.mul`, a, b);
  }
  div(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.div`, a, b);
  }
  neg(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.neg`, a);
  }
  abs(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.abs`, a);
  }
  sqrt(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.sqrt`, a);
  }
  floor(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.floor`, a);
  }
  ceil(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.ceil`, a);
  }
  trunc(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.trunc`, a);
  }
  nearest(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.nearest`, a);
  }
  min(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.min`, a, b);
  }
  max(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.max`, a, b);
  }
  copysign(magnitude: WasmValue, sign: WasmValue): WasmValue {
    return this.f.op(`${this.float}.copysign`, magnitude, sign);
  }
  pow2(n: WasmValue): WasmValue {
    const f = this.f;
    if (this.wide) {
      const bits = f.op("i64.reinterpret_f64", f.op("f64.add", n, MAGIC64 + 1023));
      return f.op("f64.reinterpret_i64", f.op("i64.shl", bits, 52));
    }
    const bits = f.op("i32.reinterpret_f32", f.op("f32.add", n, MAGIC32 + 127));
    return f.op("f32.reinterpret_i32", f.op("i32.shl", bits, 23));
  }
  exponent(a: WasmValue): WasmValue {
    const f = this.f;
    if (this.wide) {
      const top = f.op("i32.wrap_i64", f.op("i64.shr_u", f.op("i64.reinterpret_f64", a), 52));
      return f.op("f64.convert_i32_s", f.op("i32.sub", f.op("i32.and", top, 0x7ff), 1023));
    }
    const top = f.op("i32.shr_u", f.op("i32.reinterpret_f32", a), 23);
    return f.op("f32.convert_i32_s", f.op("i32.sub", f.op("i32.and", top, 0xff), 127));
  }
  significand(a: WasmValue): WasmValue {
    const f = this.f;
    if (this.wide) {
      const tail = f.op("i64.and", f.op("i64.reinterpret_f64", a), 0x000fffffffffffffn);
      return f.op("f64.reinterpret_i64", f.op("i64.or", tail, 0x3ff0000000000000n));
    }
    const tail = f.op("i32.and", f.op("i32.reinterpret_f32", a), 0x007fffff);
    return f.op("f32.reinterpret_i32", f.op("i32.or", tail, 0x3f800000));
  }
  high(a: WasmValue): WasmValue {
    const f = this.f;
    if (this.wide)
      return f.op("f64.reinterpret_i64", f.op("i64.and", f.op("i64.reinterpret_f64", a), -0x8000000n));
    return f.op("f32.reinterpret_i32", f.op("i32.and", f.op("i32.reinterpret_f32", a), -0x1000));
  }
  upper(a: WasmValue): WasmValue {
    const f = this.f;
    return f.op("i32.wrap_i64", f.op("i64.shr_u", f.op("i64.reinterpret_f64", a), 32));
  }
  lower(a: WasmValue): WasmValue {
    return this.f.op("i32.wrap_i64", this.f.op("i64.reinterpret_f64", a));
  }
  nudge(a: WasmValue, by: number): WasmValue {
    const f = this.f;
    const bits = f.op("i64.add", f.op("i64.reinterpret_f64", a), BigInt(by) << 32n);
    return f.op("f64.reinterpret_i64", bits);
  }
  raise(a: WasmValue, bits: WasmValue, shift: number): WasmValue {
    const f = this.f;
    const by = f.op("i64.shl", f.op("i64.reinterpret_f64", bits), shift + 32);
    return f.op("f64.reinterpret_i64", f.op("i64.add", f.op("i64.reinterpret_f64", a), by));
  }
  lookup(table: Table, row: WasmValue): readonly WasmValue[] {
    const { f } = this;
    const at = this.linker.table(table);
    const address = this.rowOf(table, row);
    return Array.from({ length: table.width }, (_, i) => f.load("f64.load", address, at + 8 * i));
  }
  /** Bytes from the start of a table to a row. */
  rowOf({ width }: Table, row: WasmValue): WasmValue {
    return this.f.op("i32.shl", row, 3 + Math.log2(width));
  }
  lt(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.lt`, a, b);
  }
  le(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.le`, a, b);
  }
  gt(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.gt`, a, b);
  }
  ge(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.ge`, a, b);
  }
  eq(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.eq`, a, b);
  }
  ne(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op(`${this.float}.ne`, a, b);
  }
  bool(x: boolean): WasmValue {
    return this.f.constant("i32", x ? 1 : 0);
  }
  and(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.and", a, b);
  }
  or(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.or", a, b);
  }
  xor(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.xor", a, b);
  }
  not(a: WasmValue): WasmValue {
    return this.f.op("i32.eqz", a);
  }
  select(test: WasmValue, a: WasmValue, b: WasmValue): WasmValue {
    return this.f.select(test, a, b);
  }
  branch(test: WasmValue, then: () => WasmValue, otherwise: () => WasmValue): WasmValue {
    const f = this.f;
    let result: Local | undefined;
    const keep = (x: WasmValue): void => f.set((result ??= f.local(x.type)), x);
    f.if(
      test,
      () => keep(then()),
      () => keep(otherwise()),
    );
    if (!result) throw new Error(`wasm: a branch in ${f.name} gave no value`);
    return result;
  }
  rare(test: WasmValue, args: readonly WasmValue[], slow: Routine, fast: () => WasmValue): WasmValue {
    // The usual value is computed straight through; the branch only replaces it.
    const f = this.f;
    const usual = fast();
    const result = f.local(usual.type);
    f.set(result, usual);
    f.if(test, () => f.set(result, this.call(slow, ...args)));
    return result;
  }
  shortcut(test: WasmValue, short: () => WasmValue, full: () => WasmValue): WasmValue {
    return this.branch(test, short, full);
  }
  call(routine: Routine, ...args: readonly WasmValue[]): WasmValue {
    const f = this.f;
    if (args.length !== routine.arity)
      throw new Error(`wasm: routine ${routine.name} takes ${routine.arity} arguments, got ${args.length}`);
    if (routine.inline && this.inlining && this.wide) return routine.body<WasmValue>(this, ...args);
    if (routine.single && !this.wide) {
      const single = f.call(this.linker.single(routine), args, true);
      if (!single) throw new Error(`wasm: routine ${routine.name} gave no value`);
      return single;
    }
    // Without a single form, routines are computed in double and rounded once.
    const inner = this.wide ? args : args.map((x) => f.op("f64.promote_f32", x));
    const result = f.call(this.linker.scalar(routine), inner, true);
    if (!result) throw new Error(`wasm: routine ${routine.name} gave no value`);
    return this.wide ? result : f.op("f32.demote_f64", result);
  }
  loop(
    init: readonly WasmValue[],
    limit: number,
    test: (s: readonly WasmValue[]) => WasmValue,
    step: (s: readonly WasmValue[]) => readonly WasmValue[],
  ): readonly WasmValue[] {
    const f = this.f;
    const state = init.map((x) => {
      const local = f.local(x.type);
      f.set(local, x);
      return local;
    });
    const left = f.local("i32");
    f.set(left, limit);
    f.block((exit) => {
      f.loop((again) => {
        f.brIf(exit, f.op("i32.eqz", left));
        f.brIf(exit, f.op("i32.eqz", test(state)));
        const next = step(state);
        // All of the next state is computed before any of it is written; a state passed through is copied first.
        const copies = next.map((x, i) => {
          if (x === state[i] || x.kind === "constant" || !state.includes(x)) return x;
          const copy = f.local(x.type);
          f.set(copy, x);
          return copy;
        });
        copies.forEach((x, i) => f.set(state[i], x));
        f.set(left, f.op("i32.sub", left, 1));
        f.br(again);
      });
    });
    return state;
  }
  int(x: number): WasmValue {
    return this.f.constant("i32", x | 0);
  }
  iadd(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.add", a, b);
  }
  isub(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.sub", a, b);
  }
  imul(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.mul", a, b);
  }
  umulh(a: WasmValue, b: WasmValue): WasmValue {
    const f = this.f;
    const product = f.op("i64.mul", f.op("i64.extend_i32_u", a), f.op("i64.extend_i32_u", b));
    return f.op("i32.wrap_i64", f.op("i64.shr_u", product, 32));
  }
  idiv(a: WasmValue, b: WasmValue, unsigned: boolean): WasmValue {
    // wasm traps where the divisor is 0 and on i32 min / -1: divide by 1 there and choose afterwards.
    const f = this.f;
    const zero = f.op("i32.eqz", b);
    if (unsigned) return f.select(zero, this.int(0), f.op("i32.div_u", a, f.select(zero, this.int(1), b)));
    const minus = f.op("i32.eq", b, -1);
    const quotient = f.op("i32.div_s", a, f.select(f.op("i32.or", zero, minus), this.int(1), b));
    return f.select(zero, this.int(0), f.select(minus, f.op("i32.sub", 0, a), quotient));
  }
  irem(a: WasmValue, b: WasmValue, unsigned: boolean): WasmValue {
    const f = this.f;
    const zero = f.op("i32.eqz", b);
    const rest = f.op(unsigned ? "i32.rem_u" : "i32.rem_s", a, f.select(zero, this.int(1), b));
    return f.select(zero, this.int(0), rest);
  }
  iand(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.and", a, b);
  }
  ior(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.or", a, b);
  }
  ixor(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.xor", a, b);
  }
  ishl(a: WasmValue, by: WasmValue): WasmValue {
    return this.f.op("i32.shl", a, by);
  }
  ishr(a: WasmValue, by: WasmValue): WasmValue {
    return this.f.op("i32.shr_u", a, by);
  }
  ilt(a: WasmValue, b: WasmValue, unsigned: boolean): WasmValue {
    return this.f.op(unsigned ? "i32.lt_u" : "i32.lt_s", a, b);
  }
  ile(a: WasmValue, b: WasmValue, unsigned: boolean): WasmValue {
    return this.f.op(unsigned ? "i32.le_u" : "i32.le_s", a, b);
  }
  ieq(a: WasmValue, b: WasmValue): WasmValue {
    return this.f.op("i32.eq", a, b);
  }
  toFloat(a: WasmValue, unsigned: boolean): WasmValue {
    const name: OpName = `${this.float}.convert_i32_${unsigned ? "u" : "s"}`;
    return this.f.op(name, a);
  }
  toInt(a: WasmValue, unsigned: boolean): WasmValue {
    const name: OpName = `i32.trunc_sat_${this.float}_${unsigned ? "u" : "s"}`;
    return this.f.op(name, a);
  }
  boolToFloat(a: WasmValue): WasmValue {
    return this.f.op(`${this.float}.convert_i32_s`, a);
  }
  boolToInt(a: WasmValue): WasmValue {
    return a;
  }
}
