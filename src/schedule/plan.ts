// Gives every buffer its place in one linear memory: inputs, outputs and constants for good, temporaries reused after their last use.
import { byteWidth } from "../ir/types.js";
import type { Block, Buffer, Item, Kernels } from "./kernel.js";

export const bytesOf = (b: Buffer): number => b.size * byteWidth[b.dtype];
export const alignUp = (n: number, by: number): number => Math.ceil(n / by) * by;

/** First and last item, by position, that touches a buffer. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A buffer that is needed for part of a run only. */
export interface Temporary {
  readonly buffer: Buffer;
  readonly span: Span;
}

/** Where temporaries were put: the first byte after them, and what they would take without reuse. */
export interface Fit {
  readonly places: readonly number[];
  readonly end: number;
  readonly naiveBytes: number;
}

/** A program's temporaries, by when they are first needed, larger ones first. */
export function temporariesOf(k: Kernels): Temporary[] {
  const spans = liveSpans(k);
  return k.buffers
    .flatMap((buffer) => {
      const span = buffer.role === "temporary" ? spans.get(buffer) : undefined;
      return span ? [{ buffer, span }] : [];
    })
    .sort((a, b) => a.span.start - b.span.start || bytesOf(b.buffer) - bytesOf(a.buffer));
}

/** A place from `base` on for each temporary, first fit by live range. */
export function firstFit(
  temporaries: readonly Temporary[],
  base: number,
  bytes: (b: Buffer) => number = bytesOf,
): Fit {
  const placed: { readonly span: Span; readonly at: number; readonly end: number }[] = [];
  let end = base;
  let naive = 0;
  for (const { buffer, span } of temporaries) {
    const size = bytes(buffer);
    naive += alignUp(size, 16);
    const busy = placed
      .filter((o) => o.span.start <= span.end && span.start <= o.span.end)
      .sort((x, y) => x.at - y.at);
    let at = base;
    for (const o of busy) {
      if (at + size <= o.at) break;
      at = Math.max(at, alignUp(o.end, 16));
    }
    placed.push({ span, at, end: at + size });
    end = Math.max(end, at + size);
  }
  return { places: placed.map((p) => p.at), end: alignUp(end, 16), naiveBytes: naive };
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
