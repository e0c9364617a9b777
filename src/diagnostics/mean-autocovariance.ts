// Deviations of chains from their means in; a function from a lag to the mean over chains of their autocovariance out, computed as far as it is asked for.
import { fft, powerOfTwo } from "./fft.js";

/** Geyer's truncation stops within a few lags when chains mix: below this many, direct sums beat Fourier transforms. */
const DIRECT_LAGS = 32;

/** Mean over chains of the biased autocovariance; lags are 0 .. n - 1. `deviations` holds chains of n draws one after the other. */
export function meanAutocovariance(deviations: Float64Array, n: number): (lag: number) => number {
  let all: Float64Array | undefined;
  return (lag) => {
    if (lag < DIRECT_LAGS) return directLag(deviations, n, lag);
    all ??= everyLag(deviations, n);
    return all[lag];
  };
}

function directLag(x: Float64Array, n: number, lag: number): number {
  let sum = 0;
  for (let start = 0; start < x.length; start += n) sum += laggedProduct(x, start, start + n - lag, lag);
  return sum / x.length;
}

/** Sum of x[t] x[t + lag] over start <= t < end. A function of its own, called once a chain, is compiled early by JS engines. */
function laggedProduct(x: Float64Array, start: number, end: number, lag: number): number {
  // Two accumulators halve the wait on the previous addition.
  let even = 0;
  let odd = 0;
  let t = start;
  for (; t < end - 1; t += 2) {
    even += x[t] * x[t + lag];
    odd += x[t + 1] * x[t + 1 + lag];
  }
  if (t < end) even += x[t] * x[t + lag];
  return even + odd;
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
