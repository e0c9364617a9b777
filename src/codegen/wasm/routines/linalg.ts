// Cholesky factors and triangular solves of stacks of matrices, in the order of operations of the reference rows.
import { sizeOf } from "../../../ir/types.js";
import { portable, type PortableFunction } from "../portable-function.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";
import { held, subtractRows, type Float } from "./updates.js";

/** row * n + column */
const cell = (f: FunctionBuilder, row: Operand, n: Operand, column: Operand): WasmValue =>
  f.op("i32.add", f.op("i32.mul", row, n), column);

/** Below this side the plain loops are faster than panels. */
const SMALL = 20;

/** (matrix, n): as `factor`, element by element. */
const factorSmall = (type: Float): PortableFunction =>
  portable(`cholesky.small.${type}`, ["i32", "i32"], [], (f) => {
    const [base, n] = [f.param(0), f.param(1)];
    const e = new Elements(f, type);
    const rowBytes = held(f, f.op("i32.mul", n, e.width));
    /** sum - the product of two rows up to the offset `end` in bytes. */
    const minusDot = (sum: Local, p: WasmValue, q: WasmValue, end: Local): void => {
      const at = held(f, f.constant("i32", 0));
      f.block((exit) =>
        f.loop((again) => {
          f.brIf(exit, f.op("i32.ge_s", at, end));
          const x = f.load(`${type}.load`, f.op("i32.add", p, at));
          const y = f.load(`${type}.load`, f.op("i32.add", q, at));
          f.set(sum, f.op(`${type}.sub`, sum, f.op(`${type}.mul`, x, y)));
          f.set(at, f.op("i32.add", at, e.width));
          f.br(again);
        }),
      );
    };
    upTo(f, 0, n, (j) => {
      const row = held(f, f.op("i32.add", base, f.op("i32.mul", j, rowBytes)));
      const end = held(f, f.op("i32.mul", j, e.width));
      const place = held(f, f.op("i32.add", row, end));
      const d = held(f, f.load(`${type}.load`, place));
      minusDot(d, row, row, end);
      const sound = f.op("i32.and", f.op(`${type}.gt`, d, 0), f.op(`${type}.lt`, d, Infinity));
      f.if(f.op("i32.eqz", sound), () => {
        upTo(f, 0, f.op("i32.mul", n, n), (i) => e.put(base, i, f.constant(type, NaN)));
        f.return();
      });
      const pivot = held(f, f.op(`${type}.sqrt`, d));
      f.store(`${type}.store`, place, pivot);
      const other = held(f, row);
      upTo(f, f.op("i32.add", j, 1), n, (i) => {
        f.set(other, f.op("i32.add", other, rowBytes));
        const s = held(f, f.load(`${type}.load`, f.op("i32.add", other, end)));
        minusDot(s, other, row, end);
        f.store(`${type}.store`, f.op("i32.add", other, end), f.op(`${type}.div`, s, pivot));
        f.store(`${type}.store`, f.op("i32.add", row, f.op("i32.mul", i, e.width)), f.constant(type, 0));
      });
    });
  });

const PANEL = 4;

/**
 * (matrix, n): factors in place, upper triangle zeroed; NaN throughout when a pivot is not positive. Columns in panels of
 * four; what lies behind a panel is updated by all four at once, each element in the order of the reference. Meanwhile the
 * upper triangle keeps the columns as rows.
 */
