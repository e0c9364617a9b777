// lu, qr, eigh and svd of stacks of matrices, in the order of operations of their reference rows.
// lu rounds in its own element type; the others work in f64 on copies in scratch memory and round their results.
import { sizeOf } from "../../../ir/types.js";
import type { Type } from "../../../ir/types.js";
import { MARGIN, SMALL, SWEEPS } from "../../../ops/linalg/eigh.js";
import { NOTHING, ORTHOGONAL } from "../../../ops/linalg/svd.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineContext, RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";
import { held, rotateRows, subtractRows, widthOf, type Float } from "./updates.js";

/** Calls the helper for every matrix of the stack, with the address of its part of each buffer. */
function overStack(
  f: FunctionBuilder,
  stack: Type,
  buffers: readonly { place: number; type: Type }[],
  run: (addresses: Local[]) => void,
): void {
  const count = sizeOf(stack.shape.slice(0, -2));
  if (count === 0) return;
  upTo(f, 0, count, (b) =>
    run(
      buffers.map(({ place, type }) => {
        const bytes = (sizeOf(type.shape) / count) * (type.dtype === "f64" ? 8 : 4);
        return held(f, f.op("i32.add", f.op("i32.mul", b, bytes), place));
      }),
    ),
  );
}

const floatOf = (type: Type): Float => (type.dtype === "f32" ? "f32" : "f64");

/** Elements of a float type read and written as f64. */
class Wide {
  private readonly e: Elements;
  constructor(
    private readonly f: FunctionBuilder,
    private readonly type: Float,
  ) {
    this.e = new Elements(f, type);
  }
  get(base: Operand, index: Operand): WasmValue {
    const x = this.e.get(base, index);
    return this.type === "f32" ? this.f.op("f64.promote_f32", x) : x;
  }
  put(base: Operand, index: Operand, x: Operand): void {
    this.e.put(base, index, this.type === "f32" ? this.f.op("f32.demote_f64", x) : x);
  }
}

const cell = (f: FunctionBuilder, row: Operand, n: Operand, column: Operand): WasmValue =>
  f.op("i32.add", f.op("i32.mul", row, n), column);
const times = (f: FunctionBuilder, a: Operand, b: Operand): Local => f.op("f64.mul", a, b);

/** (a, perm, sign, n): triangular factors in place. */
const luFactor = (cx: RoutineContext, type: Float): FunctionBuilder =>
  cx.helper(`lu.${type}`, () => {
    const f = cx.module.func(`lu.${type}`, ["i32", "i32", "i32", "i32"], []);
    const [a, perm, sign, n] = [0, 1, 2, 3].map((i) => f.param(i));
    const e = new Elements(f, type);
    const places = new Elements(f, "i32");
    const sizeAt = (i: Operand, j: Operand): Local => f.op(`${type}.abs`, e.get(a, cell(f, i, n, j)));
    const parity = held(f, f.constant(type, 1));
    const exchange = (x: Elements, p: WasmValue, q: WasmValue): void => {
      const [u, v] = [held(f, x.get(p, 0)), held(f, x.get(q, 0))];
      x.put(p, 0, v);
      x.put(q, 0, u);
    };
    upTo(f, 0, n, (i) => places.put(perm, i, i));
    upTo(f, 0, n, (j) => {
      const pivot = held(f, j);
      const next = held(f, f.op("i32.add", j, 1));
      upTo(f, next, n, (i) =>
        f.if(f.op(`${type}.gt`, sizeAt(i, j), sizeAt(pivot, j)), () => f.set(pivot, i)),
      );
      const row = held(f, e.at(a, f.op("i32.mul", j, n)));
      f.if(f.op("i32.ne", pivot, j), () => {
        f.set(parity, f.op(`${type}.neg`, parity));
        exchange(places, held(f, places.at(perm, j)), held(f, places.at(perm, pivot)));
        const other = held(f, e.at(a, f.op("i32.mul", pivot, n)));
        upTo(f, 0, n, (k) => exchange(e, held(f, e.at(row, k)), held(f, e.at(other, k))));
      });
      const top = held(f, e.get(row, j));
      f.if(f.op(`${type}.ne`, top, 0), () => {
        const count = held(f, f.op("i32.sub", n, next));
        upTo(f, next, n, (i) => {
          const mine = held(f, e.at(a, f.op("i32.mul", i, n)));
          const ratio = held(f, f.op(`${type}.div`, e.get(mine, j), top));
          e.put(mine, j, ratio);
          const term = { row: held(f, e.at(row, next)), factor: ratio };
          subtractRows(f, type, held(f, e.at(mine, next)), [term], count);
        });
      });
    });
    e.put(sign, 0, parity);
    return f;
  });

