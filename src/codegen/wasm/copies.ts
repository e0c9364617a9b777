// A loop's body in; how much code it is, and how often it is written out side by side, out.
import type { Block, Loop } from "../../schedule/kernel.js";
import { often, type Style } from "./style.js";

/** Vector registers for what lives through a turn: there are sixteen, and the turn itself needs some. */
const LASTING = 12;
/** Flops of an operation that is a routine written in place, with constants of its own. */
const ROUTINE = 15;

/**
 * How often the body is written out in one turn of a SIMD loop. Short bodies with sums need several accumulators to keep
 * adders busy, as long as these stay in registers: engines align their stack to 8 bytes, so that a sum kept there may lie
 * across two cache lines or pages, and takes up to three times as long. In bodies with routines the routines' constants are
 * what fills the registers; several copies share each of their loads.
 */
export function copiesOf(l: Loop, splats: number, { spread }: Style): number {
  const sums = l.body.items.filter((i) => i.kind === "accumulate").length;
  if (sums === 0 && !spread) return 1;
  const w = weight(l.body);
  const routines = l.body.items.some(
    (i) => i.kind === "instr" && i.code.op === "elem" && i.code.row.cost >= ROUTINE,
  );
  if (routines) return w <= 100 ? 4 : w <= 160 ? 2 : 1;
  if (sums === 0) return 1;
  const most = w <= 12 ? 4 : w <= 40 ? 2 : 1;
  return [4, 2].find((n) => n <= most && splats + n * sums <= LASTING) ?? 1;
}

/** Roughly how many instructions one turn of a block takes. */
export function weight(b: Block): number {
  let n = 0;
  for (const item of b.items) {
    switch (item.kind) {
      case "instr":
        n += item.code.op === "const" ? 0 : item.code.op === "elem" ? Math.max(1, item.code.row.cost / 2) : 1;
        break;
      case "loop":
        n += item.over.size * weight(item.body);
        break;
      case "while":
      case "call":
        n += often.unrolled;
        break;
      case "if":
        n += weight(item.arms[0]) + weight(item.arms[1]);
        break;
      default:
        n += 1;
    }
  }
  return n;
}
