// Row updates that factorisations share: target minus multiples of other rows, two or four lanes at a time.
// Every element is computed as in scalar code, in the same order, so the bits do not depend on the lanes.
import type { FunctionBuilder } from "../function.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { upTo } from "./loops.js";

export type Float = "f64" | "f32";

export const widthOf = (type: Float): number => (type === "f64" ? 8 : 4);
export const lanesOf = (type: Float): number => (type === "f64" ? 2 : 4);
export const shapeOf = (type: Float): "f64x2" | "f32x4" => (type === "f64" ? "f64x2" : "f32x4");

export interface Term {
  /** Address of the row's first element. */
  readonly row: WasmValue;
  /** What it is multiplied by. */
  readonly factor: Local;
}

/** A local with the value, safe to read after anything. */
export function held(f: FunctionBuilder, value: WasmValue): Local {
  const local = f.local(value.type);
  f.set(local, value);
  return local;
}

/** row[k] = ((row[k] - t0.factor * t0.row[k]) - t1.factor * t1.row[k]) - ... for k in 0..count (`sign` "add": plus). */
export function subtractRows(
  f: FunctionBuilder,
  type: Float,
  row: WasmValue,
  terms: readonly Term[],
  count: Operand,
  sign: "sub" | "add" = "sub",
): void {
  const [width, lanes, shape] = [widthOf(type), lanesOf(type), shapeOf(type)];
  const wide = terms.map((t) => held(f, f.op(`${shape}.splat`, t.factor)));
  const whole = f.op("i32.and", typeof count === "number" ? f.constant("i32", count) : count, -lanes);
  const at = held(f, f.constant("i32", 0));
  const offset = (base: WasmValue): WasmValue => f.op("i32.add", base, at);
  const end = held(f, f.op("i32.mul", whole, width));
  f.block((exit) =>
    f.loop((again) => {
      f.brIf(exit, f.op("i32.ge_s", at, end));
      let x: WasmValue = f.load("v128.load", offset(row), 0, width);
      terms.forEach((t, i) => {
        const y = f.load("v128.load", offset(t.row), 0, width);
        x = f.op(`${shape}.${sign}`, x, f.op(`${shape}.mul`, wide[i], y));
      });
      f.store("v128.store", offset(row), x, 0, width);
      f.set(at, f.op("i32.add", at, lanes * width));
      f.br(again);
    }),
  );
  const stop = held(f, f.op("i32.mul", count, width));
  f.block((exit) =>
    f.loop((again) => {
      f.brIf(exit, f.op("i32.ge_s", at, stop));
      let x: WasmValue = f.load(`${type}.load`, offset(row));
      for (const t of terms)
        x = f.op(`${type}.${sign}`, x, f.op(`${type}.mul`, t.factor, f.load(`${type}.load`, offset(t.row))));
      f.store(`${type}.store`, offset(row), x);
      f.set(at, f.op("i32.add", at, width));
      f.br(again);
    }),
  );
}

/** (x, y) = (c x - s y, s x + c y) for the rows of f64 at the two addresses. */
export function rotateRows(
  f: FunctionBuilder,
  x: WasmValue,
  y: WasmValue,
  c: Local,
  s: Local,
  count: Operand,
): void {
  const [a, b] = [held(f, x), held(f, y)];
  const [wideC, wideS] = [c, s].map((v) => held(f, f.op("f64x2.splat", v)));
  const advance = (by: number): void => [a, b].forEach((at) => f.set(at, f.op("i32.add", at, by)));
  upTo(f, 0, f.op("i32.shr_s", count, 1), () => {
    const [p, q] = [a, b].map((at) => held(f, f.load("v128.load", at, 0, 8)));
    const [cp, sq, sp, cq] = [[wideC, p], [wideS, q], [wideS, p], [wideC, q]].map(([m, v]) => f.op("f64x2.mul", m, v)); // prettier-ignore
    f.store("v128.store", a, f.op("f64x2.sub", cp, sq), 0, 8);
    f.store("v128.store", b, f.op("f64x2.add", sp, cq), 0, 8);
    advance(16);
  });
  f.if(f.op("i32.and", count, 1), () => {
    const [p, q] = [a, b].map((at) => held(f, f.load("f64.load", at)));
    f.store("f64.store", a, f.op("f64.sub", f.op("f64.mul", c, p), f.op("f64.mul", s, q)));
    f.store("f64.store", b, f.op("f64.add", f.op("f64.mul", s, p), f.op("f64.mul", c, q)));
  });
}
