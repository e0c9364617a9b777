// Cholesky factors and triangular solves of stacks of matrices, in the order of operations of the reference rows.
import { sizeOf } from "../../../ir/types.js";
import type { FunctionBuilder } from "../function.js";
import type { RoutineContext, RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";

type Float = "f64" | "f32";

const cell = (f: FunctionBuilder, row: Operand, n: Operand, column: Operand): WasmValue =>
  f.op("i32.add", f.op("i32.mul", row, n), column);

/** sum = sum - a[i, k] * b[j, k] for k in 0..count, rows starting at the given element offsets. */
function minusDot(
  e: Elements,
  sum: Local,
  base: Operand,
  rowA: Operand,
  rowB: Operand,
  count: Operand,
): void {
  const { f, type } = e;
  upTo(f, 0, count, (k) => {
    const product = f.op(
      `${type as Float}.mul`,
      e.get(base, f.op("i32.add", rowA, k)),
      e.get(base, f.op("i32.add", rowB, k)),
    );
    f.set(sum, f.op(`${type as Float}.sub`, sum, product));
  });
}

/** (matrix, n): factors in place, upper triangle zeroed; NaN throughout when a pivot is not positive. */
const factor = (cx: RoutineContext, type: Float): FunctionBuilder =>
  cx.helper(`cholesky.${type}`, () => {
    const f = cx.module.func(`cholesky.${type}`, ["i32", "i32"], []);
    const [base, n] = [f.param(0), f.param(1)];
    const e = new Elements(f, type);
    upTo(f, 0, n, (j) => {
      const rowJ = f.op("i32.mul", j, n);
      const d = f.local(type);
      f.set(d, e.get(base, f.op("i32.add", rowJ, j)));
      minusDot(e, d, base, rowJ, rowJ, j);
      const sound = f.op("i32.and", f.op(`${type}.gt`, d, 0), f.op(`${type}.lt`, d, Infinity));
      f.if(f.op("i32.eqz", sound), () => {
        upTo(f, 0, f.op("i32.mul", n, n), (i) => e.put(base, i, f.constant(type, NaN)));
        f.return();
      });
      const pivot = f.op(`${type}.sqrt`, d);
      e.put(base, f.op("i32.add", rowJ, j), pivot);
      upTo(f, f.op("i32.add", j, 1), n, (i) => {
        const rowI = f.op("i32.mul", i, n);
        const s = f.local(type);
        f.set(s, e.get(base, f.op("i32.add", rowI, j)));
        minusDot(e, s, base, rowI, rowJ, j);
        e.put(base, f.op("i32.add", rowI, j), f.op(`${type}.div`, s, pivot));
        e.put(base, f.op("i32.add", rowJ, i), f.constant(type, 0));
      });
    });
    return f;
  });

export const cholesky: RoutineEmitter = (cx, f, { inputs: [x], outputs: [out], outputTypes: [type] }) => {
  const float = type.dtype as Float;
  const n = type.shape[type.shape.length - 1];
  const bytes = n * n * (float === "f64" ? 8 : 4);
  const count = sizeOf(type.shape.slice(0, -2));
  if (bytes === 0 || count === 0) return;
  f.memoryCopy(out.place, x.place, bytes * count);
  upTo(f, 0, count, (b) =>
    f.call(factor(cx, float), [f.op("i32.add", f.op("i32.mul", b, bytes), out.place), n]),
  );
};

interface Solve {
  readonly lower: boolean;
  readonly trans: boolean;
  readonly unit: boolean;
}

/** (a, x, n, columns): solves in place in x. */
const solve = (cx: RoutineContext, type: Float, how: Solve): FunctionBuilder => {
  const name = `triangularSolve.${type}.${how.lower ? "l" : "u"}${how.trans ? "t" : "n"}${how.unit ? "1" : "d"}`;
  return cx.helper(name, () => {
    const f = cx.module.func(name, ["i32", "i32", "i32", "i32"], []);
    const [a, x, n, columns] = [f.param(0), f.param(1), f.param(2), f.param(3)];
    const e = new Elements(f, type);
    const forward = how.lower !== how.trans;
    const turn = (step: Local): WasmValue => (forward ? step : f.op("i32.sub", f.op("i32.sub", n, 1), step));
    const entry = (i: WasmValue, k: WasmValue): Local =>
      e.get(a, how.trans ? cell(f, k, n, i) : cell(f, i, n, k));
    upTo(f, 0, n, (step) => {
      const i = turn(step);
      const row = f.op("i32.mul", i, columns);
      upTo(f, 0, columns, (c) => {
        const s = f.local(type);
        f.set(s, e.get(x, f.op("i32.add", row, c)));
        upTo(f, 0, step, (before) => {
          const k = turn(before);
          f.set(
            s,
            f.op(`${type}.sub`, s, f.op(`${type}.mul`, entry(i, k), e.get(x, cell(f, k, columns, c)))),
          );
        });
        e.put(x, f.op("i32.add", row, c), how.unit ? s : f.op(`${type}.div`, s, entry(i, i)));
      });
    });
    return f;
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
    f.call(solve(cx, float, how), [matrix, target, n, columns]);
  });
};
