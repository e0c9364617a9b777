// A tag in, in code that is made before its module; what the module puts there out: an address, or a size that an address is made of.
import { lengthOf, signedLengthOf, type Bytes } from "./leb.js";
import { isTag, readTag } from "./open-layout.js";

export interface Blank {
  readonly kind: "blank";
  /** Which of the module's numbers it is, and what is added to that. */
  readonly number: number;
  readonly offset: number;
  /** Operands of i32.const are signed, offsets of loads and stores are not. */
  readonly signed: boolean;
}

export const blank = (tag: number, signed: boolean): Blank => ({ kind: "blank", ...readTag(tag), signed });

/** Whether a number stands for one that is not known yet. */
export const isBlank = isTag;

/** The module's number there. */
export function filled({ number, offset }: Blank, numbers: readonly number[]): number {
  const found = numbers[number];
  if (found === undefined)
    throw new Error(`wasm: the module has no number ${number} for a blank in its code`);
  return found + offset;
}

export const blankLength = (x: number, signed: boolean): number => (signed ? signedLengthOf(x) : lengthOf(x));

export const appendBlank = (out: Bytes, x: number, signed: boolean): Bytes =>
  signed ? out.i32(x) : out.u32(x);
