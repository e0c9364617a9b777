// The Machine on JavaScript numbers: the meaning of every body, used by the interpreter and by eager mode.
// Integers are numbers that hold an int32; booleans are booleans. The f32 machine rounds after each instruction.
import type { Machine, Routine, Table } from "../ir/machine.js";

export type JsValue = number | boolean;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const float32 = new Float32Array(1);
const word32 = new Uint32Array(float32.buffer);
// Index of the word that holds sign and exponent, on either byte order.
float[0] = 1;
const HIGH = words[1] === 0 ? 0 : 1;
const LOW = 1 - HIGH;

const TWO52 = 2 ** 52;

function signBit(x: number): boolean {
  float[0] = x;
  return words[HIGH] >>> 31 === 1;
}

/** Round half to even, keeping the sign of zero. */
function nearestEven(x: number): number {
  const size = Math.abs(x);
  if (!(size < TWO52)) return x;
  const r = size + TWO52 - TWO52;
  return signBit(x) ? -r : r;
}

export class JsMachine implements Machine<JsValue> {
  num(x: number): JsValue {
    return x;
  }
  add(a: JsValue, b: JsValue): JsValue {
    return (a as number) + (b as number);
  }
  sub(a: JsValue, b: JsValue): JsValue {
    return (a as number) - (b as number);
  }
  mul(a: JsValue, b: JsValue): JsValue {
    return (a as number) * (b as number);
  }
  div(a: JsValue, b: JsValue): JsValue {
    return (a as number) / (b as number);
  }
  neg(a: JsValue): JsValue {
    return -(a as number);
  }
  abs(a: JsValue): JsValue {
    return Math.abs(a as number);
  }
  sqrt(a: JsValue): JsValue {
    return Math.sqrt(a as number);
  }
  floor(a: JsValue): JsValue {
    return Math.floor(a as number);
  }
  ceil(a: JsValue): JsValue {
    return Math.ceil(a as number);
  }
  trunc(a: JsValue): JsValue {
    return Math.trunc(a as number);
  }
  nearest(a: JsValue): JsValue {
    return nearestEven(a as number);
  }
  min(a: JsValue, b: JsValue): JsValue {
    return Math.min(a as number, b as number);
  }
  max(a: JsValue, b: JsValue): JsValue {
    return Math.max(a as number, b as number);
  }
  copysign(magnitude: JsValue, sign: JsValue): JsValue {
    const size = Math.abs(magnitude as number);
    return signBit(sign as number) ? -size : size;
  }
  pow2(n: JsValue): JsValue {
    words[HIGH] = ((n as number) + 1023) << 20;
    words[LOW] = 0;
    return float[0];
  }
  exponent(a: JsValue): JsValue {
    float[0] = a as number;
    return ((words[HIGH] >>> 20) & 0x7ff) - 1023;
  }
  significand(a: JsValue): JsValue {
    float[0] = a as number;
    words[HIGH] = (words[HIGH] & 0x000fffff) | 0x3ff00000;
    return float[0];
  }
  high(a: JsValue): JsValue {
    float[0] = a as number;
    words[LOW] &= 0xf8000000;
    return float[0];
  }
  upper(a: JsValue): JsValue {
    float[0] = a as number;
    return words[HIGH] | 0;
  }
  lower(a: JsValue): JsValue {
    float[0] = a as number;
    return words[LOW] | 0;
  }
  nudge(a: JsValue, by: number): JsValue {
    float[0] = a as number;
    words[HIGH] += by;
    return float[0];
  }
  raise(a: JsValue, bits: JsValue, shift: number): JsValue {
    float[0] = bits as number;
    const by = words[LOW] << shift;
    float[0] = a as number;
    words[HIGH] += by;
    return float[0];
  }
  lookup({ width, rows }: Table, row: JsValue): readonly JsValue[] {
    const at = width * (row as number);
    return width === 2 ? [rows[at], rows[at + 1]] : rows.slice(at, at + width);
  }
  lt(a: JsValue, b: JsValue): JsValue {
    return (a as number) < (b as number);
  }
  le(a: JsValue, b: JsValue): JsValue {
    return (a as number) <= (b as number);
  }
  gt(a: JsValue, b: JsValue): JsValue {
    return (a as number) > (b as number);
  }
  ge(a: JsValue, b: JsValue): JsValue {
    return (a as number) >= (b as number);
  }
  eq(a: JsValue, b: JsValue): JsValue {
    return (a as number) === (b as number);
  }
  ne(a: JsValue, b: JsValue): JsValue {
    return (a as number) !== (b as number);
  }
  bool(x: boolean): JsValue {
    return x;
  }
  and(a: JsValue, b: JsValue): JsValue {
    return (a as boolean) && (b as boolean);
  }
  or(a: JsValue, b: JsValue): JsValue {
    return (a as boolean) || (b as boolean);
  }
  xor(a: JsValue, b: JsValue): JsValue {
    return a !== b;
  }
  not(a: JsValue): JsValue {
    return !(a as boolean);
  }
  select(test: JsValue, a: JsValue, b: JsValue): JsValue {
    return (test as boolean) ? a : b;
  }
  branch(test: JsValue, then: () => JsValue, otherwise: () => JsValue): JsValue {
    return (test as boolean) ? then() : otherwise();
  }
  rare(test: JsValue, args: readonly JsValue[], slow: Routine, fast: () => JsValue): JsValue {
    return (test as boolean) ? this.call(slow, ...args) : fast();
  }
  shortcut(test: JsValue, short: () => JsValue, full: () => JsValue): JsValue {
    return (test as boolean) ? short() : full();
  }
  call(routine: Routine, ...args: readonly JsValue[]): JsValue {
    return routine.body<JsValue>(this, ...args);
  }
  loop(
    init: readonly JsValue[],
    limit: number,
    test: (s: readonly JsValue[]) => JsValue,
    step: (s: readonly JsValue[]) => readonly JsValue[],
  ): readonly JsValue[] {
    let state = init;
    for (let n = 0; n < limit && (test(state) as boolean); n++) state = step(state);
    return state;
  }
  int(x: number): JsValue {
    return x | 0;
  }
  iadd(a: JsValue, b: JsValue): JsValue {
    return ((a as number) + (b as number)) | 0;
  }
  isub(a: JsValue, b: JsValue): JsValue {
    return ((a as number) - (b as number)) | 0;
  }
  imul(a: JsValue, b: JsValue): JsValue {
    return Math.imul(a as number, b as number);
  }
  umulh(a: JsValue, b: JsValue): JsValue {
    const [x, y] = [a as number, b as number];
    const [x0, x1, y0, y1] = [x & 0xffff, x >>> 16, y & 0xffff, y >>> 16];
    // Each partial sum stays below 2^33, exact in a double.
    const middle = x1 * y0 + Math.floor((x0 * y0) / 65536);
    const carry = x0 * y1 + (middle % 65536);
    return (x1 * y1 + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0;
  }
  idiv(a: JsValue, b: JsValue, unsigned: boolean): JsValue {
    const [x, y] = [a as number, b as number];
    if (y === 0) return 0;
    return unsigned ? ((x >>> 0) / (y >>> 0)) | 0 : (x / y) | 0;
  }
  irem(a: JsValue, b: JsValue, unsigned: boolean): JsValue {
    const [x, y] = [a as number, b as number];
    if (y === 0) return 0;
    return unsigned ? ((x >>> 0) % (y >>> 0)) | 0 : (x % y) | 0;
  }
  iand(a: JsValue, b: JsValue): JsValue {
    return (a as number) & (b as number);
  }
  ior(a: JsValue, b: JsValue): JsValue {
    return (a as number) | (b as number);
  }
  ixor(a: JsValue, b: JsValue): JsValue {
    return (a as number) ^ (b as number);
  }
  ishl(a: JsValue, by: JsValue): JsValue {
    return (a as number) << (by as number);
  }
  ishr(a: JsValue, by: JsValue): JsValue {
    return ((a as number) >>> (by as number)) | 0;
  }
  ilt(a: JsValue, b: JsValue, unsigned: boolean): JsValue {
    const [x, y] = [a as number, b as number];
    return unsigned ? x >>> 0 < y >>> 0 : x < y;
  }
  ile(a: JsValue, b: JsValue, unsigned: boolean): JsValue {
    const [x, y] = [a as number, b as number];
    return unsigned ? x >>> 0 <= y >>> 0 : x <= y;
  }
  ieq(a: JsValue, b: JsValue): JsValue {
    return a === b;
  }
  toFloat(a: JsValue, unsigned: boolean): JsValue {
    return unsigned ? (a as number) >>> 0 : a;
  }
  toInt(a: JsValue, unsigned: boolean): JsValue {
    const x = a as number;
    if (unsigned) return x > 0 ? Math.min(x, 4294967295) | 0 : 0;
    return Math.max(-2147483648, Math.min(x, 2147483647)) | 0;
  }
  boolToFloat(a: JsValue): JsValue {
    return (a as boolean) ? 1 : 0;
  }
  boolToInt(a: JsValue): JsValue {
    return (a as boolean) ? 1 : 0;
  }
}

/** Single precision: each instruction rounds to f32; routines without a single form are computed in double and rounded once. */
export class JsMachine32 extends JsMachine {
  override num(x: number): JsValue {
    return Math.fround(x);
  }
  override add(a: JsValue, b: JsValue): JsValue {
    return Math.fround((a as number) + (b as number));
  }
  override sub(a: JsValue, b: JsValue): JsValue {
    return Math.fround((a as number) - (b as number));
  }
  override mul(a: JsValue, b: JsValue): JsValue {
    return Math.fround((a as number) * (b as number));
  }
  override div(a: JsValue, b: JsValue): JsValue {
    return Math.fround((a as number) / (b as number));
  }
  override sqrt(a: JsValue): JsValue {
    return Math.fround(Math.sqrt(a as number));
  }
  override pow2(n: JsValue): JsValue {
    word32[0] = ((n as number) + 127) << 23;
    return float32[0];
  }
  override exponent(a: JsValue): JsValue {
    float32[0] = a as number;
    return ((word32[0] >>> 23) & 0xff) - 127;
  }
  override significand(a: JsValue): JsValue {
    float32[0] = a as number;
    word32[0] = (word32[0] & 0x007fffff) | 0x3f800000;
    return float32[0];
  }
  /** Clears the low 12 of 23 bits. */
  override high(a: JsValue): JsValue {
    float32[0] = a as number;
    word32[0] &= 0xfffff000;
    return float32[0];
  }
  override call(routine: Routine, ...args: readonly JsValue[]): JsValue {
    if (routine.single) return routine.single<JsValue>(this, ...args);
    return Math.fround(routine.body<JsValue>(js64, ...args) as number);
  }
  override toFloat(a: JsValue, unsigned: boolean): JsValue {
    return Math.fround(unsigned ? (a as number) >>> 0 : (a as number));
  }
}

export const js64 = new JsMachine();
export const js32 = new JsMachine32();
