// Least-squares factors of data, in the order of operations of the reference row (ops/linalg/design-factor.ts).
import { DEPENDENT } from "../../../ops/linalg/design-factor.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineContext, RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";

/** Offsets of a matrix's cells, in elements. */
const cell = (f: FunctionBuilder, row: Operand, width: Operand, column: Operand): WasmValue =>
  f.op("i32.add", f.op("i32.mul", row, width), column);

/** (work, n, w, j, first): reflection j on the columns from `first`. */
const apply = (cx: RoutineContext): FunctionBuilder =>
  cx.helper("designFactor.apply", () => {
    const f = cx.module.func("designFactor.apply", ["i32", "i32", "i32", "i32", "i32"], []);
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
    return f;
  });

/** (work, r, n, w, j): makes reflection j and applies it to the columns behind. */
const reflect = (cx: RoutineContext): FunctionBuilder =>
  cx.helper("designFactor.reflect", () => {
    const f = cx.module.func("designFactor.reflect", ["i32", "i32", "i32", "i32", "i32"], []);
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
    f.call(apply(cx), [work, n, w, j, f.op("i32.add", j, 1)]);
    return f;
  });

/** (x, y, r, b, work, n, k, m) */
const whole = (cx: RoutineContext): FunctionBuilder =>
  cx.helper("designFactor", () => {
    const i32 = "i32" as const;
    const f = cx.module.func("designFactor", [i32, i32, i32, i32, i32, i32, i32, i32], []);
    const [x, y, r, b, work, n, k, m] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => f.param(i));
    const e = new Elements(f, "f64");
    const w = f.local("i32");
    f.set(w, f.op("i32.add", k, m));
    const yColumn = (row: Operand, c: Operand): WasmValue => cell(f, row, w, f.op("i32.add", k, c));
    upTo(f, 0, n, (i) => {
      upTo(f, 0, k, (j) => e.put(work, cell(f, i, w, j), e.get(x, cell(f, i, k, j))));
      upTo(f, 0, m, (c) => e.put(work, yColumn(i, c), e.get(y, cell(f, i, m, c))));
    });
    upTo(f, 0, k, (j) => f.call(reflect(cx), [work, r, n, w, j]));
    upTo(f, 0, m, (c) =>
      upTo(f, 0, k, (step) => {
        const j = f.local("i32");
        f.set(j, f.op("i32.sub", f.op("i32.sub", k, 1), step));
        const pivot = e.get(r, cell(f, j, w, j));
        const [square, rest] = [f.local("f64"), f.local("f64")];
        f.set(square, f.op("f64.mul", pivot, pivot));
        upTo(f, 0, j, (i) => {
          const v = e.get(work, cell(f, i, w, j));
          f.set(square, f.op("f64.add", square, f.op("f64.mul", v, v)));
        });
        f.set(rest, e.get(work, yColumn(j, c)));
        upTo(f, f.op("i32.add", j, 1), k, (l) => {
          const product = f.op("f64.mul", e.get(work, cell(f, j, w, l)), e.get(b, cell(f, l, m, c)));
          f.set(rest, f.op("f64.sub", rest, product));
        });
        const sound = f.op("f64.gt", f.op("f64.mul", pivot, pivot), f.op("f64.mul", square, DEPENDENT));
        e.put(b, cell(f, j, m, c), f.select(sound, f.op("f64.div", rest, pivot), f.constant("f64", 0)));
      }),
    );
    upTo(f, 0, n, (i) =>
      upTo(f, 0, m, (c) => {
        const rest = f.local("f64");
        f.set(rest, e.get(y, cell(f, i, m, c)));
        upTo(f, 0, k, (j) => {
          const product = f.op("f64.mul", e.get(x, cell(f, i, k, j)), e.get(b, cell(f, j, m, c)));
          f.set(rest, f.op("f64.sub", rest, product));
        });
        e.put(work, yColumn(i, c), rest);
      }),
    );
    upTo(f, 0, k, (j) => f.call(apply(cx), [work, n, w, j, k]));
    upTo(f, k, w, (j) => f.call(reflect(cx), [work, r, n, w, j]));
    upTo(f, 0, w, (i) => {
      upTo(f, 0, i, (j) => e.put(r, cell(f, i, w, j), f.constant("f64", 0)));
      upTo(f, f.op("i32.add", i, 1), w, (j) => e.put(r, cell(f, i, w, j), e.get(work, cell(f, i, w, j))));
    });
    return f;
  });

export const designFactor: RoutineEmitter = (
  cx,
  f,
  { inputs: [x, y], outputs: [r, b, work], inputTypes },
) => {
  const [n, k] = inputTypes[0].shape;
  const [, m] = inputTypes[1].shape;
  if (k + m > 0) f.call(whole(cx), [x.place, y.place, r.place, b.place, work.place, n, k, m]);
};