export const lu: RoutineEmitter = (
  cx,
  f,
  { inputs: [x], outputs, outputTypes: types, inputTypes: [type] },
) => {
  const n = type.shape[type.shape.length - 1];
  const bytes = sizeOf(type.shape) * widthOf(floatOf(type));
  if (bytes > 0) f.memoryCopy(outputs[0].place, x.place, bytes);
  const buffers = outputs.map((b, i) => ({ place: b.place, type: types[i] }));
  overStack(f, type, buffers, (at) => f.call(luFactor(cx, floatOf(type)), [...at, n]));
};

/** (v, a, w, from, rows, columns): a - 2 v (v' a) / (v' v) on the rows from `from`; w is a row to work in. */
const reflect = (cx: RoutineContext): FunctionBuilder =>
  cx.helper("qr.reflect", () => {
    const f = cx.module.func("qr.reflect", ["i32", "i32", "i32", "i32", "i32", "i32"], []);
    const [v, a, w, from, rows, columns] = [0, 1, 2, 3, 4, 5].map((i) => f.param(i));
    const e = new Elements(f, "f64");
    const square = held(f, f.constant("f64", 0));
    upTo(f, from, rows, (i) => {
      const x = e.get(v, i);
      f.set(square, f.op("f64.add", square, times(f, x, x)));
    });
    f.if(f.op("f64.eq", square, 0), () => f.return());
    f.memoryFill(w, 0, f.op("i32.shl", columns, 3));
    const sweep = (body: (row: Local, factor: Local) => void): void =>
      upTo(f, from, rows, (i) => body(held(f, e.at(a, f.op("i32.mul", i, columns))), held(f, e.get(v, i))));
    sweep((row, factor) => subtractRows(f, "f64", w, [{ row, factor }], columns, "add"));
    upTo(f, 0, columns, (j) => e.put(w, j, f.op("f64.div", times(f, 2, e.get(w, j)), square)));
    sweep((row, factor) => subtractRows(f, "f64", row, [{ row: w, factor }], columns));
    return f;
  });

