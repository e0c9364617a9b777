// A function's entry in the code section without the numbers of the functions it calls and those of blanks, which are filled in for a module.
import { appendBlank, blankLength, filled, type Blank } from "./blank.js";
import { lengthOf, type Bytes } from "./leb.js";

/** A number that stands before the byte at this place. */
export interface Hole<Callee> {
  readonly at: number;
  readonly to: Callee | Blank;
}

export interface Code<Callee> {
  readonly bytes: Bytes;
  /** In order. */
  readonly holes: readonly Hole<Callee>[];
}

const isBlankHole = <Callee extends object>(to: Callee | Blank): to is Blank =>
  "kind" in to && to.kind === "blank";

/** The same code with what it calls by other names. */
export const renamed = <From extends object, To>(
  { bytes, holes }: Code<From>,
  name: (callee: From) => To,
): Code<To> => ({ bytes, holes: holes.map(({ at, to }) => ({ at, to: isBlankHole(to) ? to : name(to) })) });

/** Appends the entry with its size in front. */
export function appendCode<Callee extends object>(
  out: Bytes,
  { bytes, holes }: Code<Callee>,
  numberOf: (callee: Callee) => number,
  numbers: readonly number[],
): void {
  let size = bytes.length;
  for (const { to } of holes)
    size += isBlankHole(to) ? blankLength(filled(to, numbers), to.signed) : lengthOf(numberOf(to));
  out.u32(size);
  let from = 0;
  for (const { at, to } of holes) {
    out.append(bytes.part(from, at));
    if (isBlankHole(to)) appendBlank(out, filled(to, numbers), to.signed);
    else out.u32(numberOf(to));
    from = at;
  }
  out.append(bytes.part(from, bytes.length));
}
