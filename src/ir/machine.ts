// The instruction set that elementwise bodies and special functions are written in, once.
// Three interpretations exist: JavaScript numbers (the reference), scalar wasm, and SIMD wasm (two f64 lanes).
// Every instruction is exactly rounded or bitwise, so the three give the same bits.

/**
 * V stands for a value of any kind: f64 number, boolean, or 32-bit integer (JS: number | boolean; wasm: a typed local or lane bundle).
 * f32 programs use the same bodies: the machine rounds after each instruction.
 */
export interface Machine<V> {
  // floats
  num(x: number): V;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  div(a: V, b: V): V;
  neg(a: V): V;
  abs(a: V): V;
  sqrt(a: V): V;
  floor(a: V): V;
  ceil(a: V): V;
  trunc(a: V): V;
  /** Round half to even. */
  nearest(a: V): V;
  /** NaN if either is NaN; -0 < +0 (wasm f64.min). */
  min(a: V, b: V): V;
  max(a: V, b: V): V;
  copysign(magnitude: V, sign: V): V;
  /** 2**n for an integral float n in [-1022, 1023]. */
  pow2(n: V): V;
  /** Unbiased exponent of a normal number, as a float (from the bits; unspecified for zero, subnormal, inf, NaN). */
  exponent(a: V): V;
  /** The significand in [1, 2) with the sign cleared (from the bits; unspecified for zero, subnormal, inf, NaN). */
  significand(a: V): V;
  /** The number with its low 27 significand bits cleared (for exact products of halves). */
  high(a: V): V;
  // bits of doubles; routines with a table have a form of their own in single precision
  /** The upper or the lower 32 bits, as an integer. */
  upper(a: V): V;
  lower(a: V): V;
  /** The number whose upper 32 bits, taken as an integer, are greater by so much. */
  nudge(a: V, by: number): V;
  /** The number whose upper 32 bits are greater by the lower 32 bits of the other, shifted left. */
  raise(a: V, bits: V, shift: number): V;
  /** The numbers of a row of a table; the integer is the number of a row. */
  lookup(table: Table, row: V): readonly V[];
  // comparisons of floats: booleans
  lt(a: V, b: V): V;
  le(a: V, b: V): V;
  gt(a: V, b: V): V;
  ge(a: V, b: V): V;
  eq(a: V, b: V): V;
  ne(a: V, b: V): V;
  // booleans
  bool(x: boolean): V;
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  xor(a: V, b: V): V;
  not(a: V): V;
  /** Both arms are evaluated; arms are floats (or both booleans, or both integers: the machine looks at what they are). */
  select(test: V, a: V, b: V): V;
  /** Like select on floats, but scalar machines evaluate only the arm taken; the SIMD machine evaluates both. Arms must be total. */
  branch(test: V, then: () => V, otherwise: () => V): V;
  /** fast() unless the test holds, which is rare: then slow(). The SIMD machine runs the slow arm lane by lane only when some lane needs it. `args` are the values that slow uses. */
  rare(test: V, args: readonly V[], slow: Routine, fast: () => V): V;
  /** full(), or short(), which has the same bits where the test holds: machines that can leave code out take it there. */
  shortcut(test: V, short: () => V, full: () => V): V;
  /** Calls a routine (linked once per module), or inlines it where it is small. */
  call(routine: Routine, ...args: readonly V[]): V;
  /** A loop on scalar machines; routines that use it set simd: false. step returns the next state; runs while test holds, at most `limit` times. */
  loop(
    init: readonly V[],
    limit: number,
    test: (s: readonly V[]) => V,
    step: (s: readonly V[]) => readonly V[],
  ): readonly V[];
  // 32-bit integers (i32 and u32 share bits)
  int(x: number): V;
  iadd(a: V, b: V): V;
  isub(a: V, b: V): V;
  imul(a: V, b: V): V;
  /** High 32 bits of the unsigned 64-bit product. */
  umulh(a: V, b: V): V;
  /** Truncated signed / unsigned division; 0 when b is 0; i32 min / -1 wraps. */
  idiv(a: V, b: V, unsigned: boolean): V;
  irem(a: V, b: V, unsigned: boolean): V;
  iand(a: V, b: V): V;
  ior(a: V, b: V): V;
  ixor(a: V, b: V): V;
  ishl(a: V, by: V): V;
  /** Logical right shift. */
  ishr(a: V, by: V): V;
  ilt(a: V, b: V, unsigned: boolean): V;
  ile(a: V, b: V, unsigned: boolean): V;
  ieq(a: V, b: V): V;
  // conversions
  /** Integer to float. */
  toFloat(a: V, unsigned: boolean): V;
  /** Float to integer, truncating and saturating; NaN gives 0 (wasm trunc_sat). */
  toInt(a: V, unsigned: boolean): V;
  /** Boolean to 1.0 / 0.0. */
  boolToFloat(a: V): V;
  boolToInt(a: V): V;
}

/** A special function written on a Machine: one definition for JavaScript, scalar wasm and SIMD wasm. */
export interface Routine {
  readonly name: string;
  /** One sentence, the method and its source. */
  readonly doc: string;
  readonly arity: number;
  /** False when it uses `loop` (or is too branchy): SIMD code then calls the scalar form per lane. */
  readonly simd: boolean;
  /** True to expand at the place of call instead of making a wasm function. */
  readonly inline?: boolean;
  body<V>(k: Machine<V>, ...x: readonly V[]): V;
  /** The same on a machine of single precision; without it, single precision computes `body` in double and rounds once. */
  readonly single?: <V>(k: Machine<V>, ...x: readonly V[]) => V;
}

/** Numbers that routines look up; in wasm they are data of the modules that use them. */
export interface Table {
  readonly name: string;
  /** Numbers in a row: 2 or 4. */
  readonly width: number;
  /** Row by row. */
  readonly rows: readonly number[];
}