/** (x, q, r, scratch, rows, columns, k) */
const householder = (cx: RoutineContext, type: Float): FunctionBuilder =>
  cx.helper(`qr.${type}`, () => {
    const f = cx.module.func(`qr.${type}`, Array.from({ length: 7 }, () => "i32" as const), []); // prettier-ignore
    const [x, q, r, a, rows, columns, k] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.param(i));
    const outer = new Wide(f, type);
    const e = new Elements(f, "f64");
    const after = (base: WasmValue, count: WasmValue): Local => held(f, e.at(base, count));
    const vs = after(a, f.op("i32.mul", rows, columns));
    const whole = after(vs, f.op("i32.mul", rows, k));
    const work = after(whole, f.op("i32.mul", rows, k));
    upTo(f, 0, f.op("i32.mul", rows, columns), (i) => e.put(a, i, outer.get(x, i)));
    f.memoryFill(vs, 0, f.op("i32.sub", work, vs));
    upTo(f, 0, k, (j) => {
      const v = after(vs, f.op("i32.mul", j, rows));
      const top = held(f, f.constant("f64", 0));
      upTo(f, j, rows, (i) => {
        const entry = held(f, e.get(a, cell(f, i, columns, j)));
        e.put(v, i, entry);
        f.set(top, f.op("f64.max", top, f.op("f64.abs", entry)));
      });
      const total = held(f, f.constant("f64", 0));
      f.if(f.op("f64.gt", top, 0), () =>
        upTo(f, j, rows, (i) => {
          const part = held(f, f.op("f64.div", e.get(v, i), top));
          f.set(total, f.op("f64.add", total, times(f, part, part)));
        }),
      );
      const norm = held(f, times(f, top, f.op("f64.sqrt", total)));
      const head = held(f, e.get(v, j));
      const signed = f.select(f.op("f64.lt", head, 0), f.op("f64.sub", head, norm), f.op("f64.add", head, norm)); // prettier-ignore
      e.put(v, j, signed);
      f.call(reflect(cx), [v, a, work, j, rows, columns]);
    });
    upTo(f, 0, k, (j) => e.put(whole, cell(f, j, k, j), 1));
    upTo(f, 0, k, (step) => {
      const j = held(f, f.op("i32.sub", f.op("i32.sub", k, 1), step));
      f.call(reflect(cx), [after(vs, f.op("i32.mul", j, rows)), whole, work, j, rows, k]);
    });
    upTo(f, 0, k, (i) => {
      const negative = held(f, f.op("f64.lt", e.get(a, cell(f, i, columns, i)), 0));
      const sign = held(f, f.select(negative, f.constant("f64", -1), f.constant("f64", 1)));
      upTo(f, 0, columns, (j) => {
        const entry = times(f, sign, e.get(a, cell(f, i, columns, j)));
        outer.put(r, cell(f, i, columns, j), f.select(f.op("i32.lt_s", j, i), f.constant("f64", 0), entry));
      });
      upTo(f, 0, rows, (p) => {
        const place = held(f, cell(f, p, k, i));
        outer.put(q, place, times(f, sign, e.get(whole, place)));
      });
    });
    return f;
  });

export const qr: RoutineEmitter = (
  cx,
  f,
  { inputs: [x], outputs, outputTypes: types, inputTypes: [type] },
) => {
  const [rows, columns] = type.shape.slice(-2);
  const k = Math.min(rows, columns);
  if (k === 0) return;
  const buffers = [{ place: x.place, type }, ...outputs.map((b, i) => ({ place: b.place, type: types[i] }))];
  overStack(f, type, buffers, (at) =>
    f.call(householder(cx, floatOf(type)), [...at, cx.scratch, rows, columns, k]),
  );
};

/** The cosine and sine that make two directions orthogonal: zeta is the cotangent of twice the angle. */
function angle(f: FunctionBuilder, zeta: Local): { c: Local; s: Local } {
  const root = f.op("f64.sqrt", f.op("f64.add", times(f, zeta, zeta), 1));
  const sign = f.select(f.op("f64.lt", zeta, 0), f.constant("f64", -1), f.constant("f64", 1));
  const t = held(f, f.op("f64.div", sign, f.op("f64.add", f.op("f64.abs", zeta), root)));
  const c = held(f, f.op("f64.div", 1, f.op("f64.sqrt", f.op("f64.add", times(f, t, t), 1))));
  return { c, s: held(f, times(f, t, c)) };
}

/** The entry of largest size in a row of f64. */
function largestOf(f: FunctionBuilder, row: WasmValue, count: Operand): Local {
  const e = new Elements(f, "f64");
  const best = held(f, f.constant("f64", 0));
  upTo(f, 0, count, (i) => {
    const entry = held(f, e.get(row, i));
    const greater = f.op("f64.gt", f.op("f64.abs", entry), times(f, f.op("f64.abs", best), MARGIN));
    f.if(greater, () => f.set(best, entry));
  });
  return best;
}

