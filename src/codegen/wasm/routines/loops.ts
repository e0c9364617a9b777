// Loop shapes that hand-written routines share.
import { byteWidth, type DType } from "../../../ir/types.js";
import type { FunctionBuilder } from "../function.js";
import type { LoadName, StoreName } from "../opcodes.js";
import type { Local, Operand, WasmValue } from "../value.js";

/** for (i = from; i < to; i += step): the body may run zero times. */
export function upTo(
  f: FunctionBuilder,
  from: Operand,
  to: Operand,
  body: (i: Local) => void,
  step = 1,
): void {
  const i = f.local("i32");
  f.set(i, from);
  f.block((exit) =>
    f.loop((again) => {
      f.brIf(exit, f.op("i32.ge_s", i, to));
      body(i);
      f.set(i, f.op("i32.add", i, step));
      f.br(again);
    }),
  );
}

const kind = { f64: "f64", f32: "f32", i32: "i32", u32: "i32" } as const;
type Numeric = keyof typeof kind;

const numeric = (dtype: DType): Numeric => {
  if (dtype === "bool" || dtype === "key") throw new Error(`wasm: a numeric routine was given ${dtype}.`);
  return dtype;
};

/** Reads and writes elements of one dtype at element offsets. */
export class Elements {
  readonly type: "f64" | "f32" | "i32";
  readonly width: number;
  private readonly loadName: LoadName;
  private readonly storeName: StoreName;
  constructor(
    readonly f: FunctionBuilder,
    dtype: DType,
  ) {
    this.type = kind[numeric(dtype)];
    this.width = byteWidth[dtype];
    this.loadName = `${this.type}.load`;
    this.storeName = `${this.type}.store`;
  }

  /** base + width * index, in bytes. */
  at(base: Operand, index: Operand): WasmValue {
    const f = this.f;
    return f.op("i32.add", base, f.op("i32.shl", index, Math.log2(this.width)));
  }
  get(base: Operand, index: Operand): Local {
    return this.f.load(this.loadName, this.at(base, index));
  }
  put(base: Operand, index: Operand, value: Operand): void {
    this.f.store(this.storeName, this.at(base, index), value);
  }
}

/** outer, length and inner of an axis: the line with number l starts at (l div inner) * length * inner + l mod inner. */
export function lines(
  shape: readonly number[],
  axis: number,
): { count: number; length: number; stride: number } {
  const length = shape[axis];
  const stride = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const count = shape.reduce((n, d, i) => (i === axis ? n : n * d), 1);
  return { count, length, stride };
}

/** Element offset of a line's first element. */
export function lineStart(f: FunctionBuilder, line: Operand, length: number, stride: number): WasmValue {
  if (stride === 1) return f.op("i32.mul", line, length);
  return f.op(
    "i32.add",
    f.op("i32.mul", f.op("i32.div_u", line, stride), length * stride),
    f.op("i32.rem_u", line, stride),
  );
}
