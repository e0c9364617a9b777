// lu, qr and eigh of stacks of matrices, in the order of operations of their reference rows.
// lu rounds in its own element type; the others work in f64 on copies in scratch memory and round their results.
import { sizeOf } from "../../../ir/types.js";
import { SMALL } from "../../../ops/linalg/eigh.js";
import { portable, type PortableFunction } from "../portable-function.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { angle, cell, floatOf, largestOf, overStack, pairs, sweeps, times, Wide } from "./dense.js";
import { Elements, upTo } from "./loops.js";
import { held, rotateRows, subtractRows, widthOf, type Float } from "./updates.js";

/** (a, perm, sign, n): triangular factors in place. */
const luFactor = (type: Float): PortableFunction =>
  portable(`lu.${type}`, ["i32", "i32", "i32", "i32"], [], (f) => {
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
  overStack(f, type, buffers, (at) => f.call(cx.portable(luFactor(floatOf(type))), [...at, n]));
};

/** (v, a, w, from, rows, columns): a - 2 v (v' a) / (v' v) on the rows from `from`; w is a row to work in. */
const reflect = portable("qr.reflect", ["i32", "i32", "i32", "i32", "i32", "i32"], [], (f) => {
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
});

/** (x, q, r, scratch, rows, columns, k) */
const householder = (type: Float): PortableFunction =>
  portable(
    `qr.${type}`,
    Array.from({ length: 7 }, () => "i32" as const),
    [],
    (f, cx) => {
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
        f.call(cx.portable(reflect), [v, a, work, j, rows, columns]);
      });
      upTo(f, 0, k, (j) => e.put(whole, cell(f, j, k, j), 1));
      upTo(f, 0, k, (step) => {
        const j = held(f, f.op("i32.sub", f.op("i32.sub", k, 1), step));
        f.call(cx.portable(reflect), [after(vs, f.op("i32.mul", j, rows)), whole, work, j, rows, k]);
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
    },
  );

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
    f.call(cx.portable(householder(floatOf(type))), [...at, cx.scratch, rows, columns, k]),
  );
};

/** The function (x, w, v, scratch, n): values and vectors of one matrix. */
export const jacobi = (type: Float): PortableFunction =>
  portable(`eigh.${type}`, ["i32", "i32", "i32", "i32", "i32"], [], (f) => writeJacobi(f, type));

function writeJacobi(f: FunctionBuilder, type: Float): void {
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
        const [app, aqq] = [p, q].map((i) => held(f, e.get(a, cell(f, i, n, i))));
        const { c, s, t } = angle(f, held(f, f.op("f64.div", f.op("f64.sub", aqq, app), times(f, 2, apq))));
        const move = held(f, times(f, t, apq));
        const [rowP, rowQ] = [p, q].map((i) => held(f, e.at(a, f.op("i32.mul", i, n))));
        rotateRows(f, rowP, rowQ, c, s, n);
        rotateRows(f, e.at(u, f.op("i32.mul", p, n)), e.at(u, f.op("i32.mul", q, n)), c, s, n);
        e.put(rowP, p, f.op("f64.sub", app, move));
        e.put(rowQ, q, f.op("f64.add", aqq, move));
        e.put(rowP, q, 0);
        e.put(rowQ, p, 0);
        // The columns are the rows, by symmetry.
        const [columnP, columnQ] = [p, q].map((i) => held(f, e.at(a, i)));
        upTo(f, 0, n, (k) => {
          f.store("f64.store", columnP, e.get(rowP, k));
          f.store("f64.store", columnQ, e.get(rowQ, k));
          [columnP, columnQ].forEach((at) => f.set(at, f.op("i32.add", at, rowBytes)));
        });
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
}

export const eigh: RoutineEmitter = (
  cx,
  f,
  { inputs: [x], outputs, outputTypes: types, inputTypes: [type] },
) => {
  const n = type.shape[type.shape.length - 1];
  if (n === 0) return;
  const buffers = [{ place: x.place, type }, ...outputs.map((b, i) => ({ place: b.place, type: types[i] }))];
  overStack(f, type, buffers, (at) => f.call(cx.portable(jacobi(floatOf(type))), [...at, cx.scratch, n]));
};
