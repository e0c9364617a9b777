// Matrix products: register tiles of four rows by two vectors, the inner index ascending as in the reference.
import { sizeOf } from "../../../ir/types.js";
import { portable, type PortableFunction } from "../portable-function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand } from "../value.js";
import { Elements, upTo } from "./loops.js";
import { held } from "./updates.js";

const ROWS = 4;
const VECTOR = 16;
/** Two vectors. */
const PANEL_BYTES = 2 * VECTOR;
/** So many rows of y are taken at a time: their panel and four rows of x stay in the nearest cache. */
const DEPTH = 256;
/** A panel, and a tile for where fewer columns are left than a tile has. */
export const SCRATCH_BYTES = (DEPTH + ROWS) * PANEL_BYTES;

const MADD = { f64: "f64x2.relaxed_madd", f32: "f32x4.relaxed_madd" } as const;
const ADD = { f64: "f64x2.add", f32: "f32x4.add" } as const;
const MUL = { f64: "f64x2.mul", f32: "f32x4.mul" } as const;
const SPLAT = { f64: "v128.load64_splat", f32: "v128.load32_splat" } as const;

/** (x, y, out, m, k, n): out[m, n] = x[m, k] y[k, n] in whole numbers, one element after another. */
const wholeNumbers = (): PortableFunction =>
  portable("matmul.i32", new Array<"i32">(6).fill("i32"), [], (f) => {
    const [x, y, out, m, k, n] = [0, 1, 2, 3, 4, 5].map((i) => f.param(i));
    const e = new Elements(f, "i32");
    upTo(f, 0, m, (i) =>
      upTo(f, 0, n, (j) => {
        const s = held(f, f.constant("i32", 0));
        const row = held(f, f.op("i32.mul", i, k));
        upTo(f, 0, k, (l) => {
          const a = e.get(x, f.op("i32.add", row, l));
          const b = e.get(y, f.op("i32.add", f.op("i32.mul", l, n), j));
          f.set(s, f.op("i32.add", s, f.op("i32.mul", a, b)));
        });
        e.put(out, f.op("i32.add", f.op("i32.mul", i, n), j), s);
      }),
    );
  });

