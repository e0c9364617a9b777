// The running log(sum(exp(x))) of one line, on the same routines as compiled code.
import type { Data, DType } from "../ir/types.js";
import { exp } from "./routines/exp.js";
import { log } from "./routines/log.js";
import { js32, js64 } from "./js-machine.js";

/**
 * Keeps the maximum so far and the sum of exponentials below it, rescaled when the maximum rises, so nothing overflows.
 * Writes `count` results from `from`, `stride` apart.
 */
export function runningLogSumExp(
  x: Data,
  out: Data,
  from: number,
  stride: number,
  count: number,
  dtype: DType,
): void {
  const k = dtype === "f32" ? js32 : js64;
  const decay = (v: number) => k.call(exp, v) as number;
  let top = -Infinity;
  let sum = 0;
  for (let i = 0, p = from; i < count; i++, p += stride) {
    const v = x[p];
    if (v > top) {
      sum = k.add(k.mul(sum, top === -Infinity ? 0 : decay(k.sub(top, v) as number)), 1) as number;
      top = v;
    } else if (v !== -Infinity) {
      sum = k.add(sum, v === top ? 1 : decay(k.sub(v, top) as number)) as number;
    }
    out[p] = k.add(top, k.call(log, sum)) as number;
  }
}
