// Least-squares factors of data, in the order of operations of the reference row (ops/linalg/design-factor.ts).
import { DEPENDENT, LARGEST_SHORT, NEGLIGIBLE, SIGNIFICANT } from "../../../ops/linalg/design-factor.js";
import { portable } from "../portable-function.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";

/** Offsets of a matrix's cells, in elements. */
const cell = (f: FunctionBuilder, row: Operand, width: Operand, column: Operand): WasmValue =>
  f.op("i32.add", f.op("i32.mul", row, width), column);

/** (work, n, w, j, first): reflection j on the columns from `first`. */
const apply = portable("designFactor.apply", ["i32", "i32", "i32", "i32", "i32"], [], (f) => {
  const [work, n, w, j, first] = [f.param(0), f.param(1), f.param(2), f.param(3), f.param(4)];
  const e = new Elements(f, "f64");
  const scales = f.op("i32.mul", n, w);
  const dots = f.op("i32.add", scales, w);
  const columns = (body: (c: Local) => void): void => upTo(f, first, w, body);
  columns((c) => e.put(work, f.op("i32.add", dots, c), f.constant("f64", 0)));
  upTo(f, j, n, (i) => {
    const v = e.get(work, cell(f, i, w, j));
    const row = f.op("i32.mul", i, w);
    columns((c) => {
      const at = f.op("i32.add", dots, c);
      const product = f.op("f64.mul", v, e.get(work, f.op("i32.add", row, c)));
      e.put(work, at, f.op("f64.add", e.get(work, at), product));
    });
  });
  const scale = e.get(work, f.op("i32.add", scales, j));
  columns((c) => {
    const at = f.op("i32.add", dots, c);
    e.put(work, at, f.op("f64.mul", e.get(work, at), scale));
  });
  upTo(f, j, n, (i) => {
    const v = e.get(work, cell(f, i, w, j));
    const row = f.op("i32.mul", i, w);
    columns((c) => {
      const at = f.op("i32.add", row, c);
      const product = f.op("f64.mul", e.get(work, f.op("i32.add", dots, c)), v);
      e.put(work, at, f.op("f64.sub", e.get(work, at), product));
    });
  });
});

/** (work, r, n, w, j): makes reflection j and applies it to the columns behind. */
const reflect = portable("designFactor.reflect", ["i32", "i32", "i32", "i32", "i32"], [], (f, cx) => {
  const [work, r, n, w, j] = [f.param(0), f.param(1), f.param(2), f.param(3), f.param(4)];
  const e = new Elements(f, "f64");
  const square = f.local("f64");
  f.set(square, f.constant("f64", 0));
  upTo(f, j, n, (i) => {
    const v = e.get(work, cell(f, i, w, j));
    f.set(square, f.op("f64.add", square, f.op("f64.mul", v, v)));
  });
  const norm = f.op("f64.sqrt", square);
  const diagonal = cell(f, j, w, j);
  const head = e.get(work, diagonal);
  const turned = f.select(f.op("f64.lt", head, 0), norm, f.op("f64.neg", norm));
  e.put(r, diagonal, turned);
  e.put(work, diagonal, f.op("f64.sub", head, turned));
  const half = f.op("f64.mul", norm, f.op("f64.add", norm, f.op("f64.abs", head)));
  const scale = f.select(f.op("f64.gt", half, 0), f.op("f64.div", 1, half), f.constant("f64", 0));
  e.put(work, f.op("i32.add", f.op("i32.mul", n, w), j), scale);
  f.call(cx.portable(apply), [work, n, w, j, f.op("i32.add", j, 1)]);
});

/** The number rounded to 24 bits; 0 where it is out of their range. */
function short(f: FunctionBuilder, x: WasmValue): WasmValue {
  const rounded = f.op("f64.promote_f32", f.op("f32.demote_f64", x));
  return f.select(f.op("f64.lt", f.op("f64.abs", x), LARGEST_SHORT), rounded, f.constant("f64", 0));
}

