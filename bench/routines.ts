// Prints ns per element of every special function, scalar and SIMD wasm, on 4096 typical arguments (not in the test run).
// Run: npx esbuild bench/routines.ts --bundle --platform=node --format=esm --outfile=build/bench-routines.js && node build/bench-routines.js
import { catalogue } from "../src/ops/routines/catalogue.js";
import { RoutineLinker } from "../src/codegen/wasm/link.js";
import {
  ModuleBuilder,
  type FunctionBuilder,
  type Local,
  type WasmValue,
} from "../src/codegen/wasm/module.js";
import { ScalarMachine } from "../src/codegen/wasm/scalar-machine.js";
import { SimdMachine } from "../src/codegen/wasm/simd-machine.js";
import type { Routine } from "../src/ir/machine.js";

const N = 4096;
const COLUMN = 8 * N;
/** Behind the tables. */
const START = 8192;

/** Argument ranges where (-3, 3) is not typical. */
const ranges: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  log: [[0.001, 1000]],
  log1p: [[-0.9, 10]],
  exp: [[-20, 20]],
  sin: [[-30, 30]],
  cos: [[-30, 30]],
  acosh: [[1, 100]],
  atanh: [[-1, 1]],
  asin: [[-1, 1]],
  acos: [[-1, 1]],
  erfinv: [[-1, 1]],
  ndtri: [[0, 1]],
  excess: [[-0.9, 3]],
  lgamma: [[0.1, 30]],
  digamma: [[0.1, 30]],
  trigamma: [[0.1, 30]],
  pow: [
    [0.1, 10],
    [-5, 5],
  ],
  xlogy: [
    [0, 3],
    [0.1, 10],
  ],
  xlog1py: [
    [0, 3],
    [0.1, 10],
  ],
  gammainc: [
    [0.5, 20],
    [0.5, 20],
  ],
  gammaincc: [
    [0.5, 20],
    [0.5, 20],
  ],
  betainc: [
    [0.5, 20],
    [0.5, 20],
    [0, 1],
  ],
};

/** A loop that stores f of the columns after them; `step` bytes a turn. */
function loop(f: FunctionBuilder, step: number, body: (at: Local) => void): void {
  const at = f.local("i32");
  f.loop((again) => {
    body(at);
    f.set(at, f.op("i32.add", at, step));
    f.brIf(again, f.op("i32.lt_u", at, COLUMN));
  });
}

function compile(routine: Routine): {
  scalar: () => void;
  simd: () => void;
  memory: WebAssembly.Memory;
  bytes: number;
} {
  const module = new ModuleBuilder();
  module.memory(5, { export: "memory" });
  const linker = new RoutineLinker(module);
  const columns = Array.from({ length: routine.arity }, (_, i) => START + i * COLUMN);
  const out = START + routine.arity * COLUMN;
  const scalar = module.func("scalar", [], [], { export: "scalar" });
  const k1 = new ScalarMachine(scalar, linker);
  loop(scalar, 8, (at) => {
    const args: WasmValue[] = columns.map((c) => scalar.load("f64.load", at, c));
    scalar.store("f64.store", at, k1.call(routine, ...args), out);
  });
  const simd = module.func("simd", [], [], { export: "simd" });
  const k2 = new SimdMachine(simd, linker);
  loop(simd, 16, (at) => {
    const args: WasmValue[] = columns.map((c) => simd.load("v128.load", at, c));
    simd.store("v128.store", at, k2.vector(k2.call(routine, ...args)), out);
  });
  const bytes = module.bytes();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return {
    scalar: exports.scalar as () => void,
    simd: exports.simd as () => void,
    memory: exports.memory as WebAssembly.Memory,
    bytes: bytes.length,
  };
}

/** Best of several timings, in ns per element. */
function time(run: () => void): number {
  const warm = performance.now();
  while (performance.now() - warm < 20) run();
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    let turns = 0;
    do {
      run();
      turns++;
    } while (performance.now() - start < 5);
    best = Math.min(best, ((performance.now() - start) * 1e6) / turns / N);
  }
  return best;
}

const only = process.argv.slice(2);
console.log("routine        scalar    simd   (ns per element)   module bytes");
for (const { routine } of catalogue) {
  if (only.length > 0 && !only.includes(routine.name)) continue;
  const { scalar, simd, memory, bytes } = compile(routine);
  const view = new Float64Array(memory.buffer);
  for (let c = 0; c < routine.arity; c++) {
    const [low, high] = ranges[routine.name]?.[c] ?? [-3, 3];
    for (let i = 0; i < N; i++)
      view[START / 8 + c * N + i] = low + (high - low) * ((i * 0.6180339887498949) % 1);
  }
  console.log(
    `${routine.name.padEnd(12)} ${time(scalar).toFixed(2).padStart(8)} ${time(simd).toFixed(2).padStart(7)} ${String(bytes).padStart(30)}`,
  );
}
