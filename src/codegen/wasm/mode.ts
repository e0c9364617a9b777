// The two ways a block's instructions become code: one turn at a time, or several turns in SIMD lanes.
import type { DType } from "../../ir/types.js";
import type { Loop } from "../../schedule/kernel.js";
import type { Local } from "./value.js";

/** Where a loop variable stands: a counter (or nothing, when unrolled) plus a known offset. */
export interface Position {
  readonly counter: Local | null;
  readonly offset: number;
}

/** SIMD form of a loop: how many turns a vector holds. */
export function lanesOf(loop: Loop): number {
  if (loop.over.sequential || loop.over.size < 2) return 1;
  const seen = new Set<DType>();
  for (const item of loop.body.items) {
    switch (item.kind) {
      case "instr":
        seen.add(item.dtype);
        if (item.code.op === "elem") for (const a of item.code.args) seen.add(a.dtype);
        break;
      case "store":
      case "update":
      case "accumulate":
        seen.add(item.value.dtype);
        break;
      default:
        return 1;
    }
  }
  if (seen.has("key")) return 1;
  if (seen.has("f32")) return seen.has("f64") || loop.over.size < 4 ? 1 : 4;
  return 2;
}