const factor = (type: Float): PortableFunction =>
  portable(`cholesky.${type}`, ["i32", "i32"], [], (f) => {
    const [base, n] = [f.param(0), f.param(1)];
    const e = new Elements(f, type);
    const at = (i: Operand, j: Operand): WasmValue => cell(f, i, n, j);
    upTo(
      f,
      0,
      n,
      (first) => {
        const edge = held(f, f.op("i32.add", first, PANEL));
        const end = held(f, f.select(f.op("i32.lt_s", edge, n), edge, n));
        upTo(f, first, end, (k) => {
          const d = e.get(base, at(k, k));
          const sound = f.op("i32.and", f.op(`${type}.gt`, d, 0), f.op(`${type}.lt`, d, Infinity));
          f.if(f.op("i32.eqz", sound), () => {
            upTo(f, 0, f.op("i32.mul", n, n), (i) => e.put(base, i, f.constant(type, NaN)));
            f.return();
          });
          const pivot = held(f, f.op(`${type}.sqrt`, d));
          e.put(base, at(k, k), pivot);
          const next = held(f, f.op("i32.add", k, 1));
          upTo(f, next, n, (i) => {
            const l = held(f, f.op(`${type}.div`, e.get(base, at(i, k)), pivot));
            e.put(base, at(i, k), l);
            e.put(base, at(k, i), l);
            const past = f.op("i32.add", i, 1);
            const last = held(f, f.select(f.op("i32.lt_s", past, end), past, end));
            upTo(f, next, last, (j) => {
              const product = f.op(`${type}.mul`, l, e.get(base, at(k, j)));
              e.put(base, at(i, j), f.op(`${type}.sub`, e.get(base, at(i, j)), product));
            });
          });
        });
        upTo(f, end, n, (i) => {
          const terms = Array.from({ length: PANEL }, (_, p) => ({
            row: held(f, e.at(base, at(f.op("i32.add", first, p), end))),
            factor: held(f, e.get(base, at(i, f.op("i32.add", first, p)))),
          }));
          const count = f.op("i32.add", f.op("i32.sub", i, end), 1);
          subtractRows(f, type, held(f, e.at(base, at(i, end))), terms, held(f, count));
        });
      },
      PANEL,
    );
    upTo(f, 0, n, (i) => {
      const from = f.op("i32.add", i, 1);
      const bytes = f.op("i32.mul", f.op("i32.sub", n, from), e.width);
      f.memoryFill(e.at(base, at(i, from)), 0, bytes);
    });
  });

export const cholesky: RoutineEmitter = (cx, f, { inputs: [x], outputs: [out], outputTypes: [type] }) => {
  const float = type.dtype as Float;
  const n = type.shape[type.shape.length - 1];
  const bytes = n * n * (float === "f64" ? 8 : 4);
  const count = sizeOf(type.shape.slice(0, -2));
  if (bytes === 0 || count === 0) return;
  f.memoryCopy(out.place, x.place, bytes * count);
  upTo(f, 0, count, (b) =>
    f.call(cx.portable((n < SMALL ? factorSmall : factor)(float)), [
      f.op("i32.add", f.op("i32.mul", b, bytes), out.place),
      n,
    ]),
  );
};

interface Solve {
  readonly lower: boolean;
  readonly trans: boolean;
  readonly unit: boolean;
}

