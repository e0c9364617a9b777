// Numbers in; the positions that put them in ascending order out. Stable; NaN are not allowed.

const BUCKETS = 1 << 11;

/** Shifts to a digit's lowest bit, and its mask: 11, 11 and 10 bits of a half of a double, lowest first. */
const DIGITS = [
  { shift: 0, mask: 2047 },
  { shift: 11, mask: 2047 },
  { shift: 22, mask: 1023 },
];

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
/** Where the upper half of a double stands among its two words. */
const UPPER = LITTLE_ENDIAN ? 1 : 0;

/**
 * Radix sort on the bits of the doubles, least significant digit first: one sort then serves quantiles, ranks and folded
 * ranks of the same draws, and it costs a fraction of a sort with a comparison function. Draws that are not all alike
 * differ in their upper halves, mostly: these are sorted first, and the lower ones only where many neighbours still are
 * out of order. -0 goes before 0.
 */
export function argsort(values: Float64Array): Uint32Array {
  const bits = sortableBits(values);
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const byUpper = byHalf(bits, order, UPPER);
  return settle(bits, byUpper) ? byUpper : byHalf(bits, byHalf(bits, order, 1 - UPPER), UPPER);
}

/** The positions in order of one half of their numbers; those with equal halves stay in the order given. */
function byHalf(bits: Uint32Array, given: Uint32Array, word: number): Uint32Array {
  const n = given.length;
  let order = given.slice();
  let next = new Uint32Array(n);
  const starts = new Uint32Array(BUCKETS);
  for (const { shift, mask } of DIGITS) {
    starts.fill(0);
    for (let i = word; i < 2 * n; i += 2) starts[(bits[i] >>> shift) & mask]++;
    if (!countsToStarts(starts, n)) continue;
    for (let i = 0; i < n; i++) {
      const from = order[i];
      next[starts[(bits[2 * from + word] >>> shift) & mask]++] = from;
    }
    const swapped = order;
    order = next;
    next = swapped;
  }
  return order;
}

/** Puts neighbours with equal upper halves in order, in place; false when that takes more steps than there are numbers. */
function settle(bits: Uint32Array, order: Uint32Array): boolean {
  let steps = order.length;
  for (let i = 1; i < order.length; i++) {
    const from = order[i];
    const upper = bits[2 * from + UPPER];
    const lower = bits[2 * from + 1 - UPPER];
    let to = i;
    for (; to > 0; to--) {
      const before = order[to - 1];
      if (bits[2 * before + UPPER] !== upper || bits[2 * before + 1 - UPPER] <= lower) break;
      if (--steps < 0) return false;
      order[to] = before;
    }
    order[to] = from;
  }
  return true;
}

/** The values in the given order. */
export function inOrder(values: Float64Array, order: Uint32Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[order[i]];
  return out;
}

/** Bits that order as unsigned integers the way the doubles order: negative numbers inverted, others with the sign bit set. */
function sortableBits(values: Float64Array): Uint32Array {
  const bits = new Uint32Array(values.slice().buffer);
  for (let i = 0; i < bits.length; i += 2) {
    if (bits[i + UPPER] >>> 31 === 1) {
      bits[i] = ~bits[i];
      bits[i + 1] = ~bits[i + 1];
    } else {
      bits[i + UPPER] |= 0x80000000;
    }
  }
  return bits;
}

/** Turns counts into where each bucket starts; false when one bucket holds all, so that the pass would change nothing. */
function countsToStarts(starts: Uint32Array, n: number): boolean {
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = starts[bucket];
    if (count === n) return false;
    starts[bucket] = total;
    total += count;
  }
  return true;
}
