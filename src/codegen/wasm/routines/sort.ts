// argmax, argmin, argsort and sort along an axis: heap sort of positions, ties broken by position so that equals keep their order.
import type { DType } from "../../../ir/types.js";
import { byteWidth } from "../../../ir/types.js";
import { argmax, argmin, argsort } from "../../../ops/sort.js";
import { portable, type PortableFunction } from "../portable-function.js";
import type { RoutineEmitter } from "../routine-call.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, lineStart, lines, upTo } from "./loops.js";

const isFloat = (d: DType): boolean => d === "f64" || d === "f32";

/** a < b, NaN being the greatest. */
function less(e: Elements, dtype: DType, a: WasmValue, b: WasmValue): WasmValue {
  const { f, type } = e;
  if (type === "i32") return f.op(dtype === "u32" ? "i32.lt_u" : "i32.lt_s", a, b);
  return f.op(
    "i32.or",
    f.op(`${type}.lt`, a, b),
    f.op("i32.and", f.op(`${type}.eq`, a, a), f.op(`${type}.ne`, b, b)),
  );
}

const notLessEither = (e: Elements, dtype: DType, a: WasmValue, b: WasmValue): WasmValue =>
  e.f.op("i32.eqz", e.f.op("i32.or", less(e, dtype, a, b), less(e, dtype, b, a)));

/** (x, stride, to, slot, n): positions of x's line in ascending order, written `slot` bytes apart. */
const heapSort = (dtype: DType): PortableFunction =>
  portable(`argsort.${dtype}`, ["i32", "i32", "i32", "i32", "i32"], [], (f) => {
    const [x, stride, to, slot, n] = [0, 1, 2, 3, 4].map((i) => f.param(i));
    const e = new Elements(f, dtype);
    const place = (i: Operand): WasmValue => f.op("i32.add", to, f.op("i32.mul", i, slot));
    const position = (i: Operand): Local => f.load("i32.load", place(i));
    const value = (p: WasmValue): Local => e.get(x, f.op("i32.mul", p, stride));
    const before = (p: WasmValue, q: WasmValue): WasmValue => {
      const [a, b] = [value(p), value(q)];
      return f.op(
        "i32.or",
        less(e, dtype, a, b),
        f.op("i32.and", notLessEither(e, dtype, a, b), f.op("i32.lt_s", p, q)),
      );
    };
    const sift = (root: Local, end: Operand): void => {
      const at = f.local("i32");
      f.set(at, root);
      const moving = f.local("i32");
      f.set(moving, position(at));
      f.block((exit) =>
        f.loop((again) => {
          const child = f.local("i32");
          f.set(child, f.op("i32.add", f.op("i32.shl", at, 1), 1));
          f.brIf(exit, f.op("i32.ge_s", child, end));
          const right = f.op("i32.add", child, 1);
          f.if(f.op("i32.lt_s", right, end), () =>
            f.if(before(position(child), position(right)), () => f.set(child, right)),
          );
          const held = position(child);
          f.brIf(exit, f.op("i32.eqz", before(moving, held)));
          f.store("i32.store", place(at), held);
          f.set(at, child);
          f.br(again);
        }),
      );
      f.store("i32.store", place(at), moving);
    };
    upTo(f, 0, n, (i) => f.store("i32.store", place(i), i));
    const half = f.op("i32.shr_u", n, 1);
    upTo(f, 0, half, (i) => {
      const root = f.local("i32");
      f.set(root, f.op("i32.sub", f.op("i32.sub", half, 1), i));
      sift(root, n);
    });
    const zero = f.local("i32");
    f.set(zero, 0);
    upTo(f, 1, n, (i) => {
      const last = f.op("i32.sub", n, i);
      const [first, end] = [position(zero), position(last)];
      f.store("i32.store", place(zero), end);
      f.store("i32.store", place(last), first);
      sift(zero, last);
    });
  });

export const sortLike: RoutineEmitter = (
  cx,
  f,
  { row, params, inputs: [x], outputs: [out], inputTypes: [type] },
) => {
  const { count, length, stride } = lines(type.shape, params.axis as number);
  if (count * length === 0) return;
  const { dtype } = type;
  const e = new Elements(f, dtype);
  upTo(f, 0, count, (line) => {
    const start = lineStart(f, line, length, stride);
    const from = e.at(x.place, start);
    if (row === argmax || row === argmin) {
      const best = f.local("i32");
      f.set(best, 0);
      upTo(f, 1, length, (i) => {
        const [a, b] = [e.get(from, f.op("i32.mul", i, stride)), e.get(from, f.op("i32.mul", best, stride))];
        const better = row === argmax ? plain(e, dtype, b, a) : plain(e, dtype, a, b);
        const wins = isFloat(dtype)
          ? f.op(
              "i32.and",
              f.op(`${e.type as "f64"}.eq`, b, b),
              f.op("i32.or", f.op(`${e.type as "f64"}.ne`, a, a), better),
            )
          : better;
        f.if(wins, () => f.set(best, i));
      });
      f.store("i32.store", f.op("i32.shl", line, 2), best, out.place);
      return;
    }
    const width = row === argsort ? 4 : byteWidth[dtype];
    const to = f.op("i32.add", f.op("i32.mul", start, width), out.place);
    f.call(cx.portable(heapSort(dtype)), [from, stride, to, stride * width, length]);
    if (row === argsort) return;
    // Each slot held the position of its element: replace it by the element.
    upTo(f, 0, length, (i) => {
      const at = f.op("i32.mul", i, stride);
      const position = f.load("i32.load", e.at(to, at));
      e.put(to, at, e.get(from, f.op("i32.mul", position, stride)));
    });
  });
};

/** a < b without a place for NaN. */
function plain(e: Elements, dtype: DType, a: WasmValue, b: WasmValue): WasmValue {
  if (e.type === "i32") return e.f.op(dtype === "u32" ? "i32.lt_u" : "i32.lt_s", a, b);
  return e.f.op(`${e.type}.lt`, a, b);
}
