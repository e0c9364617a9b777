// A wasm module and custom sections in; the same module with them, every instruction unchanged, out.
import { Bytes } from "./leb.js";

const CUSTOM = 0;

export function appendSections(
  module: Uint8Array,
  custom: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const out = new Bytes().append(module);
  for (const { name, bytes } of custom) {
    const content = new Bytes().text(name).append(bytes);
    out.byte(CUSTOM).u32(content.length).append(content);
  }
  return out.take();
}
