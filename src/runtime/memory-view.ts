// A place in a program's memory in, a typed array over it out.
import type { Data, DType } from "../ir/types.js";

const make: Readonly<Record<DType, (memory: ArrayBuffer, place: number, size: number) => Data>> = {
  f64: (memory, place, size) => new Float64Array(memory, place, size),
  f32: (memory, place, size) => new Float32Array(memory, place, size),
  i32: (memory, place, size) => new Int32Array(memory, place, size),
  u32: (memory, place, size) => new Uint32Array(memory, place, size),
  bool: (memory, place, size) => new Uint8Array(memory, place, size),
  key: (memory, place, size) => new Uint32Array(memory, place, 2 * size),
};

/** `size` elements of the type from byte `place` on. */
export const memoryView = (memory: ArrayBuffer, dtype: DType, place: number, size: number): Data =>
  make[dtype](memory, place, size);
