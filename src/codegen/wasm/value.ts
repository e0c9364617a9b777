// What a wasm instruction takes: locals and constants, each with its type; numbers become constants of the expected type.
import type { Bytes } from "./leb.js";

export type WasmType = "i32" | "i64" | "f32" | "f64" | "v128";

/** A mutable local (or parameter) of one function. Identity is the object; `index` is the number before unused locals are dropped. */
export interface Local {
  readonly kind: "local";
  readonly index: number;
  readonly type: WasmType;
}

/** A literal. i32, f32 and f64 hold a number, i64 a bigint, v128 its two 64-bit halves (low, high). */
export type Constant =
  | { readonly kind: "constant"; readonly type: "i32" | "f32" | "f64"; readonly value: number }
  | { readonly kind: "constant"; readonly type: "i64"; readonly value: bigint }
  | { readonly kind: "constant"; readonly type: "v128"; readonly value: readonly [bigint, bigint] };

/** A local or a constant: a value that knows its type. */
export type WasmValue = Local | Constant;

/** A plain number or bigint stands for a constant of the type that the instruction expects. */
export type Operand = WasmValue | number | bigint;

/** The binary code of a value type. */
export const typeCode: Readonly<Record<WasmType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

const letters: Readonly<Record<string, WasmType>> = { i: "i32", l: "i64", f: "f32", d: "f64", v: "v128" };

/** "ii" -> [i32, i32]: the type letters of the opcode table. */
export const typesOf = (signature: string): WasmType[] => [...signature].map((c) => letters[c]);

/** A constant of a scalar type from a plain number. */
export function constant(type: WasmType, x: number | bigint): Constant {
  switch (type) {
    case "i64":
      return { kind: "constant", type, value: BigInt(x) };
    case "i32":
    case "f32":
    case "f64":
      return { kind: "constant", type, value: Number(x) };
    case "v128":
      throw new Error(`wasm: ${x} was given where a v128 is expected; use splat(lane, x) or v128(low, high)`);
  }
}

/** A v128 constant from its two 64-bit halves. */
export const v128 = (low: bigint, high: bigint): Constant => ({
  kind: "constant",
  type: "v128",
  value: [BigInt.asUintN(64, low), BigInt.asUintN(64, high)],
});

const scratch = new DataView(new ArrayBuffer(8));

/** A v128 constant with the same number in every lane. */
export function splat(lane: "f64x2" | "f32x4" | "i64x2" | "i32x4", x: number | bigint): Constant {
  if (lane === "f64x2") scratch.setFloat64(0, Number(x), true);
  else if (lane === "i64x2") scratch.setBigInt64(0, BigInt.asIntN(64, BigInt(x)), true);
  else
    for (const at of [0, 4])
      if (lane === "f32x4") scratch.setFloat32(at, Number(x), true);
      else scratch.setInt32(at, Number(x), true);
  const half = scratch.getBigUint64(0, true);
  return v128(half, half);
}

/** The operand with a type; throws when it does not have the one expected. `place` names the instruction. */
export function typed(x: Operand, expected: WasmType, place: () => string): WasmValue {
  if (typeof x === "number" || typeof x === "bigint") return constant(expected, x);
  if (x.type !== expected)
    throw new Error(`wasm: ${place()} takes ${expected}, got ${x.kind} of type ${x.type}`);
  return x;
}

export const I32_CONST = 0x41;

/** Appends the instruction that pushes a constant. */
export function pushConstant(out: Bytes, c: Constant): void {
  switch (c.type) {
    case "i32":
      out.byte(I32_CONST).i32(c.value);
      break;
    case "i64":
      out.byte(0x42).i64(c.value);
      break;
    case "f32":
      out.byte(0x43).f32(c.value);
      break;
    case "f64":
      out.byte(0x44).f64(c.value);
      break;
    case "v128":
      out.byte(0xfd).u32(12).u64(c.value[0]).u64(c.value[1]);
  }
}
