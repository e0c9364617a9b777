// A function body as three-address instructions in, stack code with few locals out.
// A result that is next wanted on top of the stack stays there (no local, or a tee); results nobody reads are not computed.
import type { Instruction, Label } from "./instruction.js";
import { blank, isBlank } from "./blank.js";
import type { Code, Hole } from "./function-code.js";
import { Bytes } from "./leb.js";
import type { Signature } from "./signature.js";
import { shareSlots } from "./slots.js";
import { I32_CONST, pushConstant, typeCode, type Local, type WasmType } from "./value.js";

/** How many results may wait on the stack of one block. */
const DEPTH = 32;

/** How often each local is read, by its index. */
function countReads(body: readonly Instruction[], locals: number): Int32Array {
  const reads = new Int32Array(locals);
  for (let n = 0; n < body.length; n++) {
    const { operands } = body[n]!;
    for (let j = 0; j < operands.length; j++) {
      const x = operands[j]!;
      if (x.kind === "local") reads[x.index]!++;
    }
  }
  return reads;
}

/** Removes pure instructions whose target is never read; repeats until nothing changes (uses may stand before definitions, in loops). */
function live(all: readonly Instruction[], reads: Int32Array): readonly Instruction[] {
  let body = all;
  for (;;) {
    let kept: Instruction[] | undefined;
    for (let n = body.length - 1; n >= 0; n--) {
      const i = body[n]!;
      if (i.pure && reads[i.target!.index] === 0) {
        for (const x of i.operands) if (x.kind === "local") reads[x.index]!--;
        kept ??= body.slice(n + 1).reverse();
      } else if (kept) kept.push(i);
    }
    if (!kept) return body;
    body = kept.reverse();
  }
}

/** Where a result goes: nowhere, dropped, into its local, left on the stack, or both. */
const Hand = { None: 0, Drop: 1, Set: 2, Stack: 3, Tee: 4 } as const;

/** How each instruction hands on its result, and how many leading operands it finds on the stack. */
interface Plan {
  readonly hand: Uint8Array;
  readonly fromStack: Uint8Array;
}

/** A result that could still be on the stack. */
interface Waiting {
  readonly local: Local;
  readonly at: number;
}

/** Takes the local's result out of the list; it stands there once at most. */
function forget(list: Waiting[], local: Local): void {
  for (let k = list.length - 1; k >= 0; k--)
    if (list[k]!.local === local) {
      list.splice(k, 1);
      return;
    }
}

function plan(body: readonly Instruction[], reads: Int32Array): Plan {
  const writes = new Int32Array(reads.length);
  for (let n = 0; n < body.length; n++) {
    const { target } = body[n]!;
    if (target) writes[target.index]!++;
  }
  const hand = new Uint8Array(body.length);
  const fromStack = new Uint8Array(body.length);
  /** Locals that stand in some list below and are read once. */
  const single = new Uint8Array(reads.length);
  let pending: Waiting[] = [];
  const open: Waiting[][] = [pending];
  for (let n = 0; n < body.length; n++) {
    const i = body[n];
    if (i.target) hand[n] = reads[i.target.index] > 0 ? Hand.Set : Hand.Drop;
    if (i.control === "close" || i.control === "else") {
      open.pop();
      if (i.control === "else") open.push([]);
      pending = open[open.length - 1];
      continue;
    }
    const wanted = i.operands;
    for (let take = Math.min(wanted.length, pending.length); take > 0; take--) {
      const first = pending.length - take;
      let fits = true;
      for (let j = 0; j < take && fits; j++) fits = pending[first + j].local === wanted[j];
      if (!fits) continue;
      // A value that is read again, here or later, is needed in its local too.
      for (let j = first; j < pending.length; j++) {
        const { local, at } = pending[j];
        hand[at] = reads[local.index] === 1 && writes[local.index] === 1 ? Hand.Stack : Hand.Tee;
        single[local.index] = 0;
      }
      pending.length = first;
      fromStack[n] = take;
      break;
    }
    // Any other read goes through the local; a value whose only read that was is not wanted on the stack any more.
    for (let j = fromStack[n]; j < wanted.length; j++) {
      const x = wanted[j];
      if (x.kind === "constant" || single[x.index] === 0) continue;
      forget(pending, x);
      single[x.index] = 0;
    }
    if (i.target) {
      // An older value of the same local, in this block or around it, is now stale.
      if (writes[i.target.index] !== 1) for (const list of open) forget(list, i.target);
      if (hand[n] === Hand.Set) {
        pending.push({ local: i.target, at: n });
        if (reads[i.target.index] === 1) single[i.target.index] = 1;
      }
      // Values this far down are hardly ever wanted on the stack; forgetting them keeps the plan linear in time.
      if (pending.length > DEPTH) pending.shift();
    }
    if (i.control === "open") open.push((pending = []));
  }
  return { hand, fromStack };
}