/** Repeats until `body` leaves, at most SWEEPS times. */
function sweeps(f: FunctionBuilder, body: (leaveIf: (test: Operand) => void) => void): void {
  f.block((exit) => {
    const n = f.local("i32");
    f.set(n, 0);
    f.loop((again) => {
      f.brIf(exit, f.op("i32.ge_s", n, SWEEPS));
      body((test) => f.brIf(exit, test));
      f.set(n, f.op("i32.add", n, 1));
      f.br(again);
    });
  });
}

const pairs = (f: FunctionBuilder, n: Operand, body: (p: Local, q: Local) => void): void =>
  upTo(f, 0, n, (p) => upTo(f, f.op("i32.add", p, 1), n, (q) => body(p, q)));

/** (x, w, v, scratch, n) */
const jacobi = (cx: RoutineContext, type: Float): FunctionBuilder =>
  cx.helper(`eigh.${type}`, () => {
    const f = cx.module.func(`eigh.${type}`, ["i32", "i32", "i32", "i32", "i32"], []);
    const [x, w, v, a, n] = [0, 1, 2, 3, 4].map((i) => f.param(i));
    const outer = new Wide(f, type);
    const e = new Elements(f, "f64");
    const square = held(f, f.op("i32.mul", n, n));
    const u = held(f, e.at(a, square));
    const rowBytes = held(f, f.op("i32.shl", n, 3));
    f.memoryFill(u, 0, f.op("i32.shl", square, 3));
    const norm = held(f, f.constant("f64", 0));
    const addSquare = (sum: Local, y: Local): void => f.set(sum, f.op("f64.add", sum, times(f, y, y)));
    upTo(f, 0, n, (i) => {
      e.put(u, cell(f, i, n, i), 1);
      upTo(f, 0, n, (j) => {
        const from = f.select(f.op("i32.ge_s", i, j), cell(f, i, n, j), cell(f, j, n, i));
        const entry = held(f, outer.get(x, from));
        e.put(a, cell(f, i, n, j), entry);
        addSquare(norm, entry);
      });
    });
    sweeps(f, (leaveIf) => {
      const off = held(f, f.constant("f64", 0));
      pairs(f, n, (p, q) => addSquare(off, held(f, e.get(a, cell(f, p, n, q)))));
      leaveIf(f.op("i32.eqz", f.op("f64.gt", off, times(f, norm, SMALL))));
      pairs(f, n, (p, q) => {
        const apq = held(f, e.get(a, cell(f, p, n, q)));
        f.if(f.op("f64.ne", apq, 0), () => {
          const rise = f.op("f64.sub", e.get(a, cell(f, q, n, q)), e.get(a, cell(f, p, n, p)));
          const { c, s } = angle(f, held(f, f.op("f64.div", rise, times(f, 2, apq))));
          rotateRows(f, e.at(a, p), e.at(a, q), c, s, n, rowBytes);
          for (const m of [a, u])
            rotateRows(f, e.at(m, f.op("i32.mul", p, n)), e.at(m, f.op("i32.mul", q, n)), c, s, n);
        });
      });
    });
    upTo(f, 0, n, (i) => {
      const mine = held(f, e.get(a, cell(f, i, n, i)));
      const to = held(f, f.constant("i32", 0));
      upTo(f, 0, n, (j) => {
        const other = held(f, e.get(a, cell(f, j, n, j)));
        const tie = f.op("i32.and", f.op("i32.eqz", f.op("f64.lt", mine, other)), f.op("i32.lt_s", j, i));
        f.set(to, f.op("i32.add", to, f.op("i32.or", f.op("f64.lt", other, mine), tie)));
      });
      outer.put(w, to, mine);
      const row = held(f, e.at(u, f.op("i32.mul", i, n)));
      const negative = held(f, f.op("f64.lt", largestOf(f, row, n), 0));
      upTo(f, 0, n, (k) => {
        const entry = held(f, e.get(row, k));
        outer.put(v, cell(f, k, n, to), f.select(negative, f.op("f64.neg", entry), entry));
      });
    });
    return f;
  });

