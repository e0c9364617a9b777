// A call in; by how many bytes heap and array buffers (wasm memory among them) grow while it is repeated, out.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;
/** Twice, because what a finaliser frees goes with the next collection. */
export const collect = (): void => {
  gc();
  gc();
};

export interface Growth {
  heap: number;
  /** Memory of WebAssembly and array buffers. */
  buffers: number;
}

/** The least of three measurements each: what leaks does so every time, what the engine keeps for itself comes once. */
export function growth(call: () => void, times: number): Growth {
  // The engine's own compilation allocates at first.
  for (let i = 0; i < 2000; i++) call();
  const grown = Array.from({ length: 3 }, () => {
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < times; i++) call();
    collect();
    const after = process.memoryUsage();
    return {
      heap: after.heapUsed - before.heapUsed,
      buffers: after.external + after.arrayBuffers - before.external - before.arrayBuffers,
    };
  });
  return {
    heap: Math.min(...grown.map((g) => g.heap)),
    buffers: Math.min(...grown.map((g) => g.buffers)),
  };
}
