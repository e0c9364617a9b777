// A function body as three-address instructions in, stack code with few locals out.
// A result that is next wanted on top of the stack stays there (no local, or a tee); results nobody reads are not computed.
import { Bytes } from "./leb.js";
import { pushConstant, typeCode, type Local, type WasmType, type WasmValue } from "./value.js";

/** A place that branches go to: the end of a block, or the head of a loop. */
export interface Label {
  readonly kind: "label";
}

/** `code` is the opcode with its immediates; a branch's depth is filled in when encoding. */
export interface Instruction {
  readonly code: readonly number[];
  readonly operands: readonly WasmValue[];
  readonly target?: Local;
  /** May be left out when the target is never read. */
  readonly pure: boolean;
  /** Leaves a value although nobody takes it: it must be dropped. */
  readonly results: number;
  readonly control?: "open" | "else" | "close" | "branch";
  /** Opened here, or branched to. */
  readonly label?: Label;
}

/** Removes pure instructions whose target is never read, and locals copied to themselves; repeats until nothing changes. */
function live(body: readonly Instruction[]): Instruction[] {
  const reads = new Map<Local, number>();
  const count = (x: WasmValue, by: number): void => {
    if (x.kind === "local") reads.set(x, (reads.get(x) ?? 0) + by);
  };
  for (const i of body) for (const x of i.operands) count(x, 1);
  let kept = [...body];
  for (;;) {
    const before = kept.length;
    const gone = new Set<Instruction>();
    for (let n = kept.length - 1; n >= 0; n--) {
      const i = kept[n];
      if (!i.target || !i.pure || (reads.get(i.target) ?? 0) > 0) continue;
      for (const x of i.operands) count(x, -1);
      gone.add(i);
    }
    kept = kept.filter((i) => !gone.has(i));
    if (kept.length === before) return kept;
  }
}

/** How many results may wait on the stack of one block. */
const DEPTH = 32;

/** How each instruction hands on its result, and how many leading operands it finds on the stack. */
interface Plan {
  readonly result: ("stack" | "tee" | "set" | "drop" | "none")[];
  readonly fromStack: number[];
}

function plan(body: readonly Instruction[]): Plan {
  const reads = new Map<Local, number>();
  const writes = new Map<Local, number>();
  for (const i of body) {
    for (const x of i.operands) if (x.kind === "local") reads.set(x, (reads.get(x) ?? 0) + 1);
    if (i.target) writes.set(i.target, (writes.get(i.target) ?? 0) + 1);
  }
  const result: Plan["result"] = body.map((i) =>
    i.target ? ((reads.get(i.target) ?? 0) > 0 ? "set" : "drop") : i.results > 0 ? "drop" : "none",
  );
  const fromStack: number[] = body.map(() => 0);
  // Results that could still be on the stack, per open block; an entry is the instruction that made it.
  const open: { local: Local; at: number }[][] = [[]];
  body.forEach((i, n) => {
    const pending = open[open.length - 1];
    if (i.control === "close" || i.control === "else") {
      open.pop();
      if (i.control === "else") open.push([]);
      return;
    }
    const wanted = i.operands;
    for (let take = Math.min(wanted.length, pending.length); take > 0; take--) {
      const first = pending.length - take;
      let fits = true;
      for (let j = 0; j < take && fits; j++) fits = pending[first + j].local === wanted[j];
      if (!fits) continue;
      // A later operand that reads the same local again needs it in the local: tee.
      for (const made of pending.splice(first)) {
        const once = reads.get(made.local) === 1 && writes.get(made.local) === 1;
        result[made.at] = once ? "stack" : "tee";
      }
      fromStack[n] = take;
      break;
    }
    // Any other read goes through the local, which the pending single-use value would never be set to: forget those.
    for (let j = fromStack[n]; j < wanted.length; j++) {
      const k = pending.findIndex((p) => p.local === wanted[j] && reads.get(p.local) === 1);
      if (k >= 0) pending.splice(k, 1);
    }
    if (i.target) {
      // An older value of the same local, in this block or around it, is now stale.
      if (writes.get(i.target) !== 1)
        for (const list of open)
          for (let k = list.length - 1; k >= 0; k--) if (list[k].local === i.target) list.splice(k, 1);
      if (result[n] === "set") pending.push({ local: i.target, at: n });
      // Values this far down are hardly ever wanted on the stack; forgetting them keeps the plan linear in time.
      if (pending.length > DEPTH) pending.shift();
    }
    if (i.control === "open") open.push([]);
  });
  return { result, fromStack };
}

/** The code entry of a function (locals and expression, without its size) and the final index of each local that remains. */
export function encodeBody(params: readonly Local[], instructions: readonly Instruction[]): Bytes {
  const body = live(instructions);
  const { result, fromStack } = plan(body);
  // Locals that are really read or written through a local index, grouped by type.
  const used = new Set<Local>();
  body.forEach((i, n) => {
    i.operands.forEach((x, j) => {
      if (x.kind === "local" && j >= fromStack[n]) used.add(x);
    });
    if (i.target && (result[n] === "set" || result[n] === "tee")) used.add(i.target);
  });
  const slots = new Map<Local, number>(params.map((p, i) => [p, i]));
  const out = new Bytes();
  const groups: [number, WasmType][] = [];
  for (const type of ["i32", "i64", "f32", "f64", "v128"] as const) {
    let count = 0;
    for (const local of used)
      if (local.type === type && !slots.has(local)) {
        slots.set(local, slots.size);
        count++;
      }
    if (count > 0) groups.push([count, type]);
  }
  out.u32(groups.length);
  for (const [count, type] of groups) out.u32(count).byte(typeCode[type]);
  const slot = (local: Local | undefined): number => {
    const index = local && slots.get(local);
    if (index === undefined) throw new Error("wasm: an instruction names a local of another function");
    return index;
  };
  const labels: (Label | undefined)[] = [];
  body.forEach((i, n) => {
    for (let j = fromStack[n]; j < i.operands.length; j++) {
      const x = i.operands[j];
      if (x.kind === "constant") pushConstant(out, x);
      else out.byte(0x20).u32(slot(x));
    }
    out.append(i.code);
    if (i.control === "open") labels.push(i.label);
    else if (i.control === "close") labels.pop();
    else if (i.control === "branch") {
      const at = labels.lastIndexOf(i.label);
      if (at < 0) throw new Error("wasm: a branch goes to a label whose block is not open here");
      out.u32(labels.length - 1 - at);
    }
    switch (result[n]) {
      case "set":
        out.byte(0x21).u32(slot(i.target));
        break;
      case "tee":
        out.byte(0x22).u32(slot(i.target));
        break;
      case "drop":
        out.byte(0x1a);
        break;
      default:
    }
  });
  return out.byte(0x0b);
}
