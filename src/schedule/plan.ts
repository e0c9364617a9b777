// Gives every buffer its place in one linear memory: inputs, outputs and constants for good, temporaries reused after their last use.
import { byteWidth } from "../ir/types.js";
import type { Block, Buffer, Item, Kernels } from "./kernel.js";

/** Where a program's memory is laid out. Addresses are bytes. */
export interface Plan {
  /** First byte after everything. */
  readonly end: number;
  /** Bytes of the reused area for temporaries, and what they would take without reuse. */
  readonly arenaBytes: number;
  readonly naiveBytes: number;
}

export const bytesOf = (b: Buffer): number => b.size * byteWidth[b.dtype];
export const alignUp = (n: number, by: number): number => Math.ceil(n / by) * by;

interface Span {
  start: number;
  end: number;
}

/** Places the temporaries of a program from `base` on, first fit by live range. */
export function placeTemporaries(k: Kernels, base: number): Plan {
  const spans = liveSpans(k);
  const temporaries = k.buffers.filter((b) => b.role === "temporary" && spans.has(b));
  temporaries.sort((a, b) => spans.get(a)!.start - spans.get(b)!.start || bytesOf(b) - bytesOf(a));
  const placed: Buffer[] = [];
  let end = base;
  let naive = 0;
  for (const b of temporaries) {
    const span = spans.get(b)!;
    const bytes = bytesOf(b);
    naive += alignUp(bytes, 16);
    const busy = placed
      .filter((o) => spans.get(o)!.start <= span.end && span.start <= spans.get(o)!.end)
      .sort((x, y) => x.place - y.place);
    let at = base;
    for (const o of busy) {
      if (at + bytes <= o.place) break;
      at = Math.max(at, alignUp(o.place + bytesOf(o), 16));
    }
    b.place = at;
    placed.push(b);
    end = Math.max(end, at + bytes);
  }
  return { end: alignUp(end, 16), arenaBytes: end - base, naiveBytes: naive };
}

/** From the first to the last item that touches a buffer, both lifted to the innermost block that holds all of them. */
function liveSpans(k: Kernels): Map<Buffer, Span> {
  const ranges = new Map<Item, Span>();
  const touches = new Map<Buffer, Item[]>();
  let clock = 0;
  const touch = (b: Buffer, item: Item): void => {
    const list = touches.get(b);
    if (list) list.push(item);
    else touches.set(b, [item]);
  };
  const walk = (block: Block): void => {
    for (const item of block.items) {
      const start = clock++;
      switch (item.kind) {
        case "instr":
          if (item.code.op === "load") touch(item.code.buffer, item);
          break;
        case "store":
        case "update":
        case "fill":
          touch(item.buffer, item);
          break;
        case "accumulate":
          break;
        case "call":
          for (const b of [...item.inputs, ...item.outputs]) touch(b, item);
          break;
        case "loop":
        case "while":
          if (item.kind === "while") walk(item.test);
          walk(item.body);
          for (const c of item.copies) {
            // Both sides are needed at the end of every turn, and the target from one turn to the next.
            touch(c.to, item);
            touch(c.from, item);
          }
          break;
        case "if":
          item.arms.forEach(walk);
          break;
      }
      ranges.set(item, { start, end: clock++ });
    }
  };
  walk(k.root);
  const spans = new Map<Buffer, Span>();
  for (const [b, items] of touches) {
    let lifted = items;
    for (;;) {
      const depth = Math.min(...lifted.map((i) => i.block.depth));
      const raised = lifted.map((i) => {
        let j = i;
        while (j.block.depth > depth) j = j.block.owner!;
        return j;
      });
      if (raised.every((i) => i.block === raised[0]!.block)) {
        lifted = raised;
        break;
      }
      lifted = raised.map((i) => i.block.owner!);
    }
    let [start, end] = [Infinity, -Infinity];
    for (const i of lifted) {
      const r = ranges.get(i)!;
      start = Math.min(start, r.start);
      end = Math.max(end, r.end);
    }
    spans.set(b, { start, end });
  }
  return spans;
}
