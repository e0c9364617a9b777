// A key and the number of blocks used in; uniform numbers out. Blocks end in a counter word of their own, so
// that a chain never shares one with the compiled operations, whose counters end in 0, 1 or 2.
import type { PortableFunction } from "../portable-function.js";
import { words } from "../routines/philox.js";
import type { Local, WasmValue } from "../value.js";
import type { Code, SamplerContext } from "./context.js";

/** The last counter word of every block of a sampler. */
const STREAM = 0x53;

/** The four words of the next block. */
export function block(k: Code): WasmValue[] {
  const { f } = k;
  const blocks = k.get("blocks");
  const index = f.op("i64.trunc_sat_f64_u", blocks);
  k.set("blocks", k.add(blocks, k.num(1)));
  const word = (cell: "keyLow" | "keyHigh"): Local => f.op("i64.trunc_sat_f64_u", k.get(cell));
  const key = f.op("i64.or", word("keyLow"), f.op("i64.shl", word("keyHigh"), 32));
  const counter = [f.op("i32.wrap_i64", index), f.op("i32.wrap_i64", f.op("i64.shr_u", index, 32))];
  return words(f, [...counter, f.constant("i32", 0), f.constant("i32", STREAM)], key);
}

/** Uniform in (0, 1), of 52 random bits and a half: the low bits of both words are left out. */
function unit(k: Code, high: WasmValue, low: WasmValue): WasmValue {
  const top = (w: WasmValue): Local => k.f.op("f64.convert_i32_u", k.f.op("i32.shr_u", w, 6));
  const bits = k.add(k.mul(top(high), k.num(2 ** 26)), top(low));
  return k.mul(k.add(bits, k.num(0.5)), k.num(2 ** -52));
}

/** () -> one uniform number; the cell `spare` has another, and `coin` is 0 or 1. */
export const uniform = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.uniform", [], ["f64"], (k) => {
    const { f } = k;
    const [a, b, c, d] = block(k);
    k.set("coin", f.op("f64.convert_i32_u", f.op("i32.and", a, 1)));
    k.set("spare", unit(k, c, d));
    f.return(unit(k, a, b));
  });
