// 32 random bits in, a standard normal number out: 256 layers of equal area under the density, one of which a number is uniform in
// (Marsaglia and Tsang 2000; without the correlations of their bits, Doornik 2005). All but one in eighty take a load, a product and a
// comparison. Layers are computed by the module itself, when numbers are first drawn.
import { exp } from "../../../ops/routines/exp.js";
import { log } from "../../../ops/routines/log.js";
import type { PortableFunction } from "../portable-function.js";
import { upTo } from "../routines/loops.js";
import { held } from "../routines/updates.js";
import type { Local, Operand, WasmValue } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { LAYERS } from "./plan.js";
import { block, uniform } from "./random.js";

/** Where the tail begins, and the area of a layer: the one pair for which 255 layers above the tail's end at the mode. */
const TAIL = 3.6541528853610088;
const AREA = 0.004928673233974655;
/** Bits of a word: 8 for the layer, 1 for the sign, 23 for the place. */
const LAYER = LAYERS - 1;
const SIGN = LAYERS;
const PLACE = 9;

/** Memory holds the right ends of the layers, from below, and behind them how much of a layer lies under the one above, as a share. */
const end = (k: Code, layer: Operand, above = 0): Local =>
  k.f.load("f64.load", k.f.op("i32.shl", layer, 3), k.cx.places.layers + 8 * above);
const inside = (k: Code, layer: Operand): Local => end(k, layer, LAYERS + 1);

/** The layer of a word and a number uniform in its width. */
function candidate(k: Code, word: WasmValue): { layer: Local; x: Local; fits: Local } {
  const { f } = k;
  const layer = held(f, f.op("i32.and", word, LAYER));
  const bits = f.op("f64.convert_i32_u", f.op("i32.shr_u", word, PLACE));
  const u = held(f, k.mul(k.add(bits, k.num(0.5)), k.num(2 ** (PLACE - 32))));
  return { layer, x: held(f, k.mul(u, end(k, layer))), fits: f.op("f64.lt", u, inside(k, layer)) };
}

/** A normal number from a word. */
export function normal(k: Code, word: WasmValue): WasmValue {
  const { f } = k;
  const w = held(f, word);
  const { layer, x, fits } = candidate(k, w);
  f.if(f.op("i32.eqz", fits), () => f.set(x, k.result(k.fn(seldom), layer, x)));
  // Not with a select, which is a branch that goes either way.
  const sign = f.op("i64.shl", f.op("i64.extend_i32_u", f.op("i32.and", w, SIGN)), 63 - Math.log2(SIGN));
  return f.op("f64.reinterpret_i64", f.op("i64.xor", f.op("i64.reinterpret_f64", x), sign));
}

const density = (k: Code, x: WasmValue): Local => held(k.f, k.call(exp, k.mul(k.num(-0.5), k.mul(x, x))));

/** (layer, x): a positive number, where x is not under the layer above: itself, if it is under the curve, or another one. */
const seldom = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.seldom", ["i32", "f64"], ["f64"], (k, firstLayer, firstX) => {
    const { f } = k;
    const layer = k.variable("i32", firstLayer);
    const x = k.variable("f64", firstX);
    f.loop((again) => {
      f.if(f.op("i32.eqz", layer), () => f.return(k.result(k.fn(tail))));
      const [low, high] = [density(k, end(k, layer)), density(k, end(k, layer, 1))];
      const y = k.add(low, k.mul(k.result(k.fn(uniform)), k.sub(high, low)));
      f.if(k.lt(y, density(k, x)), () => f.return(x));
      const other = candidate(k, held(f, block(k)[0]!));
      f.if(other.fits, () => f.return(other.x));
      f.set(layer, other.layer);
      f.set(x, other.x);
      f.br(again);
    });
  });

/** (): a normal number above TAIL (Marsaglia 1964). */
const tail = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.tail", [], ["f64"], (k) => {
    const { f } = k;
    f.loop((again) => {
      const u = k.result(k.fn(uniform));
      const over = k.variable("f64", k.mul(k.call(log, u), k.num(-1 / TAIL)));
      const bound = k.variable("f64", k.mul(k.call(log, k.get("spare")), k.num(-2)));
      f.if(k.gt(bound, k.mul(over, over)), () => f.return(k.add(over, k.num(TAIL))));
      f.br(again);
    });
  });

/** (): computes the layers where that has not been done. */
export const layers = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.layers", [], [], (k) => {
    const { f } = k;
    const { layers: place } = cx.places;
    const put = (layer: Operand, x: Operand, above = 0): void =>
      f.store("f64.store", f.op("i32.shl", layer, 3), x, place + 8 * above);
    f.if(k.gt(end(k, 0), k.num(0)), () => f.return());
    const x = k.variable("f64", k.num(TAIL));
    put(0, k.div(k.num(AREA), density(k, x)));
    put(1, x);
    upTo(f, 2, LAYERS, (layer) => {
      const height = k.add(k.div(k.num(AREA), x), density(k, x));
      f.set(x, k.sqrt(k.mul(k.num(-2), k.call(log, height))));
      put(layer, x);
    });
    upTo(f, 0, LAYERS, (layer) => put(layer, k.div(end(k, layer, 1), end(k, layer)), LAYERS + 1));
  });
