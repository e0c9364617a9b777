// A number in, its LEB128 bytes out: the variable-length integers of the wasm binary format (WebAssembly core 5.2.2).

/** Appends the bytes of an unsigned 32-bit LEB128. */
export function pushUnsigned(out: number[], x: number): void {
  let rest = x >>> 0;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
}

/** The bytes of an unsigned 32-bit LEB128. */
export function unsigned(x: number): number[] {
  const out: number[] = [];
  pushUnsigned(out, x);
  return out;
}

/** How many bytes an unsigned 32-bit LEB128 takes. */
export const lengthOf = (x: number): number =>
  x < 1 << 7 ? 1 : x < 1 << 14 ? 2 : x < 1 << 21 ? 3 : x < 1 << 28 ? 4 : 5;

/** The same of a signed one. */
export const signedLengthOf = (x: number): number => lengthOf(2 * (x < 0 ? ~x : x));

/** A growing byte string. */
export class Bytes {
  private store = new Uint8Array(256);
  private view = new DataView(this.store.buffer);
  length = 0;

  private room(n: number): void {
    if (this.length + n <= this.store.length) return;
    const bigger = new Uint8Array(Math.max(2 * this.store.length, this.length + n));
    bigger.set(this.store);
    this.store = bigger;
    this.view = new DataView(bigger.buffer);
  }

  byte(x: number): this {
    if (this.length === this.store.length) this.room(1);
    this.store[this.length++] = x;
    return this;
  }

  /** An opcode of a few bytes. */
  code(bytes: readonly number[]): this {
    const { length } = bytes;
    if (this.length + length > this.store.length) this.room(length);
    const { store } = this;
    let at = this.length;
    for (let i = 0; i < length; i++) store[at++] = bytes[i]!;
    this.length = at;
    return this;
  }

  /** An opcode and what it names, a number below 2^31: a local, a depth. */
  indexed(opcode: number, x: number): this {
    if (this.length + 6 > this.store.length) this.room(6);
    const { store } = this;
    let at = this.length;
    store[at++] = opcode;
    for (; x >= 0x80; x >>>= 7) store[at++] = (x & 0x7f) | 0x80;
    store[at++] = x;
    this.length = at;
    return this;
  }

  append(bytes: Uint8Array | readonly number[] | Bytes): this {
    const source = bytes instanceof Bytes ? bytes.view8() : bytes;
    this.room(source.length);
    this.store.set(source, this.length);
    this.length += source.length;
    return this;
  }

  /** Unsigned 32-bit LEB128. */
  u32(x: number): this {
    let rest = x >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed 32-bit LEB128. */
  i32(x: number): this {
    let rest = x | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed 64-bit LEB128. */
  i64(x: bigint): this {
    let rest = BigInt.asIntN(64, x);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  f32(x: number): this {
    this.room(4);
    this.view.setFloat32(this.length, x, true);
    this.length += 4;
    return this;
  }

  f64(x: number): this {
    this.room(8);
    this.view.setFloat64(this.length, x, true);
    this.length += 8;
    return this;
  }

  u64(x: bigint): this {
    this.room(8);
    this.view.setBigUint64(this.length, BigInt.asUintN(64, x), true);
    this.length += 8;
    return this;
  }

  /** UTF-8 text with its length in front. */
  text(s: string): this {
    const bytes = new TextEncoder().encode(s);
    return this.u32(bytes.length).append(bytes);
  }

  /** The bytes from one place to another; good until more are appended. */
  part(from: number, to: number): Uint8Array {
    return this.store.subarray(from, to);
  }

  /** A byte string that is made already. */
  static of(bytes: Uint8Array<ArrayBuffer>): Bytes {
    const made = new Bytes();
    made.store = bytes;
    made.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    made.length = bytes.length;
    return made;
  }

  private view8(): Uint8Array {
    return this.store.subarray(0, this.length);
  }

  /** A copy of exact length. */
  take(): Uint8Array<ArrayBuffer> {
    return this.store.slice(0, this.length);
  }
}
