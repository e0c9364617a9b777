// A SIMD loop in; whether the copies of its turn walk through parts of their own of the rows, rather than side by side, out.
//
// Processors fetch ahead along each walk by itself, and not far: a loop that takes a line or more of one array a turn waits
// for memory, unless several walks through that array share the time.
import { byteWidth } from "../../ir/types.js";
import type { Loop } from "../../schedule/kernel.js";

/** Bytes of a line of the cache. */
const LINE = 64;
/** Walks that processors follow at once. */
const MOST_WALKS = 12;

export function walksApart(l: Loop, copies: number): boolean {
  if (copies === 1) return false;
  const walks = new Map<string, { constants: number[]; stride: number }>();
  let widest = 0;
  for (const item of l.body.items) {
    if (item.kind === "accumulate") continue;
    if (item.kind !== "instr") return false;
    if (item.code.op !== "load") continue;
    const { buffer, at } = item.code;
    const stride = at.strideOf(l.over);
    if (stride === undefined) return false;
    if (stride === 0) continue;
    widest = Math.max(widest, Math.abs(stride) * byteWidth[item.dtype]);
    const key = `${buffer.id}:${at.walk}`;
    const walk = walks.get(key);
    if (walk) walk.constants.push(at.constant);
    else walks.set(key, { constants: [at.constant], stride: Math.abs(stride) });
  }
  if (widest < LINE) return false;
  let count = 0;
  for (const { constants, stride } of walks.values()) {
    let start = -Infinity;
    for (const c of constants.sort((a, b) => a - b))
      if (c >= start + stride) {
        start = c;
        count++;
      }
  }
  return count * copies <= MOST_WALKS;
}
