// A complex sequence whose length is a power of two in; its discrete Fourier transform out, in place.
// Cooley and Tukey (1965), decimation in time, radix 2.

/** Transforms re + i im in place: X[k] = sum over t of x[t] exp(-2 pi i k t / n). */
export function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  if (im.length !== n || n === 0 || (n & (n - 1)) !== 0) {
    throw new RangeError(`fft: lengths must be one power of two, got ${n} and ${im.length}; pad with zeros`);
  }
  reverseBits(re, im);
  const { cos, sin } = twiddles(n);
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    const stride = n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0, t = 0; k < half; k++, t += stride) {
        const a = start + k;
        const b = a + half;
        const real = re[b] * cos[t] + im[b] * sin[t];
        const imaginary = im[b] * cos[t] - re[b] * sin[t];
        re[b] = re[a] - real;
        im[b] = im[a] - imaginary;
        re[a] += real;
        im[a] += imaginary;
      }
    }
  }
}

/** The smallest power of two that is at least n. */
export function powerOfTwo(n: number): number {
  let size = 1;
  while (size < n) size *= 2;
  return size;
}

function reverseBits(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(re, i, j);
      swap(im, i, j);
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = values[i];
  values[i] = values[j];
  values[j] = value;
}

interface Twiddles {
  readonly n: number;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** Roots of unity, kept for one n: a summary transforms many sequences of the same length. */
let kept: Twiddles | undefined;

function twiddles(n: number): Twiddles {
  if (kept?.n === n) return kept;
  const half = n / 2;
  const cos = new Float64Array(half);
  const sin = new Float64Array(half);
  for (let k = 0; k < half; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n);
    sin[k] = Math.sin((2 * Math.PI * k) / n);
  }
  kept = { n, cos, sin };
  return kept;
}
