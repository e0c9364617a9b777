// Products with the triangle of a least-squares problem, written out in pairs of lanes, in the order of operations of the
// reference rows (ops/linalg/design-products.ts).
import { SPLITTER } from "../../../ops/linalg/design-products.js";
import type { Buffer } from "../../../schedule/kernel.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";

const DOUBLE = 8;
const PAIR = 2;

/** Short vectors in memory, two elements at a time. */
class Pairs {
  constructor(readonly f: FunctionBuilder) {}

  op(name: "add" | "sub" | "mul", a: WasmValue, b: WasmValue): Local {
    return this.f.op(`f64x2.${name}`, a, b);
  }
  /** Elements 2 p and 2 p + 1 from `at` on, 0 behind the last. */
  load(b: Buffer, p: number, at = 0): Local {
    const first = at + PAIR * p;
    const name = first + 1 < b.size ? "v128.load" : "v128.load64_zero";
    return this.f.load(name, 0, b.place + DOUBLE * first, DOUBLE);
  }
  /** A pair of elements from anywhere, or of one and 0: those written one by one are forwarded one by one only. */
  gather([at, next]: readonly number[]): Local {
    const first = this.f.load("v128.load64_zero", 0, at);
    return next === undefined ? first : this.f.loadLane("v128.load64_lane", 0, first, 1, next);
  }
  store(b: Buffer, p: number, x: WasmValue): void {
    const at = b.place + DOUBLE * PAIR * p;
    if (PAIR * p + 1 < b.size) this.f.store("v128.store", 0, x, at, DOUBLE);
    else this.f.store("f64.store", 0, this.f.extract("f64x2.extract_lane", x, 0), at);
  }
  /** An element in both lanes. */
  spread(at: number): Local {
    return this.f.load("v128.load64_splat", 0, at);
  }
  /** One lane of both vectors. */
  lanes(a: WasmValue, b: WasmValue, lane: number): Local {
    const bytes = Array.from({ length: 16 }, (_, i) => (i % DOUBLE) + DOUBLE * lane + (i < DOUBLE ? 0 : 16));
    return this.f.shuffle(a, b, bytes);
  }
  /** One lane in both. */
  both(x: WasmValue, lane: number): Local {
    const bytes = Array.from({ length: 16 }, (_, i) => (i % DOUBLE) + DOUBLE * lane);
    return this.f.shuffle(x, x, bytes);
  }
  /** The sum of all, in both lanes. */
  total(parts: readonly WasmValue[]): Local {
    const sum = parts.reduce((a, b) => this.op("add", a, b));
    return this.op("add", this.both(sum, 0), this.both(sum, 1));
  }
  splat(x: number): WasmValue {
    return this.f.splat("f64x2", x);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Coefficients two by two: best ones, given ones, and what they make; and what each adds to the level. */
interface Part {
  readonly b: WasmValue;
  readonly given: WasmValue;
  readonly m: WasmValue;
  readonly by: WasmValue;
}

function exactLevel(v: Pairs, parts: readonly Part[], minus: boolean): WasmValue {
  const terms = parts.map(({ b, given, m, by }) => {
    const part = v.op("sub", m, b);
    const left = v.op("sub", b, v.op("sub", m, part));
    const lost = minus
      ? v.op("sub", left, v.op("add", given, part))
      : v.op("add", left, v.op("sub", given, part));
    const wide = v.op("mul", m, v.splat(SPLITTER));
    const high = v.op("sub", wide, v.op("sub", wide, m));
    return {
      large: v.op("mul", by, high),
      small: v.op("mul", by, v.op("add", v.op("sub", m, high), lost)),
    };
  });
  const sizes = terms.map(({ large }) => v.f.op("f64x2.abs", large));
  const grid = v.op("mul", v.total(sizes), v.splat(4));
  const rounded = terms.map(({ large }) => v.op("sub", v.op("add", large, grid), grid));
  const low = terms.map(({ large, small }, p) => v.op("add", v.op("sub", large, rounded[p]), small));
  return v.op("add", v.total(rounded), v.total(low));
}

/** Where the elements of a vector are. */
const placesOf = (b: Buffer): number[] => range(0, b.size).map((j) => b.place + DOUBLE * j);

/** R c, pair by pair: functions that make them, so that not all need be held at once. */
function form(
  v: Pairs,
  [columns, start, ones, best, carriers, others]: readonly Buffer[],
  c: readonly number[],
  minus: boolean,
  levelOf: (parts: readonly Part[]) => WasmValue,
): (() => Local)[] {
  const [k, w] = [c.length, start.size];
  const parts = range(0, best.size / PAIR).map((p) => {
    const [b, given] = [v.load(best, p), v.gather(c.slice(PAIR * p, PAIR * p + PAIR))];
    return { b, given, m: v.op(minus ? "sub" : "add", b, given), by: v.load(carriers, p) };
  });
  const level = levelOf(parts);
  const coefficients = parts.map(({ m }, p) => v.op("mul", m, v.load(others, p)));
  const by = range(0, k).map((j) => v.both(coefficients[j >> 1], j % PAIR));
  return range(0, w / PAIR).map((p) => () => {
    let sum: WasmValue = v.load(start, p);
    for (let j = PAIR * p; j < k; j++) sum = v.op("add", sum, v.op("mul", v.load(columns, p, j * w), by[j]));
    return v.op("add", sum, v.op("mul", v.load(ones, p), level));
  });
}

export const designForm: RoutineEmitter = (_cx, f, { inputs, outputs: [out], params }) => {
  const [c, delicate] = inputs.slice(6);
  const minus = params.minus === true;
  const v = new Pairs(f);
  const pairs = form(v, inputs, placesOf(c), minus, (parts) => {
    const level = f.local("v128");
    f.if(
      f.op("f64.eq", f.load("f64.load", 0, delicate.place), 0),
      () => f.set(level, v.total(parts.map(({ m, by }) => v.op("mul", by, m)))),
      () => f.set(level, exactLevel(v, parts, minus)),
    );
    return level;
  });
  pairs.forEach((pair, p) => v.store(out, p, pair()));
};

/** The form where the level is part of the triangle. Column by column, so that few numbers are held at a time. */
function plainForm(
  v: Pairs,
  [plain, start, best]: readonly Buffer[],
  c: readonly number[],
  minus: boolean,
): WasmValue[] {
  const w = start.size;
  const r: WasmValue[] = range(0, w / PAIR).map((p) => v.load(start, p));
  const b = placesOf(best);
  c.forEach((at, j) => {
    const m = v.op(minus ? "sub" : "add", v.spread(b[j]), v.spread(at));
    for (let p = 0; p <= j >> 1; p++) r[p] = v.op("add", r[p], v.op("mul", v.load(plain, p, j * w), m));
  });
  return r;
}

export const designGradient: RoutineEmitter = (_cx, f, { inputs, outputs: [square, sums], params }) => {
  const [plain, columns, start, ones, best, carriers, others, means, careful, given] = inputs;
  const c = placesOf(given);
  const minus = params.minus === true;
  const v = new Pairs(f);
  const w = start.size;
  const sum = (terms: readonly WasmValue[]): WasmValue => terms.reduce((a, b) => v.op("add", a, b));
  const squareOf = (r: readonly WasmValue[]): void => {
    const both = sum(r.map((x) => v.op("mul", x, x)));
    const [even, odd] = [0, 1].map((lane) => f.extract("f64x2.extract_lane", both, lane));
    f.store("f64.store", 0, f.op("f64.add", even, odd), square.place);
  };
  /** Products of the columns' transpose with r, two columns at a time. */
  const back = (matrix: Buffer, r: readonly WasmValue[], also: (sums: Local, q: number) => Local): void => {
    const column = (j: number): WasmValue =>
      sum(range(0, (j >> 1) + 1).map((p) => v.op("mul", v.load(matrix, p, j * w), r[p])));
    for (let q = 0; PAIR * q < c.length; q++) {
      const even = column(PAIR * q);
      const odd = PAIR * q + 1 < c.length ? column(PAIR * q + 1) : even;
      v.store(sums, q, also(v.op("add", v.lanes(even, odd, 0), v.lanes(even, odd, 1)), q));
    }
  };
  f.if(
    f.op("f64.eq", f.load("f64.load", 0, careful.place), 0),
    () => {
      const r = plainForm(v, [plain, start, best], c, minus);
      squareOf(r);
      back(plain, r, (pair) => pair);
    },
    () => {
      const pairs = form(v, [columns, start, ones, best, carriers, others], c, minus, (parts) =>
        exactLevel(v, parts, minus),
      );
      const r = pairs.map((pair) => pair());
      squareOf(r);
      const total = v.total(r.map((x, p) => v.op("mul", v.load(ones, p), x)));
      back(columns, r, (pair, q) => v.op("add", pair, v.op("mul", v.load(means, q), total)));
    },
  );
};

export const triangleBound: RoutineEmitter = (_cx, f, { inputs: [r], inputTypes, outputs: [out] }) => {
  const [w] = inputTypes[0].shape;
  const k = out.size;
  const e = new Elements(f, "f64");
  const j = f.local("i32");
  const sum = f.local("f64");
  const size = (column: Operand): WasmValue =>
    f.op("f64.abs", e.get(r.place, f.op("i32.add", f.op("i32.mul", j, w), column)));
  upTo(f, 0, k, (step) => {
    f.set(j, f.op("i32.sub", k - 1, step));
    f.set(sum, 1);
    upTo(f, f.op("i32.add", j, 1), k, (l) =>
      f.set(sum, f.op("f64.add", sum, f.op("f64.mul", size(l), e.get(out.place, l)))),
    );
    e.put(out.place, j, f.op("f64.div", sum, size(j)));
  });
};
