// A backend's name in, the backend out.
import type { Backend } from "./backend.js";
import { interpretBackend } from "./interpret.js";
import { wasmBackend } from "./wasm.js";

export type BackendName = "wasm" | "webgpu" | "interpret";

const backends = new Map<string, Backend>([
  ["wasm", wasmBackend],
  ["interpret", interpretBackend],
]);

/** What jit uses unless told. */
export const defaultBackend: BackendName = "wasm";

export function backendNamed(name: string): Backend {
  const found = backends.get(name);
  if (found) return found;
  if (name === "webgpu")
    throw new Error(
      'The backend "webgpu" is not part of this build: no GPU backend is present. Use { backend: "wasm" }.',
    );
  throw new Error(
    `There is no backend "${name}"; choose one of ${[...backends.keys()].map((n) => `"${n}"`).join(", ")}.`,
  );
}
