// The file of a log density in; its gradient called from a wasm loop, as a sampler's compiled loop calls it, out.
import { FORMAT, SECTION, type DensityManifest } from "../src/runtime/manifest.js";
import { ModuleBuilder } from "../src/codegen/wasm/module.js";

const DOUBLE = 8;

export interface GradientLoop {
  /** The log density at a point; the gradient is written to `out`. */
  logDensityGradient(q: ArrayLike<number>, out: Float64Array): number;
  /** Where loops are: moved by 1e-12 at each turn, one coordinate after another. */
  readonly point: Float64Array;
  /** That many gradients in one call from JavaScript; the sum of the log densities. */
  run(count: number): number;
}

/** `loop(count)`, which moves the point, calls `main` and adds up what it leaves at `value`, count times. */
function driver(point: number, dim: number, value: number): WebAssembly.Module {
  const module = new ModuleBuilder();
  module.memory(1, { import: ["density", "memory"] });
  const main = module.importFunction(["density", "main"], [], []);
  const f = module.func("loop", ["i32"], ["f64"], { export: "loop" });
  const left = f.param(0);
  const at = f.local("i32");
  const sum = f.local("f64");
  f.loop((again) => {
    f.store("f64.store", at, f.op("f64.add", f.load("f64.load", at, point), 1e-12), point);
    f.set(at, f.op("i32.add", at, DOUBLE));
    f.set(at, f.select(f.op("i32.lt_u", at, DOUBLE * dim), at, f.constant("i32", 0)));
    f.call(main, []);
    f.set(sum, f.op("f64.add", sum, f.load("f64.load", 0, value)));
    f.set(left, f.op("i32.sub", left, 1));
    f.brIf(again, left);
  });
  f.return(sum);
  return new WebAssembly.Module(module.bytes());
}

/** The file is what `infer.logDensity(model, args).export()` returns: the same instructions, with the data in its memory. */
export function gradientLoop(file: Uint8Array): GradientLoop {
  const module = new WebAssembly.Module(file as Uint8Array<ArrayBuffer>);
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  const { format, dim, entries } = JSON.parse(new TextDecoder().decode(section)) as DensityManifest;
  if (format !== FORMAT) throw new Error(`bench: the file has format ${format}, not ${FORMAT}.`);
  const { main, prologue, inputs, outputs } = entries.logDensity;
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports.memory as WebAssembly.Memory;
  if (prologue !== null) (exports[prologue] as () => void)();
  const runMain = exports[main] as () => void;
  const at = inputs.filter((i) => i.role === "given").map((i) => i.place);
  const [value, ...gradient] = outputs.map((o) => o.place);
  const point = new Float64Array(memory.buffer, Math.min(...at), dim);
  const out = new Float64Array(memory.buffer, Math.min(...gradient), dim);
  const loop = new WebAssembly.Instance(driver(point.byteOffset, dim, value), {
    density: { memory, main: runMain },
  });
  return {
    point,
    logDensityGradient(q, into) {
      point.set(q);
      runMain();
      into.set(out);
      return new Float64Array(memory.buffer, value, 1)[0];
    },
    run: loop.exports.loop as (count: number) => number,
  };
}