/** (x, y, r, b, means, unit, work, n, k, m, kept): D goes to `kept`, unless that is 0. */
export const factorOf = portable(
  "designFactor",
  Array.from({ length: 11 }, () => "i32" as const),
  [],
  (f, cx) => {
    const [x, y, r, b, means, unit, work, n, k, m, kept] = Array.from({ length: 11 }, (_, i) => f.param(i));
    const e = new Elements(f, "f64");
    const zero = f.constant("f64", 0);
    const w = f.local("i32");
    f.set(w, f.op("i32.add", k, m));
    const number = (start: Operand = zero): Local => {
      const v = f.local("f64");
      f.set(v, start);
      return v;
    };
    const sum = (total: Local, x: WasmValue): void => f.set(total, f.op("f64.add", total, x));
    const minus = (total: Local, x: WasmValue): void => f.set(total, f.op("f64.sub", total, x));
    const times = (p: WasmValue, q: WasmValue): WasmValue => f.op("f64.mul", p, q);
    const response = (i: Operand): WasmValue => cell(f, i, w, k);

    upTo(f, 0, k, (j) => e.put(means, j, zero));
    upTo(f, 0, k, (j) => e.put(b, j, zero));
    upTo(f, 0, k, (j) => e.put(unit, j, zero));
    const ones = f.local("i32");
    f.set(ones, -1);
    upTo(f, 0, k, (j) => {
      const differ = f.local("i32");
      f.set(differ, f.op("i32.ge_s", ones, 0));
      upTo(f, 0, n, (i) =>
        f.set(differ, f.op("i32.or", differ, f.op("f64.ne", e.get(x, cell(f, i, k, j)), 1))),
      );
      f.if(f.op("i32.eqz", differ), () => f.set(ones, j));
    });
    const hasOnes = f.op("i32.ge_s", ones, 0);
    const others = (body: (j: Local) => void): void =>
      upTo(f, 0, k, (j) => f.if(f.op("i32.ne", j, ones), () => body(j)));
    f.if(hasOnes, () => {
      e.put(unit, ones, f.constant("f64", 1));
      others((j) => {
        const total = number();
        upTo(f, 0, n, (i) => sum(total, e.get(x, cell(f, i, k, j))));
        e.put(means, j, short(f, f.op("f64.div", total, f.op("f64.convert_i32_s", n))));
      });
    });
    upTo(f, 0, n, (i) => {
      upTo(f, 0, k, (j) => {
        const centred = f.op("f64.sub", e.get(x, cell(f, i, k, j)), e.get(means, j));
        e.put(work, cell(f, i, w, j), centred);
        f.if(kept, () => e.put(kept, cell(f, i, w, j), centred));
      });
      f.if(m, () => e.put(work, response(i), e.get(y, i)));
    });
    upTo(f, 0, k, (j) => f.call(cx.portable(reflect), [work, r, n, w, j]));
    f.if(m, () => {
      const [left, all] = [number(), number()];
      upTo(f, 0, n, (i) => {
        const v = e.get(work, response(i));
        sum(all, times(v, v));
        f.if(f.op("i32.ge_s", i, k), () => sum(left, times(v, v)));
      });
      const degrees = f.op("f64.convert_i32_s", f.op("i32.sub", n, k));
      const noise = f.op("f64.mul", f.op("f64.div", left, degrees), SIGNIFICANT);
      const least = number(f.op("f64.max", noise, f.op("f64.mul", all, NEGLIGIBLE)));
      upTo(f, 0, k, (step) => {
        const j = f.local("i32");
        f.set(j, f.op("i32.sub", f.op("i32.sub", k, 1), step));
        const pivot = e.get(r, cell(f, j, w, j));
        const square = number(times(pivot, pivot));
        upTo(f, 0, j, (i) => {
          const v = e.get(work, cell(f, i, w, j));
          sum(square, times(v, v));
        });
        const rest = number(e.get(work, response(j)));
        upTo(f, f.op("i32.add", j, 1), k, (l) =>
          minus(rest, times(e.get(work, cell(f, j, w, l)), e.get(b, l))),
        );
        const full = f.op("f64.gt", times(pivot, pivot), f.op("f64.mul", square, DEPENDENT));
        const sound = f.op("i32.and", full, f.op("f64.gt", times(rest, rest), least));
        e.put(b, j, f.select(sound, short(f, f.op("f64.div", rest, pivot)), zero));
      });
      const [level, low] = [number(), number()];
      f.if(hasOnes, () => {
        const shift = number();
        upTo(f, 0, k, (j) => sum(shift, times(e.get(means, j), e.get(b, j))));
        e.put(b, ones, f.op("f64.sub", e.get(b, ones), shift));
        f.set(level, e.get(b, ones));
        upTo(f, 0, k, (j) => {
          const product = number(times(e.get(means, j), e.get(b, j)));
          const next = number(f.op("f64.add", level, product));
          const part = number(f.op("f64.sub", next, level));
          const lost = f.op("f64.sub", level, f.op("f64.sub", next, part));
          sum(low, f.op("f64.add", lost, f.op("f64.sub", product, part)));
          f.set(level, next);
        });
      });
      upTo(f, 0, n, (i) => {
        const rest = number(f.op("f64.sub", f.op("f64.sub", e.get(y, i), level), low));
        others((j) =>
          minus(rest, times(f.op("f64.sub", e.get(x, cell(f, i, k, j)), e.get(means, j)), e.get(b, j))),
        );
        e.put(work, response(i), rest);
        f.if(kept, () => e.put(kept, response(i), rest));
      });
      upTo(f, 0, k, (j) => f.call(cx.portable(apply), [work, n, w, j, k]));
      f.call(cx.portable(reflect), [work, r, n, w, k]);
    });
    upTo(f, 0, w, (i) => {
      upTo(f, 0, i, (j) => e.put(r, cell(f, i, w, j), zero));
      upTo(f, f.op("i32.add", i, 1), w, (j) => e.put(r, cell(f, i, w, j), e.get(work, cell(f, i, w, j))));
    });
  },
);

export const designFactor: RoutineEmitter = (cx, f, { inputs, outputs, inputTypes }) => {
  const [n, k] = inputTypes[0].shape;
  const [, m] = inputTypes[1].shape;
  const places = [...inputs, ...outputs].map((buffer) => buffer.place);
  if (k + m > 0) f.call(cx.portable(factorOf), [...places, n, k, m, 0]);
};
