// A wasm module, contents of memory and custom sections in; the same module with them, every instruction unchanged, out.
import { Bytes } from "./leb.js";

export interface Segment {
  readonly place: number;
  readonly bytes: Uint8Array;
}

const DATA = 11;
const CUSTOM = 0;

/** The module must have no data section yet: sections stand in a fixed order, with data behind code. */
export function appendSections(
  module: Uint8Array,
  segments: readonly Segment[],
  custom: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const out = new Bytes().append(module);
  const section = (id: number, content: Bytes): void => {
    out.byte(id).u32(content.length).append(content);
  };
  // Memory starts as zeros.
  const needed = segments.filter((s) => s.bytes.some((b) => b !== 0));
  if (needed.length > 0) {
    const data = new Bytes().u32(needed.length);
    // Active segment of memory 0: i32.const place, end.
    for (const { place, bytes } of needed)
      data.u32(0).byte(0x41).i32(place).byte(0x0b).u32(bytes.length).append(bytes);
    section(DATA, data);
  }
  for (const { name, bytes } of custom) section(CUSTOM, new Bytes().text(name).append(bytes));
  return out.take();
}
