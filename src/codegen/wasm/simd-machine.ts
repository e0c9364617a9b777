// The Machine that writes SIMD wasm: instructions of a body in, code on two f64 (or four f32) lanes out.
// Floats are v128, booleans are v128 lane masks, 32-bit integers are one scalar i32 per lane.
import type { Machine, Routine, Table } from "../../ir/machine.js";
import type { RoutineSource } from "./routine-source.js";
import type { FunctionBuilder, OpName, WasmValue } from "./module.js";
import { MAGIC32, MAGIC64, ScalarMachine } from "./scalar-machine.js";

/** The bytes of the first and of the second halves of two vectors. */
export const LOWER_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
export const UPPER_HALVES = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** One i32 per lane. */
export interface LaneInts {
  readonly kind: "ints";
  readonly lanes: readonly WasmValue[];
}

export type SimdValue = WasmValue | LaneInts;

export class SimdMachine implements Machine<SimdValue> {
  /** As in ScalarMachine. */
  inlining = true;
  readonly lanes: number;
  private readonly scalar: ScalarMachine;
  private readonly mask: "i64x2" | "i32x4";
  /** The constants made by `num`. */
  private readonly numbers = new Map<SimdValue, number>();
  /** Absolute values, with what they are of. */
  private readonly absolutes = new Map<SimdValue, SimdValue>();
  /** Values that are 0 or less, or NaN; tests that are false. */
  private readonly notAbove = new Set<SimdValue>();
  private readonly never = new Set<SimdValue>();
  /** The smaller and the larger operand that a comparison asks for. */
  private readonly orders = new Map<SimdValue, readonly [SimdValue, SimdValue]>();

  constructor(
    readonly f: FunctionBuilder,
    readonly linker: RoutineSource,
    readonly shape: "f64x2" | "f32x4" = "f64x2",
  ) {
    const wide = shape === "f64x2";
    this.lanes = wide ? 2 : 4;
    this.mask = wide ? "i64x2" : "i32x4";
    this.scalar = new ScalarMachine(f, linker, wide ? "f64" : "f32");
  }

  private get wide(): boolean {
    return this.shape === "f64x2";
  }

  /** The v128 that a float or boolean is. */
  vector(x: SimdValue): WasmValue {
    if (x.kind === "ints")
      throw new Error(`wasm: ${this.f.name} uses integers where floats or booleans are expected`);
    return x;
  }

  /** The lanes of an integer. */
  private ints(x: SimdValue): readonly WasmValue[] {
    if (x.kind !== "ints")
      throw new Error(`wasm: ${this.f.name} uses floats or booleans where integers are expected`);
    return x.lanes;
  }

  private op(name: OpName, ...args: readonly SimdValue[]): WasmValue {
    return this.f.op(name, ...args.map((x) => this.vector(x)));
  }

  /** One lane of a float vector as a scalar. */
  lane(x: SimdValue, i: number): WasmValue {
    return this.f.extract(`${this.shape}.extract_lane`, this.vector(x), i);
  }

  /** One lane of a mask as i32 0 or -1. */
  laneMask(x: SimdValue, i: number): WasmValue {
    if (!this.wide) return this.f.extract("i32x4.extract_lane", this.vector(x), i);
    return this.f.op("i32.wrap_i64", this.f.extract("i64x2.extract_lane", this.vector(x), i));
  }

  /** A float vector from one scalar per lane. */
  fromLanes(lanes: readonly WasmValue[]): WasmValue {
    let v = this.f.op(`${this.shape}.splat`, lanes[0]);
    for (let i = 1; i < lanes.length; i++) v = this.f.replace(`${this.shape}.replace_lane`, v, i, lanes[i]);
    return v;
  }

  /** A mask from one i32 0 or 1 per lane. */
  maskFromBools(lanes: readonly WasmValue[]): WasmValue {
    const f = this.f;
    if (this.wide) {
      const [a, b] = lanes.map((x) => f.op("i64.extend_i32_s", f.op("i32.sub", 0, x)));
      return f.replace("i64x2.replace_lane", f.op("i64x2.splat", a), 1, b);
    }
    let v = f.op("i32x4.splat", lanes[0]);
    for (let i = 1; i < lanes.length; i++) v = f.replace("i32x4.replace_lane", v, i, lanes[i]);
    return f.op("i32x4.neg", v);
  }

