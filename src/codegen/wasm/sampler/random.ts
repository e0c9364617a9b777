// A key and the number of blocks used in; uniform numbers out. Blocks end in a counter word of their own, so
// that a chain never shares one with the compiled operations, whose counters end in 0, 1 or 2.
import type { PortableFunction } from "../portable-function.js";
import { held } from "../routines/updates.js";
import { wordsOfFour } from "../routines/philox.js";
import type { Local, Operand, WasmValue } from "../value.js";
import type { Code, SamplerContext } from "./context.js";

/** The last counter word of every block of a sampler. */
const STREAM = 0x53;

/** Blocks that are computed together, and the bytes of one word of each. */
const TOGETHER = 4;
const APART = 4 * TOGETHER;

/** (index): writes the words of the block with that index, a multiple of TOGETHER, and of those after it: first all first words. */
const blocks = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.blocks", ["i64"], [], (k, index) => {
    const { f } = k;
    const word = (cell: "keyLow" | "keyHigh"): Local => f.op("i64.trunc_sat_f64_u", k.get(cell));
    const key = held(f, f.op("i64.or", word("keyLow"), f.op("i64.shl", word("keyHigh"), 32)));
    const lanes = (x: Operand): Local => f.op("i32x4.splat", x);
    const low = f.op("i32x4.add", lanes(f.op("i32.wrap_i64", index)), f.v128(0x1_0000_0000n, 0x3_0000_0002n));
    const high = lanes(f.op("i32.wrap_i64", f.op("i64.shr_u", index, 32)));
    const counter = [low, high, f.splat("i32x4", 0), f.splat("i32x4", STREAM)];
    wordsOfFour(f, counter, key).forEach((word, i) =>
      f.store("v128.store", 0, word, cx.places.words + i * APART, 8),
    );
    k.set("ahead", 1);
  });

/** The four words of the next block. */
export function block(k: Code): WasmValue[] {
  const { f } = k;
  const used = held(f, k.get("blocks"));
  const index = held(f, f.op("i64.trunc_sat_f64_u", used));
  k.set("blocks", k.add(used, k.num(1)));
  const lane = held(f, f.op("i32.and", f.op("i32.wrap_i64", index), TOGETHER - 1));
  f.if(f.op("i32.or", f.op("i32.eqz", lane), f.op("i32.eqz", k.on("ahead"))), () =>
    f.call(k.fn(blocks), [f.op("i64.and", index, BigInt(-TOGETHER))]),
  );
  const at = held(f, f.op("i32.shl", lane, 2));
  return [0, 1, 2, 3].map((i) => held(f, f.load("i32.load", at, k.cx.places.words + i * APART)));
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
