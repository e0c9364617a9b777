// A key and a counter in, random words, uniforms and normals out: Philox 4x32-10 (Salmon et al. 2011) in plain numbers.
// Samplers that run in JavaScript draw from it; a stream never shares a block with the compiled operations, whose
// counters end in 0, 1 or 2 where these end in STREAM.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;
/** The last counter word of every block of a stream. */
const STREAM = 0x53;

/** The high word of the product of two unsigned 32-bit numbers: products with half a number, and their sum, are exact in doubles. */
function mulHigh(a: number, b: number): number {
  const carry = Math.floor((a * (b & 0xffff)) / 65536);
  return Math.floor((a * (b >>> 16) + carry) / 65536);
}

/** The four words of one block, written to out. */
export function philox(k0: number, k1: number, counter: Uint32Array, out: Uint32Array): void {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(M0, c0);
    const high1 = mulHigh(M1, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Two key words. */
export type KeyWords = readonly [number, number];

/** Child i of a key: the first two words of block (i, 0, 0, 1), as the operation splitKey. */
export function childKey(key: KeyWords, i: number): KeyWords {
  const out = new Uint32Array(4);
  philox(key[0], key[1], Uint32Array.of(i, 0, 0, 1), out);
  return [out[0], out[1]];
}

/** The key of a seed: the low and the high word of a whole number, as the operation seedKey. */
export function seedWords(seed: number): KeyWords {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`A seed is a whole number that a JavaScript number holds exactly, got ${seed}.`);
  return [seed >>> 0, Math.floor(seed / 4294967296) >>> 0];
}

/** An endless sequence of draws; its place is the number of blocks used, so it can be saved and resumed. */
export class RandomStream {
  private readonly counter = new Uint32Array(4);
  private readonly words = new Uint32Array(4);
  /** Words left in the block. */
  private left = 0;

  constructor(
    private readonly k0: number,
    private readonly k1: number,
  ) {
    this.counter[3] = STREAM;
  }

  static of(key: KeyWords): RandomStream {
    return new RandomStream(key[0], key[1]);
  }

  private word(): number {
    if (this.left === 0) {
      philox(this.k0, this.k1, this.counter, this.words);
      if (++this.counter[0] === 0) this.counter[1]++;
      this.left = 4;
    }
    return this.words[4 - this.left--];
  }

  /** Uniform in (0, 1): 52 random bits and a half, so that neither end is reached. */
  uniform(): number {
    const high = this.word() >>> 6;
    const low = this.word() >>> 6;
    return (high * 67108864 + low + 0.5) * 2.220446049250313e-16;
  }
}
