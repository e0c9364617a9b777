// A number of doubles in; a wasm loop that reads them all and sums them in four pairs of lanes, which is what memory allows, out.
import { ModuleBuilder, type Local } from "../src/codegen/wasm/module.js";

const PAGE = 65536;
/** Bytes of a turn. */
const TURN = 64;

/** The function runs the loop once. */
export function readAlone(count: number): () => number {
  const bytes = TURN * Math.ceil((8 * count) / TURN);
  const module = new ModuleBuilder();
  module.memory(Math.ceil(bytes / PAGE), { export: "memory" });
  const f = module.func("read", [], ["f64"], { export: "read" });
  const at = f.local("i32");
  const sums = [0, 16, 32, 48].map((offset): [Local, number] => [f.local("v128"), offset]);
  f.loop((again) => {
    for (const [sum, offset] of sums) f.set(sum, f.op("f64x2.add", sum, f.load("v128.load", at, offset, 8)));
    f.set(at, f.op("i32.add", at, TURN));
    f.brIf(again, f.op("i32.lt_u", at, bytes));
  });
  const [a, b, c, d] = sums.map(([sum]) => sum);
  const total = f.op("f64x2.add", f.op("f64x2.add", a, b), f.op("f64x2.add", c, d));
  f.return(
    f.op("f64.add", f.extract("f64x2.extract_lane", total, 0), f.extract("f64x2.extract_lane", total, 1)),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()));
  const memory = new Float64Array((exports.memory as WebAssembly.Memory).buffer);
  memory.fill(1);
  const read = exports.read as () => number;
  if (read() !== bytes / 8) throw new Error("bench: the loop read something else.");
  return read;
}
