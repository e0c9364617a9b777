// Least-squares factors of data in groups, in the order of operations of the reference row (ops/linalg/grouped-factor.ts).
import { portable } from "../portable-function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { WasmValue } from "../value.js";
import { factorOf } from "./design-factor.js";
import { Elements, upTo } from "./loops.js";

/** (rest, index, means, counts, sums, n, w, count): takes the groups' means out of the rows. */
const takeMeans = portable(
  "groupedFactor.takeMeans",
  Array.from({ length: 8 }, () => "i32" as const),
  [],
  (f) => {
    const [rest, index, means, counts, sums, n, w, count] = Array.from({ length: 8 }, (_, i) => f.param(i));
    const e = new Elements(f, "f64");
    const indices = new Elements(f, "i32");
    const zero = f.constant("f64", 0);
    const more = (base: WasmValue, at: WasmValue, x: WasmValue): void =>
      e.put(base, at, f.op("f64.add", e.get(base, at), x));
    const last = f.op("i32.sub", count, 1);
    const groupOf = (i: WasmValue): WasmValue => {
      const g = indices.get(index, i);
      const low = f.select(f.op("i32.lt_s", g, 0), f.constant("i32", 0), g);
      return f.select(f.op("i32.gt_s", low, last), last, low);
    };
    upTo(f, 0, count, (g) => e.put(counts, g, zero));
    upTo(f, 0, f.op("i32.mul", w, count), (at) => e.put(means, at, zero));
    upTo(f, 0, n, (i) => more(counts, groupOf(i), f.constant("f64", 1)));
    upTo(f, 0, w, (c) =>
      upTo(f, 0, 2, () => {
        upTo(f, 0, count, (g) => e.put(sums, g, zero));
        const cell = (i: WasmValue): WasmValue => f.op("i32.add", f.op("i32.mul", i, w), c);
        upTo(f, 0, n, (i) => more(sums, groupOf(i), e.get(rest, cell(i))));
        upTo(f, 0, count, (g) => {
          const mean = f.op("f64.div", e.get(sums, g), f.op("f64.max", e.get(counts, g), 1));
          e.put(sums, g, mean);
          more(means, f.op("i32.add", f.op("i32.mul", c, count), g), mean);
        });
        upTo(f, 0, n, (i) => {
          const at = cell(i);
          e.put(rest, at, f.op("f64.sub", e.get(rest, at), e.get(sums, groupOf(i))));
        });
      }),
    );
  },
);

export const groupedFactor: RoutineEmitter = (cx, f, { params, inputs, outputs, inputTypes }) => {
  const [n, k] = inputTypes[0].shape;
  const [, m] = inputTypes[1].shape;
  const w = k + m;
  const [x, y, index] = inputs.map((buffer) => buffer.place);
  const [r, b, means, unit, groupMeans, counts, rest, work, spare, sums] = outputs.map((o) => o.place);
  const part = (row: number): WasmValue => f.op("i32.add", f.constant("i32", spare), 8 * w * row);
  f.call(cx.portable(factorOf), [x, y, spare, b, means, unit, work, n, k, m, rest]);
  f.call(cx.portable(takeMeans), [rest, index, groupMeans, counts, sums, n, w, params.count as number]);
  f.call(cx.portable(factorOf), [rest, y, r, part(w), part(w + 1), part(w + 2), work, n, w, 0, 0]);
};
