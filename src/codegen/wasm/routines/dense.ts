// What the factorisations' code shares: walking a stack, elements as f64, pieces of Jacobi's methods.
import { sizeOf } from "../../../ir/types.js";
import type { Type } from "../../../ir/types.js";
import { MARGIN, SWEEPS } from "../../../ops/linalg/eigh.js";
import type { FunctionBuilder } from "../function.js";
import type { Local, Operand, WasmValue } from "../value.js";
import { Elements, upTo } from "./loops.js";
import { held, type Float } from "./updates.js";

/** Calls the helper for every matrix of the stack, with the address of its part of each buffer. */
export function overStack(
  f: FunctionBuilder,
  stack: Type,
  buffers: readonly { place: number; type: Type }[],
  run: (addresses: Local[]) => void,
): void {
  const count = sizeOf(stack.shape.slice(0, -2));
  if (count === 0) return;
  upTo(f, 0, count, (b) =>
    run(
      buffers.map(({ place, type }) => {
        const bytes = (sizeOf(type.shape) / count) * (type.dtype === "f64" ? 8 : 4);
        return held(f, f.op("i32.add", f.op("i32.mul", b, bytes), place));
      }),
    ),
  );
}

export const floatOf = (type: Type): Float => (type.dtype === "f32" ? "f32" : "f64");

/** Elements of a float type read and written as f64. */
export class Wide {
  private readonly e: Elements;
  constructor(
    private readonly f: FunctionBuilder,
    private readonly type: Float,
  ) {
    this.e = new Elements(f, type);
  }
  get(base: Operand, index: Operand): WasmValue {
    const x = this.e.get(base, index);
    return this.type === "f32" ? this.f.op("f64.promote_f32", x) : x;
  }
  put(base: Operand, index: Operand, x: Operand): void {
    this.e.put(base, index, this.type === "f32" ? this.f.op("f32.demote_f64", x) : x);
  }
}

export const cell = (f: FunctionBuilder, row: Operand, n: Operand, column: Operand): WasmValue =>
  f.op("i32.add", f.op("i32.mul", row, n), column);
export const times = (f: FunctionBuilder, a: Operand, b: Operand): Local => f.op("f64.mul", a, b);

/** The cosine, the sine and their quotient that make two directions orthogonal: zeta is the cotangent of twice the angle. */
export function angle(f: FunctionBuilder, zeta: Local): { c: Local; s: Local; t: Local } {
  const root = f.op("f64.sqrt", f.op("f64.add", times(f, zeta, zeta), 1));
  const sign = f.select(f.op("f64.lt", zeta, 0), f.constant("f64", -1), f.constant("f64", 1));
  const t = held(f, f.op("f64.div", sign, f.op("f64.add", f.op("f64.abs", zeta), root)));
  const c = held(f, f.op("f64.div", 1, f.op("f64.sqrt", f.op("f64.add", times(f, t, t), 1))));
  return { c, s: held(f, times(f, t, c)), t };
}

/** The entry of largest size in a row of f64. */
export function largestOf(f: FunctionBuilder, row: WasmValue, count: Operand): Local {
  const e = new Elements(f, "f64");
  const best = held(f, f.constant("f64", 0));
  upTo(f, 0, count, (i) => {
    const entry = held(f, e.get(row, i));
    const greater = f.op("f64.gt", f.op("f64.abs", entry), times(f, f.op("f64.abs", best), MARGIN));
    f.if(greater, () => f.set(best, entry));
  });
  return best;
}

/** Repeats until `body` leaves, at most SWEEPS times. */
export function sweeps(f: FunctionBuilder, body: (leaveIf: (test: Operand) => void) => void): void {
  f.block((exit) => {
    const n = f.local("i32");
    f.set(n, 0);
    f.loop((again) => {
      f.brIf(exit, f.op("i32.ge_s", n, SWEEPS));
      body((test) => f.brIf(exit, test));
      f.set(n, f.op("i32.add", n, 1));
      f.br(again);
    });
  });
}

export const pairs = (f: FunctionBuilder, n: Operand, body: (p: Local, q: Local) => void): void =>
  upTo(f, 0, n, (p) => upTo(f, f.op("i32.add", p, 1), n, (q) => body(p, q)));