  private each(make: (...x: WasmValue[]) => WasmValue, ...args: readonly SimdValue[]): LaneInts {
    const columns = args.map((x) => this.ints(x));
    const lanes = Array.from({ length: this.lanes }, (_, i) => make(...columns.map((c) => c[i])));
    return { kind: "ints", lanes };
  }

  private constant(bits: bigint): WasmValue {
    return this.f.splat(this.mask, this.wide ? bits : BigInt.asIntN(32, bits));
  }

  num(x: number): SimdValue {
    const v = this.f.splat(this.shape, x);
    this.numbers.set(v, x);
    return v;
  }
  add(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.add`, a, b);
  }
  sub(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.sub`, a, b);
  }
  mul(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.mul`, a, b);
  }
  div(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.div`, a, b);
  }
  neg(a: SimdValue): SimdValue {
    const of = this.absolutes.get(a);
    if (of === undefined) return this.op(`${this.shape}.neg`, a);
    const below = this.op("v128.or", of, this.num(-0));
    this.notAbove.add(below);
    return below;
  }
  abs(a: SimdValue): SimdValue {
    const size = this.op(`${this.shape}.abs`, a);
    this.absolutes.set(size, a);
    return size;
  }
  sqrt(a: SimdValue): SimdValue {
    return this.op(`${this.shape}.sqrt`, a);
  }
  floor(a: SimdValue): SimdValue {
    return this.op(`${this.shape}.floor`, a);
  }
  ceil(a: SimdValue): SimdValue {
    return this.op(`${this.shape}.ceil`, a);
  }
  trunc(a: SimdValue): SimdValue {
    return this.op(`${this.shape}.trunc`, a);
  }
  nearest(a: SimdValue): SimdValue {
    return this.op(`${this.shape}.nearest`, a);
  }
  /** Engines write eight instructions for min and max; with a constant that is not NaN a comparison is enough. */
  min(a: SimdValue, b: SimdValue): SimdValue {
    const limit = this.limitOf(b);
    // min(+0, -0) is -0, which the comparison does not see.
    if (limit !== null && !Object.is(limit, -0)) return this.op(`${this.shape}.pmin`, a, b);
    return this.op(`${this.shape}.min`, a, b);
  }
  max(a: SimdValue, b: SimdValue): SimdValue {
    const limit = this.limitOf(b);
    if (limit === null) return this.op(`${this.shape}.max`, a, b);
    const larger = this.op(`${this.shape}.pmax`, a, b);
    return Object.is(limit, 0) ? this.add(larger, b) : larger;
  }
  private limitOf(b: SimdValue): number | null {
    const x = this.numbers.get(b);
    return x === undefined || Number.isNaN(x) ? null : x;
  }
  copysign(magnitude: SimdValue, sign: SimdValue): SimdValue {
    return this.op("v128.bitselect", sign, magnitude, this.num(-0));
  }
  pow2(n: SimdValue): SimdValue {
    const sum = this.add(n, this.num(this.wide ? MAGIC64 + 1023 : MAGIC32 + 127));
    return this.f.op(`${this.mask}.shl`, this.vector(sum), this.wide ? 52 : 23);
  }
  exponent(a: SimdValue): SimdValue {
    const top = this.f.op(`${this.mask}.shr_u`, this.vector(this.abs(a)), this.wide ? 52 : 23);
    if (!this.wide) return this.op("f32x4.convert_i32x4_s", this.op("i32x4.sub", top, this.constant(127n)));
    // No 64-bit conversion exists: put the integer below the exponent of 2^52 and subtract.
    return this.sub(this.op("v128.or", top, this.num(2 ** 52)), this.num(2 ** 52 + 1023));
  }
  significand(a: SimdValue): SimdValue {
    const tail = this.op("v128.and", a, this.constant(this.wide ? 0x000fffffffffffffn : 0x007fffffn));
    return this.op("v128.or", tail, this.num(1));
  }
  high(a: SimdValue): SimdValue {
    return this.op("v128.and", a, this.constant(this.wide ? -0x8000000n : -0x1000n));
  }
  upper(a: SimdValue): SimdValue {
    return this.words(a, 1);
  }
  lower(a: SimdValue): SimdValue {
    return this.words(a, 0);
  }
  private words(a: SimdValue, which: number): LaneInts {
    const v = this.vector(a);
    return { kind: "ints", lanes: [0, 2].map((i) => this.f.extract("i32x4.extract_lane", v, i + which)) };
  }
  nudge(a: SimdValue, by: number): SimdValue {
    return this.op("i64x2.add", a, this.constant(BigInt(by) << 32n));
  }
  raise(a: SimdValue, bits: SimdValue, shift: number): SimdValue {
    return this.op("i64x2.add", a, this.f.op("i64x2.shl", this.vector(bits), shift + 32));
  }
  lookup(table: Table, row: SimdValue): readonly SimdValue[] {
    const { f } = this;
    const at = this.linker.table(table);
    const places = this.ints(row).map((x) => this.scalar.rowOf(table, x));
    const columns: WasmValue[] = [];
    for (let i = 0; i < table.width; i += 2) {
      const [a, b] = places.map((place) => f.load("v128.load", place, at + 8 * i));
      columns.push(f.shuffle(a, b, LOWER_HALVES), f.shuffle(a, b, UPPER_HALVES));
    }
    return columns;
  }
  lt(a: SimdValue, b: SimdValue): SimdValue {
    const test = this.op(`${this.shape}.lt`, a, b);
    this.orders.set(test, [a, b]);
    return test;
  }
  le(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.le`, a, b);
  }
  gt(a: SimdValue, b: SimdValue): SimdValue {
    if (this.notAbove.has(a) && this.numbers.get(b)! >= 0) {
      const test = this.bool(false);
      this.never.add(test);
      return test;
    }
    const test = this.op(`${this.shape}.gt`, a, b);
    this.orders.set(test, [b, a]);
    return test;
  }
  ge(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.ge`, a, b);
  }
  eq(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.eq`, a, b);
  }
  ne(a: SimdValue, b: SimdValue): SimdValue {
    return this.op(`${this.shape}.ne`, a, b);
  }
  bool(x: boolean): SimdValue {
    return this.f.splat(this.mask, x ? -1 : 0);
  }
  and(a: SimdValue, b: SimdValue): SimdValue {
    return this.op("v128.and", a, b);
  }
  or(a: SimdValue, b: SimdValue): SimdValue {
    return this.op("v128.or", a, b);
  }
  xor(a: SimdValue, b: SimdValue): SimdValue {
    return this.op("v128.xor", a, b);
  }
  not(a: SimdValue): SimdValue {
    return this.op("v128.not", a);
  }
  select(test: SimdValue, a: SimdValue, b: SimdValue): SimdValue {
    if (a.kind !== "ints") {
      // p < q ? p : q and p < q ? q : p are single instructions.
      if (this.never.has(test)) return b;
      const [p, q] = this.orders.get(test) ?? [];
      if (p === a && q === b)
        return this.notAbove.has(b) && this.numbers.get(a)! >= 0 ? b : this.op(`${this.shape}.pmin`, b, a);
      if (p === b && q === a) {
        const larger = this.op(`${this.shape}.pmax`, b, a);
        if (this.notAbove.has(b) && this.numbers.get(a)! <= 0) this.notAbove.add(larger);
        return larger;
      }
      // The bits of 0 are zeros.
      if (Object.is(this.numbers.get(a), 0)) return this.op("v128.andnot", b, test);
      if (Object.is(this.numbers.get(b), 0)) return this.op("v128.and", a, test);
      return this.op("v128.bitselect", a, b, test);
    }
    const [x, y] = [this.ints(a), this.ints(b)];
    return { kind: "ints", lanes: x.map((v, i) => this.f.select(this.laneMask(test, i), v, y[i])) };
  }
  branch(test: SimdValue, then: () => SimdValue, otherwise: () => SimdValue): SimdValue {
    return this.select(test, then(), otherwise());
  }
  rare(test: SimdValue, args: readonly SimdValue[], slow: Routine, fast: () => SimdValue): SimdValue {
    const f = this.f;
    const result = f.local("v128");
    f.set(result, this.vector(fast()));
    f.if(f.op("v128.any_true", this.vector(test)), () => {
      for (let i = 0; i < this.lanes; i++)
        f.if(this.laneMask(test, i), () => {
          const value = this.scalar.call(slow, ...args.map((x) => this.lane(x, i)));
          f.set(result, f.replace(`${this.shape}.replace_lane`, result, i, value));
        });
    });
    return result;
  }
  shortcut(_test: SimdValue, _short: () => SimdValue, full: () => SimdValue): SimdValue {
    return full();
  }
  call(routine: Routine, ...args: readonly SimdValue[]): SimdValue {
    const f = this.f;
    if (args.length !== routine.arity)
      throw new Error(`wasm: routine ${routine.name} takes ${routine.arity} arguments, got ${args.length}`);
    if (routine.single && !this.wide) {
      if (routine.inline && this.inlining) return routine.single<SimdValue>(this, ...args);
      const four = f.call(
        this.linker.singleSimd(routine),
        args.map((x) => this.vector(x)),
        true,
      );
      if (!four) throw new Error(`wasm: routine ${routine.name} gave no value`);
      return four;
    }
    if (!routine.simd)
      return this.fromLanes(
        Array.from({ length: this.lanes }, (_, i) =>
          this.scalar.call(routine, ...args.map((x) => this.lane(x, i))),
        ),
      );
    if (routine.inline && this.inlining && this.wide) return routine.body<SimdValue>(this, ...args);
    const callee = this.linker.simd(routine);
    const pair = (x: readonly WasmValue[]): WasmValue => {
      const result = f.call(callee, x, true);
      if (!result) throw new Error(`wasm: routine ${routine.name} gave no value`);
      return result;
    };
    const vectors = args.map((x) => this.vector(x));
    if (this.wide) return pair(vectors);
    // No single form: two calls in double, rounded once.
    const upper = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
    const lower = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
    const low = pair(vectors.map((x) => f.op("f64x2.promote_low_f32x4", x)));
    const high = pair(vectors.map((x) => f.op("f64x2.promote_low_f32x4", f.shuffle(x, x, upper))));
    return f.shuffle(f.op("f32x4.demote_f64x2_zero", low), f.op("f32x4.demote_f64x2_zero", high), lower);
  }
  loop(): readonly SimdValue[] {
    throw new Error(
      `wasm: ${this.f.name} uses a loop, which has no SIMD form; mark its routine simd: false so that it runs lane by lane`,
    );
  }
  int(x: number): SimdValue {
    return { kind: "ints", lanes: Array.from({ length: this.lanes }, () => this.f.constant("i32", x | 0)) };
  }
  iadd(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.iadd(x, y), a, b);
  }
  isub(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.isub(x, y), a, b);
  }
  imul(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.imul(x, y), a, b);
  }
  umulh(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.umulh(x, y), a, b);
  }
  idiv(a: SimdValue, b: SimdValue, unsigned: boolean): SimdValue {
    return this.each((x, y) => this.scalar.idiv(x, y, unsigned), a, b);
  }
  irem(a: SimdValue, b: SimdValue, unsigned: boolean): SimdValue {
    return this.each((x, y) => this.scalar.irem(x, y, unsigned), a, b);
  }
  iand(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.iand(x, y), a, b);
  }
  ior(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.ior(x, y), a, b);
  }
  ixor(a: SimdValue, b: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.ixor(x, y), a, b);
  }
  ishl(a: SimdValue, by: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.ishl(x, y), a, by);
  }
  ishr(a: SimdValue, by: SimdValue): SimdValue {
    return this.each((x, y) => this.scalar.ishr(x, y), a, by);
  }
  ilt(a: SimdValue, b: SimdValue, unsigned: boolean): SimdValue {
    return this.maskFromBools(this.each((x, y) => this.scalar.ilt(x, y, unsigned), a, b).lanes);
  }
  ile(a: SimdValue, b: SimdValue, unsigned: boolean): SimdValue {
    return this.maskFromBools(this.each((x, y) => this.scalar.ile(x, y, unsigned), a, b).lanes);
  }
  ieq(a: SimdValue, b: SimdValue): SimdValue {
    return this.maskFromBools(this.each((x, y) => this.scalar.ieq(x, y), a, b).lanes);
  }
  toFloat(a: SimdValue, unsigned: boolean): SimdValue {
    return this.fromLanes(this.ints(a).map((x) => this.scalar.toFloat(x, unsigned)));
  }
  toInt(a: SimdValue, unsigned: boolean): SimdValue {
    const lanes = Array.from({ length: this.lanes }, (_, i) => this.scalar.toInt(this.lane(a, i), unsigned));
    return { kind: "ints", lanes };
  }
  boolToFloat(a: SimdValue): SimdValue {
    return this.op("v128.and", a, this.num(1));
  }
  boolToInt(a: SimdValue): SimdValue {
    const lanes = Array.from({ length: this.lanes }, (_, i) => this.f.op("i32.and", this.laneMask(a, i), 1));
    return { kind: "ints", lanes };
  }
}
