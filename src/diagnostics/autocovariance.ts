// A chain, or chains, in; autocovariance and autocorrelation at every lag out.
import { readChains, readSample, type Draws } from "./draws.js";
import { fft, powerOfTwo } from "./fft.js";
import { mean } from "./moments.js";

/**
 * Autocovariance at lags 0 .. draws - 1, divided by the number of draws at every lag (the biased estimate, whose sequence
 * is positive definite; Geyer 1992). One chain gives one array; (chains, draws) gives one array a chain.
 *
 * @example autocovariance([1, 2, 3, 4]) // [1.25, 0.3125, -0.375, -0.5625]
 */
export function autocovariance(chain: ArrayLike<number>): Float64Array;
export function autocovariance(draws: Draws): Float64Array[];
export function autocovariance(draws: ArrayLike<number> | Draws): Float64Array | Float64Array[] {
  return eachChain(draws, "autocovariance", autocovarianceOfChain);
}

/**
 * Autocovariance divided by its value at lag 0; NaN throughout for a constant chain. Shapes as `autocovariance`.
 *
 * @example autocorrelation([1, 2, 3, 4]) // [1, 0.25, -0.3, -0.45]
 */
export function autocorrelation(chain: ArrayLike<number>): Float64Array;
export function autocorrelation(draws: Draws): Float64Array[];
export function autocorrelation(draws: ArrayLike<number> | Draws): Float64Array | Float64Array[] {
  return eachChain(draws, "autocorrelation", (chain) => {
    const covariance = autocovarianceOfChain(chain);
    return covariance.map((value) => value / covariance[0]);
  });
}

function eachChain(
  draws: ArrayLike<number> | Draws,
  caller: string,
  of: (chain: Float64Array) => Float64Array,
): Float64Array | Float64Array[] {
  const single = "length" in draws && (draws.length === 0 || typeof draws[0] === "number");
  if (single) return of(readSample(draws as ArrayLike<number>, caller).data);
  return readChains(draws as Draws, caller).map(of);
}

/** Wiener-Khinchin: the power spectrum of the zero-padded chain, transformed back. */
function autocovarianceOfChain(chain: Float64Array): Float64Array {
  const n = chain.length;
  const size = powerOfTwo(2 * n);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const centre = mean(chain);
  re.set(chain.map((value) => value - centre));
  fft(re, im);
  for (let k = 0; k < size; k++) {
    re[k] = re[k] * re[k] + im[k] * im[k];
    im[k] = 0;
  }
  // The spectrum of a real chain is real and symmetric, so forward and inverse transforms differ by a factor only.
  fft(re, im);
  return re.subarray(0, n).map((value) => value / (size * n));
}
