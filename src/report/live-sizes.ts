// Chains under way in; the smallest effective sample size of each, now and then, out.
import { essBulk } from "../diagnostics/ess-bulk.js";
import { coordinateOf } from "../infer/chains/coordinate.js";
import type { ChainRecord } from "../infer/chains/record.js";

/** The size of chain i, or undefined: leave what stands there. */
export type LiveSizes = (chain: number, record: ChainRecord) => number | undefined;

const FEWEST_DRAWS = 20;
const MOST_COORDINATES = 20;
/** Of longer chains every second draw is looked at, every third, ...: the size found is then a little too small. */
const MOST_DRAWS = 5000;
/** Looking takes at most this share of the time. */
const SHARE = 0.02;

/** Up to 20 coordinates of a chain are looked at, evenly spread. */
export function liveSizes(chains: number, now = (): number => performance.now()): LiveSizes {
  const next = new Array<number>(chains).fill(-Infinity);
  return (chain, record) => {
    const began = now();
    const last = record.kept === record.samples;
    const every = Math.ceil(record.kept / MOST_DRAWS);
    if (record.kept < FEWEST_DRAWS || (began < next[chain] && !last)) return undefined;
    const stride = Math.ceil(record.dim / MOST_COORDINATES);
    let least = Infinity;
    for (let k = 0; k < record.dim; k += stride)
      least = Math.min(least, essBulk([coordinateOf(record, k, record.kept, every)]));
    const end = now();
    next[chain] = end + Math.max(500, ((end - began) * chains) / SHARE);
    return Number.isFinite(least) ? least : undefined;
  };
}