/** (a, x, n, columns): solves in place in x. */
const solve = (type: Float, how: Solve): PortableFunction => {
  const name = `triangularSolve.${type}.${how.lower ? "l" : "u"}${how.trans ? "t" : "n"}${how.unit ? "1" : "d"}`;
  return portable(name, ["i32", "i32", "i32", "i32"], [], (f) => {
    const [a, x, n, columns] = [f.param(0), f.param(1), f.param(2), f.param(3)];
    const e = new Elements(f, type);
    const forward = how.lower !== how.trans;
    const turn = (step: WasmValue): WasmValue =>
      forward ? step : f.op("i32.sub", f.op("i32.sub", n, 1), step);
    const entry = (i: WasmValue, k: WasmValue): Local =>
      e.get(a, how.trans ? cell(f, k, n, i) : cell(f, i, n, k));
    const divided = (s: WasmValue, i: WasmValue): WasmValue =>
      how.unit ? s : f.op(`${type}.div`, s, entry(i, i));
    f.if(
      f.op("i32.eq", columns, 1),
      () => (how.trans ? byColumns() : byRows()),
      () => manyColumns(),
    );
    /** One right-hand side, rows of the triangle contiguous: four rows at a time, each its own chain of subtractions. */
    function byRows(): void {
      upTo(
        f,
        0,
        n,
        (first) => {
          const edge = held(f, f.op("i32.add", first, PANEL));
          f.if(
            f.op("i32.le_s", edge, n),
            () => rows(first, PANEL),
            () => upTo(f, first, n, (one) => rows(one, 1)),
          );
        },
        PANEL,
      );
    }
    function rows(first: Local, count: number): void {
      const places = Array.from({ length: count }, (_, r) => held(f, turn(f.op("i32.add", first, r))));
      const bases = places.map((i) => held(f, e.at(a, f.op("i32.mul", i, n))));
      const sums = places.map((i) => held(f, e.get(x, i)));
      const at = held(f, f.op("i32.mul", turn(f.constant("i32", 0)), e.width));
      const load = (base: WasmValue): Local => f.load(`${type}.load`, f.op("i32.add", base, at));
      upTo(f, 0, first, () => {
        const known = load(x);
        bases.forEach((base, r) =>
          f.set(sums[r], f.op(`${type}.sub`, sums[r], f.op(`${type}.mul`, load(base), known))),
        );
        f.set(at, f.op("i32.add", at, forward ? e.width : -e.width));
      });
      places.forEach((i, r) => {
        for (let q = 0; q < r; q++)
          f.set(sums[r], f.op(`${type}.sub`, sums[r], f.op(`${type}.mul`, entry(i, places[q]), sums[q])));
        f.set(sums[r], divided(sums[r], i));
        e.put(x, i, sums[r]);
      });
    }

    /** One right-hand side, columns of the triangle contiguous: what is known is taken off all that follow. */
    function byColumns(): void {
      upTo(f, 0, n, (step) => {
        const k = held(f, turn(step));
        const known = held(f, divided(e.get(x, k), k));
        e.put(x, k, known);
        const start = forward ? f.op("i32.add", k, 1) : f.constant("i32", 0);
        const count = forward ? f.op("i32.sub", f.op("i32.sub", n, 1), k) : k;
        const term = { row: held(f, e.at(a, cell(f, k, n, start))), factor: known };
        subtractRows(f, type, held(f, e.at(x, start)), [term], held(f, count));
      });
    }

    function manyColumns(): void {
      upTo(f, 0, n, (step) => {
        const i = held(f, turn(step));
        const row = held(f, e.at(x, f.op("i32.mul", i, columns)));
        const whole = f.op("i32.and", step, -PANEL);
        const off = (from: WasmValue, count: number): void => {
          const terms = Array.from({ length: count }, (_, r) => {
            const k = held(f, turn(f.op("i32.add", from, r)));
            return { row: held(f, e.at(x, f.op("i32.mul", k, columns))), factor: held(f, entry(i, k)) };
          });
          subtractRows(f, type, row, terms, columns);
        };
        upTo(f, 0, whole, (from) => off(from, PANEL), PANEL);
        upTo(f, whole, step, (from) => off(from, 1));
        if (!how.unit) {
          const pivot = held(f, entry(i, i));
          upTo(f, 0, columns, (c) => {
            const place = f.op("i32.add", f.op("i32.mul", i, columns), c);
            e.put(x, place, f.op(`${type}.div`, e.get(x, place), pivot));
          });
        }
      });
    }
  });
};

export const triangularSolve: RoutineEmitter = (
  cx,
  f,
  { inputs: [a, b], outputs: [out], outputTypes: [type], params },
) => {
  const float = type.dtype as Float;
  const width = float === "f64" ? 8 : 4;
  const [n, columns] = type.shape.slice(-2);
  const count = sizeOf(type.shape.slice(0, -2));
  if (n * columns * count === 0) return;
  f.memoryCopy(out.place, b.place, n * columns * count * width);
  const how = { lower: params.lower === true, trans: params.trans === true, unit: params.unit === true };
  upTo(f, 0, count, (m) => {
    const matrix = f.op("i32.add", f.op("i32.mul", m, n * n * width), a.place);
    const target = f.op("i32.add", f.op("i32.mul", m, n * columns * width), out.place);
    f.call(cx.portable(solve(float, how)), [matrix, target, n, columns]);
  });
};
