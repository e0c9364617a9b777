// The Machine on columns of JavaScript numbers: a body runs once for up to 256 elements, each instruction in one plain loop.
// Eager mode uses it for long arrays of f64: the same instructions as js-machine.ts, so the same bits, at a fraction of the calls.
import type { Machine, Routine, Table } from "../ir/machine.js";
import { js64 } from "./js-machine.js";
import type { JsValue } from "./js-machine.js";

/** Elements per run of a body: long enough to pay for the calls, short enough that temporaries stay in the cache. */
export const COLUMN = 256;

/** One array seen as floats or as 32-bit words. Integers and booleans (0, 1) stand in the first words. */
export interface Column {
  readonly f: Float64Array;
  readonly w: Int32Array;
  /** Which of the two holds the elements. */
  floats: boolean;
}

const probe = new Float64Array([1]);
const HIGH = new Int32Array(probe.buffer)[1] === 0 ? 0 : 1;
const LOW = 1 - HIGH;

const TWO52 = 2 ** 52;

export class ColumnMachine implements Machine<Column> {
  private readonly pool: Column[] = [];
  private used = 0;
  /** Elements in use. */
  n = 0;

  /** Begins anew for n elements: all columns given out before are free again. */
  reset(n: number): void {
    this.n = n;
    this.used = 0;
  }
  fresh(floats = true): Column {
    if (this.used === this.pool.length) {
      const f = new Float64Array(COLUMN);
      this.pool.push({ f, w: new Int32Array(f.buffer), floats });
    }
    const column = this.pool[this.used++];
    column.floats = floats;
    return column;
  }
  num(x: number): Column {
    const r = this.fresh();
    r.f.fill(x, 0, this.n);
    return r;
  }
  add({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = a[i] + b[i];
    return r;
  }
  sub({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = a[i] - b[i];
    return r;
  }
  mul({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = a[i] * b[i];
    return r;
  }
  div({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = a[i] / b[i];
    return r;
  }
  neg({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = -a[i];
    return r;
  }
  abs({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.abs(a[i]);
    return r;
  }
  sqrt({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.sqrt(a[i]);
    return r;
  }
  floor({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.floor(a[i]);
    return r;
  }
  ceil({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.ceil(a[i]);
    return r;
  }
  trunc({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.trunc(a[i]);
    return r;
  }
  /** Round half to even, keeping the sign of zero. */
  nearest({ f: a, w }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) {
      const size = Math.abs(a[i]);
      const whole = size + TWO52 - TWO52;
      f[i] = !(size < TWO52) ? a[i] : w[2 * i + HIGH] < 0 ? -whole : whole;
    }
    return r;
  }
  min({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.min(a[i], b[i]);
    return r;
  }
  max({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = Math.max(a[i], b[i]);
    return r;
  }
  copysign(magnitude: Column, sign: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) {
      const size = Math.abs(magnitude.f[i]);
      f[i] = sign.w[2 * i + HIGH] < 0 ? -size : size;
    }
    return r;
  }
  pow2({ f: a }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { w } = r; i < n; i++) {
      w[2 * i + HIGH] = (a[i] + 1023) << 20;
      w[2 * i + LOW] = 0;
    }
    return r;
  }
  exponent({ w }: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = ((w[2 * i + HIGH] >>> 20) & 0x7ff) - 1023;
    return r;
  }
  significand(a: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { w } = r; i < n; i++) {
      w[2 * i + HIGH] = (a.w[2 * i + HIGH] & 0x000fffff) | 0x3ff00000;
      w[2 * i + LOW] = a.w[2 * i + LOW];
    }
    return r;
  }
  high(a: Column): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { w } = r; i < n; i++) {
      w[2 * i + HIGH] = a.w[2 * i + HIGH];
      w[2 * i + LOW] = a.w[2 * i + LOW] & 0xf8000000;
    }
    return r;
  }
  upper({ w }: Column): Column {
    return this.word(w, HIGH);
  }
  lower({ w }: Column): Column {
    return this.word(w, LOW);
  }
  nudge({ w: a }: Column, by: number): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { w } = r; i < n; i++) {
      w[2 * i + HIGH] = a[2 * i + HIGH] + by;
      w[2 * i + LOW] = a[2 * i + LOW];
    }
    return r;
  }
  raise({ w: a }: Column, { w: bits }: Column, shift: number): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { w } = r; i < n; i++) {
      w[2 * i + HIGH] = a[2 * i + HIGH] + (bits[2 * i + LOW] << shift);
      w[2 * i + LOW] = a[2 * i + LOW];
    }
    return r;
  }
  lookup({ width, rows }: Table, { w: row }: Column): readonly Column[] {
    return Array.from({ length: width }, (_, j) => {
      const r = this.fresh();
      for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = rows[width * row[i] + j];
      return r;
    });
  }
  lt({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] < b[i] ? 1 : 0;
    return r;
  }
  le({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] <= b[i] ? 1 : 0;
    return r;
  }
  gt(a: Column, b: Column): Column {
    return this.lt(b, a);
  }
  ge(a: Column, b: Column): Column {
    return this.le(b, a);
  }
  eq({ f: a }: Column, { f: b }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] === b[i] ? 1 : 0;
    return r;
  }
  ne(a: Column, b: Column): Column {
    return this.not(this.eq(a, b));
  }
  bool(x: boolean): Column {
    return this.int(x ? 1 : 0);
  }
  and(a: Column, b: Column): Column {
    return this.iand(a, b);
  }
  or(a: Column, b: Column): Column {
    return this.ior(a, b);
  }
  xor(a: Column, b: Column): Column {
    return this.ixor(a, b);
  }
  not({ w: a }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] ^ 1;
    return r;
  }
  select({ w: test }: Column, a: Column, b: Column): Column {
    const r = this.fresh(a.floats);
    const { n } = this;
    if (a.floats) for (let i = 0, { f } = r; i < n; i++) f[i] = test[i] !== 0 ? a.f[i] : b.f[i];
    else for (let i = 0, { w } = r; i < n; i++) w[i] = test[i] !== 0 ? a.w[i] : b.w[i];
    return r;
  }
  branch(test: Column, then: () => Column, otherwise: () => Column): Column {
    return this.select(test, then(), otherwise());
  }
  rare(test: Column, args: readonly Column[], slow: Routine, fast: () => Column): Column {
    const usual = fast();
    const { n } = this;
    let r: Column | null = null;
    for (let i = 0; i < n; i++) {
      if (test.w[i] === 0) continue;
      if (!r) (r = this.fresh()).f.set(usual.f);
      r.f[i] = js64.call(slow, ...args.map((x) => element(x, i))) as number;
    }
    return r ?? usual;
  }
  shortcut(_test: Column, _short: () => Column, full: () => Column): Column {
    return full();
  }
  call(routine: Routine, ...args: readonly Column[]): Column {
    if (routine.simd) return routine.body<Column>(this, ...args);
    const r = this.fresh();
    const x = new Array<JsValue>(args.length);
    for (let i = 0, { n } = this, { f } = r; i < n; i++) {
      for (let j = 0; j < x.length; j++) x[j] = element(args[j], i);
      f[i] = routine.body<JsValue>(js64, ...x) as number;
    }
    return r;
  }
  loop(): readonly Column[] {
    throw new Error("ops: a body with a loop ran on columns; mark its row or routine simd: false.");
  }
  int(x: number): Column {
    const r = this.fresh(false);
    r.w.fill(x, 0, this.n);
    return r;
  }
  iadd(a: Column, b: Column): Column {
    return this.words(a, b, (x, y) => js64.iadd(x, y));
  }
  isub(a: Column, b: Column): Column {
    return this.words(a, b, (x, y) => js64.isub(x, y));
  }
  imul(a: Column, b: Column): Column {
    return this.words(a, b, (x, y) => js64.imul(x, y));
  }
  umulh(a: Column, b: Column): Column {
    return this.words(a, b, (x, y) => js64.umulh(x, y));
  }
  idiv(a: Column, b: Column, unsigned: boolean): Column {
    return this.words(a, b, (x, y) => js64.idiv(x, y, unsigned));
  }
  irem(a: Column, b: Column, unsigned: boolean): Column {
    return this.words(a, b, (x, y) => js64.irem(x, y, unsigned));
  }
  iand({ w: a }: Column, { w: b }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] & b[i];
    return r;
  }
  ior({ w: a }: Column, { w: b }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] | b[i];
    return r;
  }
  ixor({ w: a }: Column, { w: b }: Column): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[i] ^ b[i];
    return r;
  }
  ishl(a: Column, by: Column): Column {
    return this.words(a, by, (x, y) => js64.ishl(x, y));
  }
  ishr(a: Column, by: Column): Column {
    return this.words(a, by, (x, y) => js64.ishr(x, y));
  }
  ilt(a: Column, b: Column, unsigned: boolean): Column {
    return this.words(a, b, (x, y) => js64.ilt(x, y, unsigned));
  }
  ile(a: Column, b: Column, unsigned: boolean): Column {
    return this.words(a, b, (x, y) => js64.ile(x, y, unsigned));
  }
  ieq(a: Column, b: Column): Column {
    return this.words(a, b, (x, y) => js64.ieq(x, y));
  }
  toFloat({ w: a }: Column, unsigned: boolean): Column {
    const r = this.fresh();
    for (let i = 0, { n } = this, { f } = r; i < n; i++) f[i] = unsigned ? a[i] >>> 0 : a[i];
    return r;
  }
  toInt({ f: a }: Column, unsigned: boolean): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = js64.toInt(a[i], unsigned) as number;
    return r;
  }
  boolToFloat(a: Column): Column {
    return this.toFloat(a, false);
  }
  boolToInt(a: Column): Column {
    return a;
  }

  private word(a: Int32Array, which: number): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = a[2 * i + which];
    return r;
  }
  private words({ w: a }: Column, { w: b }: Column, each: (x: number, y: number) => JsValue): Column {
    const r = this.fresh(false);
    for (let i = 0, { n } = this, { w } = r; i < n; i++) w[i] = Number(each(a[i], b[i]));
    return r;
  }
}

const element = (x: Column, i: number): number => (x.floats ? x.f[i] : x.w[i]);
