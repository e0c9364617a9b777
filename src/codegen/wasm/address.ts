// Index expressions into i32 code: a computed part (made once a turn) and a constant that goes into the instruction's offset.
import { linearOf } from "../../ir/size.js";
import { inLoop, type Atom, type Instr, type Ix, type Var } from "../../schedule/kernel.js";
import type { FunctionBuilder } from "./function.js";
import type { Position } from "./mode.js";
import { isTag } from "./open-layout.js";
import type { Operand, WasmValue } from "./value.js";

/** What addresses need to know of the code around them. */
export interface AddressContext {
  readonly f: FunctionBuilder;
  position(v: Var): Position;
  /** The i32 of an integer instruction in a lane. */
  integer(i: Instr, lane: number): WasmValue;
  /** The variable whose turns are in lanes, if any. */
  readonly laneVar: Var | null;
  /** Memory of the current turn: computed parts by key. */
  readonly computed: Computed;
}

/** Values by key; those that are added within a body are forgotten behind it. */
export class Computed {
  private readonly known = new Map<string, WasmValue>();
  private readonly added: string[] = [];

  get(key: string): WasmValue | undefined {
    return this.known.get(key);
  }
  /** The key must be new. */
  add(key: string, value: WasmValue): void {
    this.known.set(key, value);
    this.added.push(key);
  }
  within(body: () => void): void {
    const before = this.added.length;
    body();
    while (this.added.length > before) this.known.delete(this.added.pop()!);
  }
}

export interface Address {
  readonly base: Operand;
  readonly offset: number;
}

/** place + width * ix as base + offset; the offset is never negative. */
export function addressOf(cx: AddressContext, place: number, width: number, ix: Ix, lane: number): Address {
  let { value, constant } = weighted(cx, ix, width, lane);
  const plus = (x: WasmValue): void => {
    const a = value;
    value = a === null ? x : memo(cx, `${keyOf(a)}+${keyOf(x)}`, () => cx.f.op("i32.add", a, x));
  };
  const linear = linearOf(constant);
  if (linear && linear.by !== 0) {
    plus(cx.f.constant("i32", constant - linear.rest));
    constant = linear.rest;
  }
  if (isTag(place)) {
    plus(cx.f.constant("i32", place));
    place = 0;
  }
  if (value === null) return { base: 0, offset: place + constant };
  // The sum base + offset does not wrap, so a base that can be negative takes the constant in.
  const negative = ix.terms.some((t) => t.by < 0);
  if (!negative && place + constant >= 0) return { base: value, offset: place + constant };
  return { base: constant === 0 ? value : cx.f.op("i32.add", value, constant), offset: place };
}

/** The index itself as an i32. */
export function indexOf(cx: AddressContext, ix: Ix, lane: number): WasmValue {
  const { value, constant } = weighted(cx, ix, 1, lane);
  if (value === null) return cx.f.constant("i32", constant);
  return constant === 0 ? value : cx.f.op("i32.add", value, constant);
}

function weighted(
  cx: AddressContext,
  ix: Ix,
  width: number,
  lane: number,
): { value: WasmValue | null; constant: number } {
  let constant = ix.constant * width;
  let value: WasmValue | null = null;
  for (const t of ix.terms) {
    const by = t.by * width;
    const part = scaled(cx, t.atom, by, lane);
    constant += part.constant;
    if (part.value === null) continue;
    if (value === null) value = part.value;
    else {
      const [a, b]: [WasmValue, WasmValue] = [value, part.value];
      value = memo(cx, `${keyOf(a)}+${keyOf(b)}`, () => cx.f.op("i32.add", a, b));
    }
  }
  return { value, constant };
}

const keyOf = (v: WasmValue): string => (v.kind === "local" ? `l${v.index}` : `c${String(v.value)}`);

function memo(cx: AddressContext, key: string, make: () => WasmValue): WasmValue {
  let v = cx.computed.get(key);
  if (!v) cx.computed.add(key, (v = make()));
  return v;
}

function scaled(
  cx: AddressContext,
  atom: Atom,
  by: number,
  lane: number,
): { value: WasmValue | null; constant: number } {
  if (atom.kind === "var") {
    const at = cx.position(atom.of);
    const here = at.offset + (atom.of === cx.laneVar ? lane : 0);
    const { counter } = at;
    if (!counter) return { value: null, constant: here * by };
    return {
      value: memo(cx, `v${counter.index}*${by}`, () => times(cx.f, counter, by)),
      constant: here * by,
    };
  }
  const varies = cx.laneVar !== null && dependsOnLane(atom, cx.laneVar);
  const key = `${atom.key}*${by}@${varies ? lane : "all"}:${positions(cx)}`;
  return {
    value: memo(cx, key, () => {
      if (atom.kind === "dyn") return times(cx.f, cx.integer(atom.of, lane), by);
      const of = indexOf(cx, atom.of, lane);
      const shift = Math.log2(atom.by);
      const power = Number.isInteger(shift);
      const quotient =
        atom.kind === "div"
          ? power
            ? cx.f.op("i32.shr_u", of, shift)
            : cx.f.op("i32.div_u", of, atom.by)
          : power
            ? cx.f.op("i32.and", of, atom.by - 1)
            : cx.f.op("i32.rem_u", of, atom.by);
      return times(cx.f, quotient, by);
    }),
    constant: 0,
  };
}

/** Unrolled copies of a turn share counters but not offsets. */
const positions = (cx: AddressContext): string => (cx.laneVar ? String(cx.position(cx.laneVar).offset) : "");

const dependsOnLane = (a: Atom, v: Var): boolean => {
  if (a.kind === "var") return a.of === v;
  if (a.kind === "dyn") return inLoop(a.of.block, v);
  return a.of.terms.some((t) => dependsOnLane(t.atom, v));
};

function times(f: FunctionBuilder, x: WasmValue, by: number): WasmValue {
  if (by === 1) return x;
  if (by === 0) return f.constant("i32", 0);
  const shift = Math.log2(by);
  return Number.isInteger(shift) ? f.op("i32.shl", x, shift) : f.op("i32.mul", x, by);
}
