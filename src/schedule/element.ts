// One element of a value at an index, as an instruction: producers without memory of their own are computed in place.
import { convert, max, min, where } from "../ops/index.js";
import type { Equation, Value } from "../ir/types.js";
import type { Data, DType } from "../ir/types.js";
import { below, isOpen, neverNegative } from "../ir/size.js";
import { sizeOf } from "../ir/types.js";
import { ZERO, blockOf, constant, keyOf, linear, ofInstr, substitute } from "./ix.js";
import type { Block, Buffer, Instr, Ix } from "./kernel.js";
import type { ProgramBuilder } from "./program.js";
import type { Region, Root } from "./region.js";

/** What the element rules need of the scheduler. */
export interface ElementContext {
  readonly program: ProgramBuilder;
  /** Gives the root memory, storing what computed it. */
  ensureBuffer(root: Root): Buffer;
  /** The memory of a constant array. */
  constantBuffer(eq: Equation): Buffer;
  /** Told of every elementwise instruction made, so that dear values computed in several places can be stored instead. */
  noteCost(region: Region, value: Value, instr: Instr, cost: number): void;
}

export const deeper = (a: Block, b: Block | null): Block => (b && b.depth > a.depth ? b : a);

export function element(cx: ElementContext, region: Region, value: Value, ix: readonly Ix[]): Instr {
  const key = keyOf(ix);
  let cached = region.cache.get(value);
  if (!cached) region.cache.set(value, (cached = new Map<string, Instr>()));
  const hit = cached.get(key);
  if (hit) return hit;
  const made = compute(cx, region, value, ix);
  cached.set(key, made);
  return made;
}

function compute(cx: ElementContext, region: Region, value: Value, ix: readonly Ix[]): Instr {
  const source = region.sources.get(value);
  if (source) {
    if (source.kind === "alias") return element(cx, source.region, source.value, [...source.prefix, ...ix]);
    const buffer = cx.ensureBuffer(source);
    return load(cx, source.floor, buffer, value.type.dtype, linear(ix, value.type.shape));
  }
  const eq = region.defs.get(value);
  if (!eq)
    throw new Error(
      `Sinter internal error: a value of graph ${region.graph.name} has no source in the schedule.`,
    );
  return computeEquation(cx, region, eq, value, ix);
}

/** The element of an equation that computes in place: elementwise, movement, constant, iota, gather. */
export function computeEquation(
  cx: ElementContext,
  region: Region,
  eq: Equation,
  value: Value,
  ix: readonly Ix[],
): Instr {
  const op = eq.op;
  const p = cx.program;
  switch (op.kind) {
    case "elementwise": {
      const args = eq.inputs.map((v) => element(cx, region, v, ix));
      const block = args.reduce((b, a) => deeper(b, a.block), region.floor);
      const made = p.elem(block, value.type.dtype, op, args, eq.origin);
      cx.noteCost(region, value, made, op.cost);
      return made;
    }
    case "movement": {
      const input = eq.inputs[0]!;
      const map = op.indexMap(input.type, eq.params);
      if (map.within) return padded(cx, region, eq, value, ix);
      return element(
        cx,
        region,
        input,
        map.index.map((e, i) => (input.type.shape[i] === 1 ? ZERO : substitute(e, ix))),
      );
    }
    case "special":
      switch (op.lowering) {
        case "constant":
          return constantElement(cx, region, eq, value, ix);
        case "iota": {
          const at = ix[eq.params.axis as number]!;
          const i32 = p.instr(deeper(region.floor, blockOf(at)), "i32", { op: "index", at });
          return value.type.dtype === "i32" ? i32 : p.elem(i32.block, value.type.dtype, convert, [i32]);
        }
        case "gather":
          return element(cx, region, eq.inputs[0]!, gatherIndex(cx, region, eq, ix));
      }
      break;
    case "reduction":
      break;
  }
  throw new Error(`Sinter internal error: ${op.name} was read before the statement that computes it.`);
}

function load(cx: ElementContext, floor: Block, buffer: Buffer, dtype: DType, at: Ix): Instr {
  const p = cx.program;
  if (buffer.data && at.isConstant && dtype !== "key")
    return p.constant(Number(buffer.data[at.constant]), dtype, floor);
  return p.instr(deeper(floor, blockOf(at)), dtype, { op: "load", buffer, at });
}

