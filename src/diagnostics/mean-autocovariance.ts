// Deviations of chains from their means in; a function from a lag to the mean over chains of their autocovariance out, computed as far as it is asked for.
import type { Deviations } from "../trace/draw-loops.js";
import { fft, powerOfTwo } from "./fft.js";

/** Geyer's truncation stops within a few lags when chains mix: below this many, direct sums beat Fourier transforms. */
const DIRECT_LAGS = 32;

/** Mean over chains of the biased autocovariance; lags are 0 .. n - 1, of `total` draws in chains of n. */
export function meanAutocovariance(
  deviations: Pick<Deviations, "all" | "lagged">,
  n: number,
  total: number,
): (lag: number) => number {
  let all: Float64Array | undefined;
  return (lag) => {
    if (lag < DIRECT_LAGS) return deviations.lagged(lag) / total;
    all ??= everyLag(deviations.all(), n);
    return all[lag];
  };
}

/**
 * Two real chains share one complex transform: the even part of |F(x + i y)|^2 is |F(x)|^2 + |F(y)|^2, and only the even
 * part reaches the real part of the transform back. The sum over chains is transformed back once.
 */
function everyLag(deviations: Float64Array, n: number): Float64Array {
  const size = powerOfTwo(2 * n);
  const power = new Float64Array(size);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let start = 0; start < deviations.length; start += 2 * n) {
    re.fill(0).set(deviations.subarray(start, start + n));
    im.fill(0).set(deviations.subarray(start + n, start + 2 * n));
    fft(re, im);
    for (let k = 0; k < size; k++) power[k] += re[k] * re[k] + im[k] * im[k];
  }
  fft(power, im.fill(0));
  return power.subarray(0, n).map((value) => value / (size * deviations.length));
}
