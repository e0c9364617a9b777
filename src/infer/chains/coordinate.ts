// A chain's draws so far in; those of one unconstrained coordinate out.
import type { ChainRecord } from "./record.js";

/** Of the first `draws` values every so many-th. */
export function coordinateOf({ draws, dim }: ChainRecord, k: number, first: number, every = 1): Float64Array {
  return Float64Array.from({ length: Math.floor(first / every) }, (_, i) => draws[i * every * dim + k]);
}
