// Numbers in; mean and variance out, accurate when the spread is tiny beside the mean.
import { momentsOf } from "../trace/draw-loops.js";

/** Arithmetic mean; NaN when there are no values. Equal values return that value. */
export const mean = (values: Float64Array): number => momentsOf(values).mean;

/** Mean squared distance from the mean, divided by n - `lostDegrees`; NaN when that divisor is not positive. */
export function variance(values: Float64Array, lostDegrees = 1): number {
  const divisor = values.length - lostDegrees;
  return divisor <= 0 ? NaN : momentsOf(values).squares / divisor;
}

/** All chains one after the other. */
export function flatten(chains: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(chains.reduce((size, chain) => size + chain.length, 0));
  let at = 0;
  for (const chain of chains) {
    out.set(chain, at);
    at += chain.length;
  }
  return out;
}
