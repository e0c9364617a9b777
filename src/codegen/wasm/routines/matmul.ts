// Matrix products: register tiles of four rows by two vectors, the inner index ascending as in the reference.
import { sizeOf } from "../../../ir/types.js";
import { portable, type PortableFunction } from "../portable-function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";
import { held } from "./updates.js";

const ROWS = 4;
/** Two vectors. */
const PANEL_BYTES = 32;

/** (x, y, out, m, k, n, panel): out[m, n] = x[m, k] y[k, n]; `panel` has room for two vectors per row of y. */
const product = (dtype: "f64" | "f32" | "i32"): PortableFunction =>
  portable(
    `matmul.${dtype}`,
    Array.from({ length: 7 }, () => "i32"),
    [],
    (f) => {
      const [x, y, out, m, k, n, panel] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.param(i));
      const e = new Elements(f, dtype);
      const stepBytes = held(f, f.op("i32.mul", n, e.width));
      const edge = (i0: Operand, i1: Operand, j0: Operand, j1: Operand): void =>
        upTo(f, i0, i1, (i) =>
          upTo(f, j0, j1, (j) => {
            const s = f.local(e.type);
            f.set(s, 0);
            const row = held(f, e.at(x, f.op("i32.mul", i, k)));
            const column = held(f, e.at(y, j));
            upTo(f, 0, k, () => {
              const [a, b] = [f.load(`${e.type}.load`, row), f.load(`${e.type}.load`, column)];
              f.set(s, f.op(`${e.type}.add`, s, f.op(`${e.type}.mul`, a, b)));
              f.set(row, f.op("i32.add", row, e.width));
              f.set(column, f.op("i32.add", column, stepBytes));
            });
            e.put(out, f.op("i32.add", f.op("i32.mul", i, n), j), s);
          }),
        );
      if (dtype === "i32") {
        edge(0, m, 0, n);
        return;
      }
      const lanes = dtype === "f64" ? 2 : 4;
      const shape = dtype === "f64" ? "f64x2" : "f32x4";
      const columns = 2 * lanes;
      const wholeM = f.op("i32.and", m, -ROWS);
      const wholeN = f.op("i32.and", n, -columns);
      const rowBytes = f.op("i32.mul", k, e.width);
      const splat = dtype === "f64" ? "v128.load64_splat" : "v128.load32_splat";
      // Two vectors of every row of y lie side by side in the panel: it stays in the nearest cache while all rows of x pass.
      const tiles = (j: Local): void => {
        const from = f.local("i32");
        const to = f.local("i32");
        f.set(from, e.at(y, j));
        f.set(to, panel);
        upTo(f, 0, k, () => {
          for (const at of [0, 16]) f.store("v128.store", to, f.load("v128.load", from, at, e.width), at, 16);
          f.set(from, f.op("i32.add", from, stepBytes));
          f.set(to, f.op("i32.add", to, PANEL_BYTES));
        });
        upTo(f, 0, wholeM, (i) => tile(i, j, ROWS), ROWS);
        upTo(f, wholeM, m, (i) => tile(i, j, 1));
      };
      const tile = (i: Local, j: Local, count: number): void => {
        const sums: Local[] = Array.from({ length: count * 2 }, () => f.local("v128"));
        for (const s of sums) f.set(s, f.splat(shape, 0));
        const rows: Local[] = [];
        let at: WasmValue = f.op("i32.add", x, f.op("i32.mul", i, rowBytes));
        for (let r = 0; r < count; r++) {
          const row = f.local("i32");
          f.set(row, at);
          rows.push(row);
          if (r < count - 1) at = f.op("i32.add", at, rowBytes);
        }
        const column = f.local("i32");
        f.set(column, panel);
        upTo(f, 0, k, () => {
          const b = [f.load("v128.load", column, 0, 16), f.load("v128.load", column, 16, 16)];
          rows.forEach((row, r) => {
            const a = f.load(splat, row);
            b.forEach((v, c) => {
              const s = sums[2 * r + c];
              f.set(s, f.op(`${shape}.add`, s, f.op(`${shape}.mul`, a, v)));
            });
            f.set(row, f.op("i32.add", row, e.width));
          });
          f.set(column, f.op("i32.add", column, PANEL_BYTES));
        });
        let to: WasmValue = f.op("i32.add", e.at(out, j), f.op("i32.mul", i, stepBytes));
        for (let r = 0; r < count; r++) {
          f.store("v128.store", to, sums[2 * r], 0, e.width);
          f.store("v128.store", to, sums[2 * r + 1], 16, e.width);
          if (r < count - 1) to = f.op("i32.add", to, stepBytes);
        }
      };
      upTo(f, 0, wholeN, tiles, columns);
      edge(0, m, wholeN, n);
    },
  );

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
  upTo(f, 0, count, (b) => {
    const at = (place: number, elements: number): Local =>
      f.op("i32.add", f.op("i32.mul", b, elements * width), place);
    f.call(cx.portable(product(dtype)), [
      at(x.place, m * k),
      at(y.place, k * n),
      at(out.place, m * n),
      m,
      k,
      n,
      cx.scratch,
    ]);
  });
};