export const eigh: RoutineEmitter = (
  cx,
  f,
  { inputs: [x], outputs, outputTypes: types, inputTypes: [type] },
) => {
  const n = type.shape[type.shape.length - 1];
  if (n === 0) return;
  const buffers = [{ place: x.place, type }, ...outputs.map((b, i) => ({ place: b.place, type: types[i] }))];
  overStack(f, type, buffers, (at) => f.call(jacobi(cx, floatOf(type)), [...at, cx.scratch, n]));
};

/** (p, q, count): the product of two rows of f64. */
const dot = (cx: RoutineContext): FunctionBuilder =>
  cx.helper("svd.dot", () => {
    const f = cx.module.func("svd.dot", ["i32", "i32", "i32"], ["f64"]);
    const e = new Elements(f, "f64");
    const total = held(f, f.constant("f64", 0));
    const [p, q] = [f.param(0), f.param(1)];
    upTo(f, 0, f.param(2), (i) => f.set(total, f.op("f64.add", total, times(f, e.get(p, i), e.get(q, i)))));
    f.return(total);
    return f;
  });

/** (left, to, m): row `to` becomes a unit vector orthogonal to the rows before it, NaN when there is none. */
const complement = (cx: RoutineContext): FunctionBuilder =>
  cx.helper("svd.complement", () => {
    const f = cx.module.func("svd.complement", ["i32", "i32", "i32"], []);
    const [left, to, m] = [0, 1, 2].map((i) => f.param(i));
    const e = new Elements(f, "f64");
    const rowOf = (b: Operand): Local => held(f, e.at(left, f.op("i32.mul", b, m)));
    const mine = rowOf(to);
    const limit = held(f, f.op("f64.div", 0.5, f.op("f64.sqrt", f.op("f64.convert_i32_s", m))));
    upTo(f, 0, m, (axis) => {
      upTo(f, 0, m, (i) => e.put(mine, i, f.op("f64.convert_i32_s", f.op("i32.eq", i, axis))));
      upTo(f, 0, 2, () =>
        upTo(f, 0, to, (b) => {
          const row = rowOf(b);
          const factor = held(f, f.call(dot(cx), [row, mine, m])!);
          subtractRows(f, "f64", mine, [{ row, factor }], m);
        }),
      );
      const size = held(f, f.op("f64.sqrt", f.call(dot(cx), [mine, mine, m])!));
      f.if(f.op("f64.gt", size, limit), () => {
        upTo(f, 0, m, (i) => e.put(mine, i, f.op("f64.div", e.get(mine, i), size)));
        f.return();
      });
    });
    upTo(f, 0, m, (i) => e.put(mine, i, NaN));
    return f;
  });