/** (x, y, out, m, k, n, panel); `panel` has room for SCRATCH_BYTES. */
const product = (dtype: "f64" | "f32", relaxed: boolean): PortableFunction =>
  portable(`matmul.${dtype}${relaxed ? ".relaxed" : ""}`, new Array<"i32">(7).fill("i32"), [], (f) => {
    const [x, y, out, m, k, n, panel] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.param(i));
    const e = new Elements(f, dtype);
    const columns = PANEL_BYTES / e.width;
    const advance = (at: Local, by: Operand): void => f.set(at, f.op("i32.add", at, by));
    const least = (p: Local, most: number): Local =>
      f.select(f.op("i32.lt_s", p, most), p, f.constant("i32", most));
    const xStep = held(f, f.op("i32.mul", k, e.width));
    const step = held(f, f.op("i32.mul", n, e.width));
    const spare = held(f, f.op("i32.add", panel, DEPTH * PANEL_BYTES));
    const wholeM = held(f, f.op("i32.and", m, -ROWS));
    const at = held(f, f.constant("i32", 0));
    const [depth, across] = [f.local("i32"), f.local("i32")];

    /** The columns that are left, row by row. */
    const copy = (from: Local, fromStep: Operand, to: Local, toStep: Operand, rows: Operand): void => {
      const [source, target] = [held(f, from), held(f, to)];
      upTo(f, 0, rows, () => {
        upTo(f, 0, across, (j) => e.put(target, j, e.get(source, j)));
        advance(source, fromStep);
        advance(target, toStep);
      });
    };

    /** Two vectors of each row of y side by side: they stay in the nearest cache while all rows of x pass. */
    const pack = (j: Local): void => {
      const from = held(f, e.at(y, f.op("i32.add", f.op("i32.mul", at, n), j)));
      const to = held(f, panel);
      f.if(
        f.op("i32.eq", across, columns),
        () =>
          upTo(f, 0, depth, () => {
            for (const half of [0, VECTOR])
              f.store("v128.store", to, f.load("v128.load", from, half, e.width), half, VECTOR);
            advance(from, step);
            advance(to, PANEL_BYTES);
          }),
        () => {
          upTo(f, 0, f.op("i32.shl", depth, 1), () => {
            f.store("v128.store", to, f.splat("i32x4", 0), 0, VECTOR);
            advance(to, VECTOR);
          });
          copy(from, step, panel, PANEL_BYTES, depth);
        },
      );
    };

    /** `count` rows of x times the panel; added to what stands at `to` unless these are the first rows of y. */
    const tile = (i: Local, to: Local, toStep: Local, count: number): void => {
      const rows = [held(f, e.at(x, f.op("i32.add", f.op("i32.mul", i, k), at)))];
      const places = [to];
      for (let r = 1; r < count; r++) {
        rows.push(held(f, f.op("i32.add", rows[r - 1], xStep)));
        places.push(held(f, f.op("i32.add", places[r - 1], toStep)));
      }
      const sums = rows.flatMap(() => [f.local("v128"), f.local("v128")]);
      const place = (s: number): [Local, number] => [places[s >> 1], (s & 1) * VECTOR];
      f.if(
        at,
        () => sums.forEach((sum, s) => f.set(sum, f.load("v128.load", ...place(s), e.width))),
        () => sums.forEach((sum) => f.set(sum, f.splat("i32x4", 0))),
      );
      const column = held(f, panel);
      upTo(f, 0, depth, () => {
        const b = [0, VECTOR].map((half) => f.load("v128.load", column, half, VECTOR));
        rows.forEach((row, r) => {
          const a = f.load(SPLAT[dtype], row);
          b.forEach((v, c) => {
            const sum = sums[2 * r + c];
            f.set(
              sum,
              relaxed ? f.op(MADD[dtype], a, v, sum) : f.op(ADD[dtype], sum, f.op(MUL[dtype], a, v)),
            );
          });
          advance(row, e.width);
        });
        advance(column, PANEL_BYTES);
      });
      sums.forEach((sum, s) => {
        const [base, offset] = place(s);
        f.store("v128.store", base, sum, offset, e.width);
      });
    };

    const rows = (i: Local, j: Local, count: number): void => {
      const target = held(f, e.at(out, f.op("i32.add", f.op("i32.mul", i, n), j)));
      const [to, toStep] = [held(f, target), held(f, step)];
      const apart = held(f, f.op("i32.lt_s", across, columns));
      f.if(apart, () => {
        f.if(at, () => copy(target, step, spare, PANEL_BYTES, count));
        f.set(to, spare);
        f.set(toStep, PANEL_BYTES);
      });
      tile(i, to, toStep, count);
      f.if(apart, () => copy(spare, PANEL_BYTES, target, step, count));
    };

    // At least once: a product over no elements is zero.
    f.loop((again) => {
      f.set(depth, least(f.op("i32.sub", k, at), DEPTH));
      upTo(
        f,
        0,
        n,
        (j) => {
          f.set(across, least(f.op("i32.sub", n, j), columns));
          pack(j);
          upTo(f, 0, wholeM, (i) => rows(i, j, ROWS), ROWS);
          upTo(f, wholeM, m, (i) => rows(i, j, 1));
        },
        columns,
      );
      advance(at, DEPTH);
      f.brIf(again, f.op("i32.lt_s", at, k));
    });
  });

export const matmul: RoutineEmitter = (
  cx,
  f,
  { inputs: [x, y], outputs: [out], inputTypes, outputTypes: [type] },
) => {
  const dtype = type.dtype === "u32" ? "i32" : type.dtype;
  if (dtype !== "f64" && dtype !== "f32" && dtype !== "i32")
    throw new Error(`wasm: matmul of ${dtype} has no compiled form.`);
  const [m, n] = type.shape.slice(-2);
  const k = inputTypes[0].shape[inputTypes[0].shape.length - 1];
  const width = dtype === "f64" ? 8 : 4;
  const count = sizeOf(type.shape.slice(0, -2));
  if (m * n * count === 0) return;
  const at = (b: Local, place: number, elements: number): Local =>
    f.op("i32.add", f.op("i32.mul", b, elements * width), place);
  upTo(f, 0, count, (b) => {
    const operands = [at(b, x.place, m * k), at(b, y.place, k * n), at(b, out.place, m * n), m, k, n];
    if (dtype === "i32") f.call(cx.portable(wholeNumbers()), operands);
    else f.call(cx.portable(product(dtype, cx.relaxed)), [...operands, cx.scratch]);
  });
};
