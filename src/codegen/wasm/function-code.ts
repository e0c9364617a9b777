// A function's entry in the code section without the numbers of the functions it calls, which are filled in for a module.
import { lengthOf, type Bytes } from "./leb.js";

export interface Code<Callee> {
  readonly bytes: Bytes;
  /** Callees in order; each number stands before the byte at this place. */
  readonly calls: readonly { readonly at: number; readonly to: Callee }[];
}

/** Appends the entry with its size in front. */
export function appendCode<Callee>(
  out: Bytes,
  { bytes, calls }: Code<Callee>,
  numberOf: (callee: Callee) => number,
): void {
  if (calls.length === 0) {
    out.u32(bytes.length).append(bytes);
    return;
  }
  let size = bytes.length;
  for (const { to } of calls) size += lengthOf(numberOf(to));
  out.u32(size);
  let from = 0;
  for (const { at, to } of calls) {
    out.append(bytes.part(from, at)).u32(numberOf(to));
    from = at;
  }
  out.append(bytes.part(from, bytes.length));
}