/** (x, u, s, vt, scratch, rows, columns) */
const decompose = (cx: RoutineContext, type: Float, tall: boolean): FunctionBuilder => {
  const name = `svd.${type}.${tall ? "tall" : "wide"}`;
  return cx.helper(name, () => {
    const f = cx.module.func(name, Array.from({ length: 7 }, () => "i32" as const), []); // prettier-ignore
    const [x, u, s, vt, a, rows, columns] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.param(i));
    const [m, n] = tall ? [rows, columns] : [columns, rows];
    const outer = new Wide(f, type);
    const e = new Elements(f, "f64");
    const row = (base: WasmValue, i: Operand, length: WasmValue): Local =>
      held(f, e.at(base, f.op("i32.mul", i, length)));
    const w = row(a, n, m);
    const left = row(w, n, n);
    const sizes = row(left, n, m);
    const product = (p: WasmValue, q: WasmValue): Local => held(f, f.call(dot(cx), [p, q, m])!);
    f.memoryFill(w, 0, f.op("i32.sub", left, w));
    upTo(f, 0, n, (j) => {
      e.put(w, cell(f, j, n, j), 1);
      upTo(f, 0, m, (i) => {
        const from = tall ? cell(f, i, columns, j) : cell(f, j, columns, i);
        e.put(a, cell(f, j, m, i), outer.get(x, from));
      });
    });
    const turned = f.local("i32");
    sweeps(f, (leaveIf) => {
      f.set(turned, 0);
      pairs(f, n, (p, q) => {
        const [first, second] = [row(a, p, m), row(a, q, m)];
        const [alpha, beta, gamma] = [product(first, first), product(second, second), product(first, second)];
        const bound = times(f, ORTHOGONAL, f.op("f64.sqrt", times(f, alpha, beta)));
        f.if(f.op("f64.gt", f.op("f64.abs", gamma), bound), () => {
          f.set(turned, 1);
          const rise = f.op("f64.sub", beta, alpha);
          const { c, s: sine } = angle(f, held(f, f.op("f64.div", rise, times(f, 2, gamma))));
          rotateRows(f, first, second, c, sine, m);
          rotateRows(f, row(w, p, n), row(w, q, n), c, sine, n);
        });
      });
      leaveIf(f.op("i32.eqz", turned));
    });
    const greatest = held(f, f.constant("f64", 0));
    upTo(f, 0, n, (j) => {
      const column = row(a, j, m);
      const size = held(f, f.op("f64.sqrt", product(column, column)));
      e.put(sizes, j, size);
      f.if(f.op("f64.gt", size, greatest), () => f.set(greatest, size));
    });
    upTo(f, 0, n, (to) => {
      const from = held(f, f.constant("i32", 0));
      upTo(f, 0, n, (i) => {
        const before = held(f, f.constant("i32", 0));
        const mine = held(f, e.get(sizes, i));
        upTo(f, 0, n, (j) => {
          const other = held(f, e.get(sizes, j));
          const tie = f.op("i32.and", f.op("i32.eqz", f.op("f64.gt", mine, other)), f.op("i32.lt_s", j, i));
          f.set(before, f.op("i32.add", before, f.op("i32.or", f.op("f64.gt", other, mine), tie)));
        });
        f.if(f.op("i32.eq", before, to), () => f.set(from, i));
      });
      const size = held(f, e.get(sizes, from));
      const target = row(left, to, m);
      const column = row(a, from, m);
      f.if(
        f.op("f64.gt", size, times(f, greatest, NOTHING)),
        () => upTo(f, 0, m, (i) => e.put(target, i, f.op("f64.div", e.get(column, i), size))),
        () => void f.call(complement(cx), [left, to, m]),
      );
      outer.put(s, to, size);
      const turnedRow = row(w, from, n);
      const [ofU, ofV] = tall ? [target, turnedRow] : [turnedRow, target];
      const flip = held(f, f.op("f64.lt", largestOf(f, ofV, columns), 0));
      const signed = (entry: Local): Local => f.select(flip, f.op("f64.neg", entry), entry);
      upTo(f, 0, rows, (i) => outer.put(u, cell(f, i, n, to), signed(held(f, e.get(ofU, i)))));
      upTo(f, 0, columns, (i) => outer.put(vt, cell(f, to, columns, i), signed(held(f, e.get(ofV, i)))));
    });
    return f;
  });
};

export const svd: RoutineEmitter = (
  cx,
  f,
  { inputs: [x], outputs, outputTypes: types, inputTypes: [type] },
) => {
  const [rows, columns] = type.shape.slice(-2);
  if (Math.min(rows, columns) === 0) return;
  const buffers = [{ place: x.place, type }, ...outputs.map((b, i) => ({ place: b.place, type: types[i] }))];
  overStack(f, type, buffers, (at) =>
    f.call(decompose(cx, floatOf(type), rows >= columns), [...at, cx.scratch, rows, columns]),
  );
};
