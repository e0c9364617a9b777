// Philox 4x32-10: a counter of four words and a key of two words in, four random words out
// (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High word of the unsigned 64-bit product, from halves of 16 bits. */
function high(a: number, b: number): number {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = ah * bl + ((al * bl) >>> 16);
  return (ah * bh + Math.floor(middle / 0x10000) + (al * bh + (middle & 0xffff)) / 0x10000) >>> 0;
}

/** Writes the block of a counter under a key into out[0..3]. */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  let [a, b, c, d] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
  let [p, q] = [k0 >>> 0, k1 >>> 0];
  for (let round = 0; round < 10; round++) {
    const [hi0, lo0] = [high(M0, a), Math.imul(M0, a) >>> 0];
    const [hi1, lo1] = [high(M1, c), Math.imul(M1, c) >>> 0];
    [a, b, c, d] = [(hi1 ^ b ^ p) >>> 0, lo1, (hi0 ^ d ^ q) >>> 0, lo0];
    p = (p + W0) >>> 0;
    q = (q + W1) >>> 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}