const order: readonly WasmType[] = ["i32", "i64", "f32", "f64", "v128"];

/** The code entry of a function (locals and expression, without its size); `locals` counts all of its locals, parameters first. */
export function encodeBody(
  params: number,
  locals: number,
  instructions: readonly Instruction[],
): Code<Signature> {
  const reads = countReads(instructions, locals);
  const body = live(instructions, reads);
  const { hand, fromStack } = plan(body, reads);
  // Locals that are really read or written through a local index, grouped by type.
  const slots = new Int32Array(locals).fill(-1);
  for (let i = 0; i < params; i++) slots[i] = i;
  const groups: Local[][] = order.map(() => []);
  const use = (local: Local): void => {
    if (slots[local.index] !== -1) return;
    slots[local.index] = -2;
    groups[order.indexOf(local.type)].push(local);
  };
  for (let n = 0; n < body.length; n++) {
    const { operands, target } = body[n];
    for (let j = fromStack[n]; j < operands.length; j++) {
      const x = operands[j];
      if (x.kind === "local") use(x);
    }
    if (target && (hand[n] === Hand.Set || hand[n] === Hand.Tee)) use(target);
  }
  const shared = shareSlots(body, locals, params, (local) => slots[local.index] === -2);
  let next = params;
  for (const group of groups) {
    const own = group.filter((local) => shared[local.index] === local.index);
    for (const local of own) slots[local.index] = next++;
    for (const local of group) slots[local.index] = slots[shared[local.index]];
    group.splice(0, group.length, ...own);
  }
  const out = new Bytes().u32(groups.filter((group) => group.length > 0).length);
  groups.forEach((group, i) => {
    if (group.length > 0) out.u32(group.length).byte(typeCode[order[i]]);
  });
  const labels: (Label | undefined)[] = [];
  const holes: Hole<Signature>[] = [];
  for (let n = 0; n < body.length; n++) {
    const { operands, code, control, label, target, hole } = body[n]!;
    for (let j = fromStack[n]; j < operands.length; j++) {
      const x = operands[j]!;
      if (x.kind === "constant") {
        if (x.type === "i32" && isBlank(x.value))
          holes.push({ at: out.byte(I32_CONST).length, to: blank(x.value, true) });
        else pushConstant(out, x);
      } else out.indexed(0x20, slots[x.index]!);
    }
    out.code(code);
    if (control === "open") labels.push(label);
    else if (control === "close") labels.pop();
    else if (control === "branch") {
      const at = labels.lastIndexOf(label);
      if (at < 0) throw new Error("wasm: a branch goes to a label whose block is not open here");
      out.u32(labels.length - 1 - at);
    } else if (hole) holes.push({ at: out.length, to: hole });
    const how = hand[n];
    if (how === Hand.Drop) out.byte(0x1a);
    else if (target && how !== Hand.Stack) out.indexed(how === Hand.Tee ? 0x22 : 0x21, slots[target.index]!);
  }
  return { bytes: out.byte(0x0b), holes };
}
