// Running folds along an axis, one line after another in the order of the reference rows.
import { exp, log } from "../../../ops/elementwise/routines.js";
import { cumlogsumexp, cummax, cumprod, cumsum } from "../../../ops/cumulative.js";
import { prod, reduceMax, sum } from "../../../ops/index.js";
import type { Reduction, Special } from "../../../ir/op.js";
import type { RoutineEmitter } from "../routine-call.js";
import { ScalarMachine } from "../scalar-machine.js";
import { Elements, lineStart, lines, upTo } from "./loops.js";

const folds: ReadonlyMap<Special, Reduction> = new Map([
  [cumsum, sum],
  [cumprod, prod],
  [cummax, reduceMax],
]);

export const cumulative: RoutineEmitter = (
  cx,
  f,
  { row, params, inputs: [x], outputs: [out], inputTypes: [type] },
) => {
  const { count, length, stride } = lines(type.shape, params.axis as number);
  if (count * length === 0) return;
  const dtype = type.dtype;
  const k = new ScalarMachine(f, cx.linker, dtype === "f32" ? "f32" : "f64");
  const e = new Elements(f, dtype);
  const each = (body: (at: ReturnType<Elements["at"]>, first: ReturnType<Elements["at"]>) => void): void =>
    upTo(f, 0, count, (line) => {
      const start = lineStart(f, line, length, stride);
      const from = params.reverse === true ? f.op("i32.add", start, (length - 1) * stride) : start;
      const at = f.local("i32");
      f.set(at, from);
      begin();
      upTo(f, 0, length, (i) => {
        body(at, f.op("i32.eqz", i));
        f.set(at, f.op("i32.add", at, params.reverse === true ? -stride : stride));
      });
    });
  let begin = (): void => undefined;
  const fold = folds.get(row);
  if (fold) {
    const total = f.local(e.type);
    begin = () => f.set(total, f.constant(e.type, fold.identity(dtype)));
    each((at) => {
      f.set(total, fold.combine(k, total, e.get(x.place, at), dtype));
      e.put(out.place, at, total);
    });
    return;
  }
  if (row !== cumlogsumexp) throw new Error(`wasm: running fold ${row.name} has no compiled form.`);
  const top = f.local(e.type);
  const total = f.local(e.type);
  begin = () => {
    f.set(top, f.constant(e.type, -Infinity));
    f.set(total, f.constant(e.type, 0));
  };
  each((at) => {
    const v = e.get(x.place, at);
    const empty = k.eq(top, k.num(-Infinity));
    f.if(
      k.gt(v, top),
      () => {
        const kept = k.select(empty, k.num(0), k.call(exp, k.sub(top, v)));
        f.set(total, k.add(k.mul(total, kept), k.num(1)));
        f.set(top, v);
      },
      () =>
        f.if(k.ne(v, k.num(-Infinity)), () =>
          f.set(total, k.add(total, k.select(k.eq(v, top), k.num(1), k.call(exp, k.sub(v, top))))),
        ),
    );
    const none = k.and(k.eq(top, k.num(-Infinity)), k.eq(total, k.num(0)));
    e.put(out.place, at, k.select(none, k.num(-Infinity), k.add(top, k.call(log, total))));
  });
};
