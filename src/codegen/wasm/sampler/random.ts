// A key and the number of blocks used in; uniforms and standard normals out. Blocks end in a counter word of their own, so
// that a chain never shares one with the compiled operations, whose counters end in 0, 1 or 2.
import { ndtri } from "../../../ops/routines/normal-quantile.js";
import type { FunctionBuilder } from "../module.js";
import { words } from "../routines/philox.js";
import type { Local, WasmValue } from "../value.js";
import type { SamplerContext } from "./context.js";

/** The last counter word of every block of a sampler. */
const STREAM = 0x53;

/** () -> one number uniform in (0, 1), of 52 random bits and a half. A block makes two: the cell spare has the second. */
const draw = (cx: SamplerContext): FunctionBuilder =>
  cx.write("sampler.draw", [], ["f64"], (k) => {
    const { f } = k;
    const blocks = k.get("blocks");
    const index = f.op("i64.trunc_sat_f64_u", blocks);
    k.set("blocks", k.add(blocks, k.num(1)));
    const word = (cell: "keyLow" | "keyHigh"): Local => f.op("i64.trunc_sat_f64_u", k.get(cell));
    const key = f.op("i64.or", word("keyLow"), f.op("i64.shl", word("keyHigh"), 32));
    const counter = [f.op("i32.wrap_i64", index), f.op("i32.wrap_i64", f.op("i64.shr_u", index, 32))];
    const [a, b, c, d] = words(f, [...counter, f.constant("i32", 0), f.constant("i32", STREAM)], key);
    const top = (w: WasmValue): Local => f.op("f64.convert_i32_u", f.op("i32.shr_u", w, 6));
    const unit = (high: WasmValue, low: WasmValue): WasmValue => {
      const bits = k.add(k.mul(top(high), k.num(2 ** 26)), top(low));
      return k.mul(k.add(bits, k.num(0.5)), k.num(2 ** -52));
    };
    k.set("spare", unit(c, d));
    f.return(unit(a, b));
  });

/** () -> one uniform number: what is left of a block, or the first of a new one. */
export const uniform = (cx: SamplerContext): FunctionBuilder =>
  cx.write("sampler.uniform", [], ["f64"], (k) => {
    const spare = k.get("spare");
    k.f.if(k.eq(spare, spare), () => {
      k.set("spare", NaN);
      k.f.return(spare);
    });
    k.f.return(k.result(cx.fn(draw)));
  });

/** (address): fills a vector with standard normals, by the quantile function. */
export const normals = (cx: SamplerContext): FunctionBuilder =>
  cx.write("sampler.normals", ["i32"], [], (k, to) => {
    k.v.each((at) => {
      const first = k.result(cx.fn(draw));
      const both = k.f.replace("f64x2.replace_lane", k.f.op("f64x2.splat", first), 1, k.get("spare"));
      k.v.store(to, at, k.f.call(cx.linker.simd(ndtri), [both])!);
    });
    k.set("spare", NaN);
  });
