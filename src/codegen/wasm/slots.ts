// A function body in, which of its locals may share a slot out: engines limit the number of locals, and bodies make one a value.
import type { Instruction } from "./instruction.js";
import type { Local, WasmType } from "./value.js";

interface Life {
  readonly local: Local;
  readonly from: number;
  to: number;
  /** The block of the only write, as the position of its opening; every read must lie inside. */
  readonly block: number;
}

/**
 * For each local (by index) the index of the local whose slot it uses, mostly its own. Slots are shared among locals
 * that are written once and read only behind that write, in the same block or in blocks inside of it. A read inside of
 * a loop that the write stands before keeps the local alive to the loop's end. `wanted` says which locals need slots.
 */
export function shareSlots(
  body: readonly Instruction[],
  locals: number,
  params: number,
  wanted: (local: Local) => boolean,
): Int32Array {
  // Null marks locals that keep a slot to themselves: parameters, state that is written again, reads before the write.
  const lives = new Array<Life | null | undefined>(locals).fill(null, 0, params);
  const found: Life[] = [];
  const ends = blockEnds(body);
  const open: number[] = [-1];
  for (let n = 0; n < body.length; n++) {
    const { control, operands, target } = body[n]!;
    if (control === "close" || control === "else") open.pop();
    for (let j = 0; j < operands.length; j++) {
      const x = operands[j]!;
      if (x.kind !== "local") continue;
      const life = lives[x.index];
      if (life && open.includes(life.block)) {
        // The outermost block or loop around the read that was opened behind the write.
        let level = open.length;
        while (level > 0 && open[level - 1]! > life.from) level--;
        life.to = Math.max(life.to, level === open.length ? n : ends[open[level]!]!);
      } else lives[x.index] = null;
    }
    if (target && wanted(target)) {
      if (lives[target.index] === undefined)
        found.push((lives[target.index] = { local: target, from: n, to: n, block: open[open.length - 1]! }));
      else lives[target.index] = null;
    }
    if (control === "open" || control === "else") open.push(n);
  }
  return assign(
    found.filter((l) => lives[l.local.index] === l),
    locals,
  );
}

/** Where the block that is opened at a position ends: the first arm of an `if` ends at its `else`. */
function blockEnds(body: readonly Instruction[]): Int32Array {
  const ends = new Int32Array(body.length);
  const open: number[] = [];
  for (let n = 0; n < body.length; n++) {
    const { control } = body[n]!;
    if (control === undefined || control === "branch") continue;
    if (control !== "open") ends[open.pop()!] = n;
    if (control !== "close") open.push(n);
  }
  return ends;
}

/** Linear scan over lives in order of their beginning: each takes the slot of one that ended before. */
function assign(lives: readonly Life[], locals: number): Int32Array {
  const slot = Int32Array.from({ length: locals }, (_, i) => i);
  const ending = new Map<number, Life[]>();
  for (const life of lives) {
    const list = ending.get(life.to);
    if (list) list.push(life);
    else ending.set(life.to, [life]);
  }
  const free = new Map<WasmType, number[]>();
  let now = 0;
  for (const { local, from } of lives) {
    for (; now < from; now++)
      for (const done of ending.get(now) ?? []) {
        const list = free.get(done.local.type);
        if (list) list.push(slot[done.local.index]!);
        else free.set(done.local.type, [slot[done.local.index]!]);
      }
    const taken = free.get(local.type)?.pop();
    if (taken !== undefined) slot[local.index] = taken;
  }
  return slot;
}
