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
  /** As `load`, from elements that were written one by one, and are forwarded one by one only. */
  gather(b: Buffer, p: number): Local {
    const { f } = this;
    const at = b.place + DOUBLE * PAIR * p;
    const first = f.load("v128.load64_zero", 0, at);
    return PAIR * p + 1 < b.size ? f.loadLane("v128.load64_lane", 0, first, 1, at + DOUBLE) : first;
  }
  store(b: Buffer, p: number, x: WasmValue): void {
    const at = b.place + DOUBLE * PAIR * p;
    if (PAIR * p + 1 < b.size) this.f.store("v128.store", 0, x, at, DOUBLE);
    else this.f.store("f64.store", 0, this.f.extract("f64x2.extract_lane", x, 0), at);
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

export const designForm: RoutineEmitter = (_cx, f, { inputs, outputs: [out], params }) => {
  const [columns, start, ones, best, carriers, others, c, delicate] = inputs;
  const { minus } = params;
  const v = new Pairs(f);
  const [k, w] = [c.size, out.size];
  const parts = range(0, best.size / PAIR).map((p) => {
    const [b, given] = [v.load(best, p), v.gather(c, p)];
    return { b, given, m: v.op(minus === true ? "sub" : "add", b, given), by: v.load(carriers, p) };
  });
  const level = f.local("v128");
  f.if(
    f.op("f64.eq", f.load("f64.load", 0, delicate.place), 0),
    () => f.set(level, v.total(parts.map(({ m, by }) => v.op("mul", by, m)))),
    () => f.set(level, exactLevel(v, parts, minus === true)),
  );
  const coefficients = parts.map(({ m }, p) => v.op("mul", m, v.load(others, p)));
  const by = range(0, k).map((j) => v.both(coefficients[j >> 1], j % PAIR));
  for (let p = 0; p < w / PAIR; p++) {
    let sum: WasmValue = v.load(start, p);
    for (let j = PAIR * p; j < k; j++) sum = v.op("add", sum, v.op("mul", v.load(columns, p, j * w), by[j]));
    v.store(out, p, v.op("add", sum, v.op("mul", v.load(ones, p), level)));
  }
};

export const designSums: RoutineEmitter = (_cx, f, { inputs, inputTypes, outputs: [out] }) => {
  const [rows, ones, means, r] = inputs;
  const [n, w] = inputTypes[0].shape;
  const v = new Pairs(f);
  const size = Math.ceil(out.size / PAIR);
  const parts = range(0, w / PAIR).map((p) => v.load(r, p));
  const total = v.total(parts.map((part, p) => v.op("mul", v.load(ones, p), part)));
  for (let q = 0; q < size; q++) {
    let sum: WasmValue = v.splat(0);
    for (let i = 0; i < Math.min(n, PAIR * (q + 1)); i++)
      sum = v.op("add", sum, v.op("mul", v.load(rows, q, i * w), v.both(parts[i >> 1], i % PAIR)));
    v.store(out, q, v.op("add", sum, v.op("mul", v.load(means, q), total)));
  }
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
