// Doubles as golden files write them: bits in hexadecimal, zeros at the end left out, in; numbers, and the size of their last place, out.
const word = new DataView(new ArrayBuffer(8));

export function double(hex: string): number {
  if (hex === "nan") return NaN;
  word.setBigUint64(0, BigInt(`0x${hex.padEnd(16, "0")}`));
  return word.getFloat64(0);
}

export function ulpOf(x: number): number {
  word.setFloat64(0, Math.abs(x));
  const exponent = Number(word.getBigUint64(0) >> 52n);
  return 2 ** (Math.max(exponent, 1) - 1075);
}
