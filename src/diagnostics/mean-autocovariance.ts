// Chains in; a function from a lag to the mean over chains of their autocovariance out, computed as far as it is asked for.
import { centred } from "./autocovariance.js";
import { fft, powerOfTwo } from "./fft.js";

/** Geyer's truncation stops within a few lags when chains mix: below this many, direct sums beat Fourier transforms. */
const DIRECT_LAGS = 32;

/** Mean over chains of the biased autocovariance; lags are 0 .. draws - 1. */
export function meanAutocovariance(chains: readonly Float64Array[]): (lag: number) => number {
  const deviations = chains.map(centred);
  let all: Float64Array | undefined;
  return (lag) => {
    if (lag < DIRECT_LAGS) return directLag(deviations, lag);
    all ??= everyLag(deviations);
    return all[lag];
  };
}

function directLag(deviations: readonly Float64Array[], lag: number): number {
  const n = deviations[0].length;
  let total = 0;
  for (const x of deviations) {
    // Two accumulators halve the wait on the previous addition.
    let even = 0;
    let odd = 0;
    const last = n - lag - 1;
    let t = 0;
    for (; t < last; t += 2) {
      even += x[t] * x[t + lag];
      odd += x[t + 1] * x[t + 1 + lag];
    }
    if (t === last) even += x[t] * x[t + lag];
    total += even + odd;
  }
  return total / (n * deviations.length);
}

/**
 * Two real chains share one complex transform: the even part of |F(x + i y)|^2 is |F(x)|^2 + |F(y)|^2, and only the even
 * part reaches the real part of the transform back. The sum over chains is transformed back once.
 */
function everyLag(deviations: readonly Float64Array[]): Float64Array {
  const n = deviations[0].length;
  const size = powerOfTwo(2 * n);
  const power = new Float64Array(size);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let chain = 0; chain < deviations.length; chain += 2) {
    re.fill(0).set(deviations[chain]);
    im.fill(0);
    if (chain + 1 < deviations.length) im.set(deviations[chain + 1]);
    fft(re, im);
    for (let k = 0; k < size; k++) power[k] += re[k] * re[k] + im[k] * im[k];
  }
  fft(power, im.fill(0));
  return power.subarray(0, n).map((value) => value / (size * n * deviations.length));
}
