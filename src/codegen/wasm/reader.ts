// Bytes of a wasm module in; the numbers, texts and opcodes that stand in them, one after another, out.

export class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly data: Uint8Array) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get done(): boolean {
    return this.at >= this.data.length;
  }

  byte(): number {
    const b = this.data[this.at++];
    if (b === undefined)
      throw new Error(`wasm: the bytes end at ${this.data.length} in the middle of something.`);
    return b;
  }

  bytes(count: number): Uint8Array {
    if (this.at + count > this.data.length)
      throw new Error(
        `wasm: ${count} bytes are expected at ${this.at}, there are ${this.data.length - this.at}.`,
      );
    return this.data.subarray(this.at, (this.at += count));
  }

  text(): string {
    return new TextDecoder().decode(this.bytes(this.u32()));
  }

  /** Unsigned LEB128 of up to 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const b = this.byte();
      value += (b & 0x7f) * 2 ** shift;
      if (b < 0x80) return value;
    }
  }

  /** Signed LEB128. */
  s64(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const b = this.byte();
      value |= BigInt(b & 0x7f) << shift;
      if (b < 0x80) return b & 0x40 ? value - (1n << (shift + 7n)) : value;
    }
  }
  s32(): number {
    return Number(this.s64());
  }

  /** 32 bits, little end first. */
  word(): number {
    const x = this.view.getUint32(this.at, true);
    this.at += 4;
    return x;
  }

  /** A float of 4 or 8 bytes through `show`, which also takes its bits and how many of them are the fraction. */
  float(width: 4 | 8, show: (x: number, bits: bigint, fraction: bigint) => string): string {
    const bits =
      width === 8 ? this.view.getBigUint64(this.at, true) : BigInt(this.view.getUint32(this.at, true));
    const x = width === 8 ? this.view.getFloat64(this.at, true) : this.view.getFloat32(this.at, true);
    this.at += width;
    return show(x, bits, width === 8 ? 52n : 23n);
  }

  /** A plain opcode, or prefix << 16 | sub-opcode, as in the opcode table. */
  opcode(): number {
    const b = this.byte();
    return b === 0xfc || b === 0xfd ? b * 0x10000 + this.u32() : b;
  }
}
