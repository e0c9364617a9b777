// A function as its callers see it.
import type { WasmType } from "./value.js";

export interface Signature {
  readonly name: string;
  readonly index: number;
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
}
