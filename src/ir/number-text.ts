// Numbers and array contents in, exact text out, and back: the literals of the Graph's text form.
import type { Data } from "./types.js";

/** Arrays up to this many elements are printed as decimals, longer ones as base64 of their bytes. */
const readable = 16;

/** The shortest decimal that reads back as the same number; NaN, inf, -inf and -0 are spelt out. */
export function showNumber(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  if (x === Infinity) return "inf";
  if (x === -Infinity) return "-inf";
  return Object.is(x, -0) ? "-0" : String(x);
}

/** The shortest decimal that reads back as the same f32. */
function showSingle(x: number): string {
  if (!Number.isFinite(x) || x === 0 || Number.isInteger(x)) return showNumber(x);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return showNumber(short);
  }
  return showNumber(Number(x.toPrecision(9)));
}

/** Reads what showNumber writes; undefined when the text is no number. */
export function readNumber(text: string): number | undefined {
  if (text === "NaN") return NaN;
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Storage kinds by the tag they carry in text. */
export const storage = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const;
export type StorageTag = keyof typeof storage;

export const isStorageTag = (text: string): text is StorageTag => Object.hasOwn(storage, text);

export function storageTag(data: Data): StorageTag {
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Int32Array) return "i32";
  return data instanceof Uint32Array ? "u32" : "u8";
}

export const isData = (x: unknown): x is Data => ArrayBuffer.isView(x) && !(x instanceof DataView);

/** Raw bytes of an array, without copying. */
export const bytesOf = (data: Data): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** `[1, 2]` or `"base64"`, without the tag. */
export function showData(data: Data): string {
  if (data.length <= readable) {
    const show = data instanceof Float32Array ? showSingle : showNumber;
    return `[${Array.from(data, show).join(", ")}]`;
  }
  let binary = "";
  const bytes = bytesOf(data);
  // In pieces, because a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return `"${btoa(binary)}"`;
}

/** Data of the kind from base64; throws when the bytes are no whole number of elements. */
export function readBase64(tag: StorageTag, text: string): Data {
  const binary = atob(text);
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  const make = storage[tag];
  if (bytes.length % make.BYTES_PER_ELEMENT !== 0)
    throw new Error(`${bytes.length} bytes are no whole number of ${tag} elements`);
  return new make(bytes.buffer);
}
