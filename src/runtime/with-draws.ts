// An exported log density and points in; the same file with these points in place of those it keeps out.
import { appendSections } from "../codegen/wasm/append.js";
import type { Data } from "../ir/types.js";
import { DRAWS, SECTION, type DensityManifest } from "./manifest.js";

const MAGIC_AND_VERSION = 8;
const CUSTOM = 0;

export function withDraws(file: Uint8Array, draws: Data | undefined): Uint8Array<ArrayBuffer> {
  const module = new WebAssembly.Module(file as Uint8Array<ArrayBuffer>);
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  const manifest = JSON.parse(new TextDecoder().decode(section)) as DensityManifest;
  const next = { ...manifest, draws: draws ? draws.length / Math.max(1, manifest.dim) : 0 };
  const custom = [{ name: SECTION, bytes: new TextEncoder().encode(JSON.stringify(next)) }];
  if (draws) custom.push({ name: DRAWS, bytes: new Uint8Array(Float64Array.from(draws).buffer) });
  return appendSections(withoutCustom(file), custom);
}

/** Section by section: an id, a length in LEB128, the contents. */
function withoutCustom(file: Uint8Array): Uint8Array {
  const kept = [file.subarray(0, MAGIC_AND_VERSION)];
  for (let at = MAGIC_AND_VERSION; at < file.length;) {
    const start = at;
    const id = file[at++]!;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = file[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += length;
    if (id !== CUSTOM) kept.push(file.subarray(start, at));
  }
  const out = new Uint8Array(kept.reduce((n, part) => n + part.length, 0));
  let place = 0;
  for (const part of kept) {
    out.set(part, place);
    place += part.length;
  }
  return out;
}
