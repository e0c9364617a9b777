// svd of stacks of matrices by one-sided Jacobi rotations, in the order of operations of its reference row; in f64.
import { NOTHING, ORTHOGONAL } from "../../../ops/linalg/svd.js";
import { portable, type PortableFunction } from "../portable-function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { angle, cell, floatOf, largestOf, overStack, pairs, sweeps, times, Wide } from "./dense.js";
import { Elements, upTo } from "./loops.js";
import { held, rotateRows, subtractRows, type Float } from "./updates.js";

/** (p, q, count): the product of two rows of f64. */
const dot = portable("svd.dot", ["i32", "i32", "i32"], ["f64"], (f) => {
  const e = new Elements(f, "f64");
  const total = held(f, f.constant("f64", 0));
  const [p, q] = [f.param(0), f.param(1)];
  upTo(f, 0, f.param(2), (i) => f.set(total, f.op("f64.add", total, times(f, e.get(p, i), e.get(q, i)))));
  f.return(total);
});

/** (left, to, m): row `to` becomes a unit vector orthogonal to the rows before it, NaN when there is none. */
const complement = portable("svd.complement", ["i32", "i32", "i32"], [], (f, cx) => {
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
        const factor = held(f, f.call(cx.portable(dot), [row, mine, m])!);
        subtractRows(f, "f64", mine, [{ row, factor }], m);
      }),
    );
    const size = held(f, f.op("f64.sqrt", f.call(cx.portable(dot), [mine, mine, m])!));
    f.if(f.op("f64.gt", size, limit), () => {
      upTo(f, 0, m, (i) => e.put(mine, i, f.op("f64.div", e.get(mine, i), size)));
      f.return();
    });
  });
  upTo(f, 0, m, (i) => e.put(mine, i, NaN));
});

/** (x, u, s, vt, scratch, rows, columns) */
const decompose = (type: Float, tall: boolean): PortableFunction => {
  const name = `svd.${type}.${tall ? "tall" : "wide"}`;
  return portable(
    name,
    Array.from({ length: 7 }, () => "i32" as const),
    [],
    (f, cx) => {
      const [x, u, s, vt, a, rows, columns] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.param(i));
      const [m, n] = tall ? [rows, columns] : [columns, rows];
      const outer = new Wide(f, type);
      const e = new Elements(f, "f64");
      const row = (base: WasmValue, i: Operand, length: WasmValue): Local =>
        held(f, e.at(base, f.op("i32.mul", i, length)));
      const w = row(a, n, m);
      const left = row(w, n, n);
      const sizes = row(left, n, m);
      const product = (p: WasmValue, q: WasmValue): Local => held(f, f.call(cx.portable(dot), [p, q, m])!);
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
          const [alpha, beta, gamma] = [
            product(first, first),
            product(second, second),
            product(first, second),
          ];
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
          () => void f.call(cx.portable(complement), [left, to, m]),
        );
        outer.put(s, to, size);
        const turnedRow = row(w, from, n);
        const [ofU, ofV] = tall ? [target, turnedRow] : [turnedRow, target];
        const flip = held(f, f.op("f64.lt", largestOf(f, ofV, columns), 0));
        const signed = (entry: Local): Local => f.select(flip, f.op("f64.neg", entry), entry);
        upTo(f, 0, rows, (i) => outer.put(u, cell(f, i, n, to), signed(held(f, e.get(ofU, i)))));
        upTo(f, 0, columns, (i) => outer.put(vt, cell(f, to, columns, i), signed(held(f, e.get(ofV, i)))));
      });
    },
  );
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
    f.call(cx.portable(decompose(floatOf(type), rows >= columns)), [...at, cx.scratch, rows, columns]),
  );
};