function constantElement(
  cx: ElementContext,
  region: Region,
  eq: Equation,
  value: Value,
  ix: readonly Ix[],
): Instr {
  const data = eq.params.data as number | boolean | Data;
  const dtype = value.type.dtype;
  if (typeof data === "number" || typeof data === "boolean")
    return cx.program.constant(Number(data), dtype, region.floor);
  if (sizeOf(value.type.shape) === 1 && dtype !== "key")
    return cx.program.constant(Number(data[0]), dtype, region.floor);
  return load(cx, region.floor, cx.constantBuffer(eq), dtype, linear(ix, value.type.shape));
}

/** Where a gather reads: the operand's index, with the looked-up axis dynamic and clamped into range. */
function gatherIndex(cx: ElementContext, region: Region, eq: Equation, ix: readonly Ix[]): Ix[] {
  const [x, idx] = [eq.inputs[0]!, eq.inputs[1]!];
  const axis = eq.params.axis as number;
  const batch = eq.params.batch as number;
  const idxRank = idx.type.shape.length - batch;
  const idxIx = [...ix.slice(0, batch), ...ix.slice(axis, axis + idxRank)];
  const at = element(cx, region, idx, idxIx);
  const size = x.type.shape[axis]!;
  return [...ix.slice(0, axis), lookup(cx, eq, at, size), ...ix.slice(axis + idxRank)];
}

/** The looked-up axis of a gather or scatter: clamped, unless whoever made the equation promises that it is in range. */
export function lookup(cx: ElementContext, eq: Equation, at: Instr, size: number): Ix {
  const known = at.code.op === "const" || at.code.op === "index";
  if (eq.params.inRange !== true || known || size === 1) return clamped(cx, at, size);
  return ofInstr(at, size - 1);
}

/** An integer instruction as an index in [0, size). */
export function clamped(cx: ElementContext, at: Instr, size: number): Ix {
  const p = cx.program;
  if (at.code.op === "const") {
    const value = Math.max(at.code.value, 0);
    if (below(value, size)) return constant(value);
    if (!isOpen(size)) return constant(size - 1);
  }
  if (at.code.op === "index" && neverNegative(at.code.at.min) && below(at.code.at.max, size))
    return at.code.at;
  const low = p.elem(at.block, "i32", max, [at, p.constant(0, "i32", at.block)]);
  const safe = p.elem(at.block, "i32", min, [low, p.constant(size - 1, "i32", at.block)]);
  return size === 1 ? ZERO : ofInstr(safe, size - 1);
}

function padded(cx: ElementContext, region: Region, eq: Equation, value: Value, ix: readonly Ix[]): Instr {
  if (eq.op.kind !== "movement") throw new Error("Sinter internal error: padding is a movement.");
  const p = cx.program;
  const input = eq.inputs[0]!;
  const dtype = value.type.dtype;
  const map = eq.op.indexMap(input.type, eq.params);
  const fill = (): Instr => p.constant(map.fill ?? 0, dtype, region.floor);
  if (sizeOf(input.type.shape) === 0) return fill();
  const tests: Instr[] = [];
  for (let a = 0; a < ix.length; a++) {
    const [low, high] = map.within![a]!;
    const at = ix[a]!;
    if (below(low - 1, at.min) && below(at.max, high)) continue;
    if (below(at.max, low) || below(high - 1, at.min)) return fill();
    tests.push(p.instr(deeper(region.floor, blockOf(at)), "bool", { op: "within", at, low, high }));
  }
  const inner = map.index.map((e, i): Ix => {
    const d = input.type.shape[i]!;
    const at = substitute(e, ix);
    if (d === 1) return ZERO;
    if (neverNegative(at.min) && below(at.max, d)) return at;
    return clamped(cx, p.instr(deeper(region.floor, blockOf(at)), "i32", { op: "index", at }), d);
  });
  let result = element(cx, region, input, inner);
  for (const t of tests) {
    const f = fill();
    const block = [t, result, f].reduce((b, a) => deeper(b, a.block), region.floor);
    result = p.elem(block, dtype, where, [t, result, f]);
  }
  return result;
}
