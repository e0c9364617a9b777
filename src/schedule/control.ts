// Control flow: scan, while, cond and call become sequential loops and arms around the schedule of their sub-graphs.
import type { Special } from "../ir/op.js";
import type { Equation, Graph, Value } from "../ir/types.js";
import { sizeOf } from "../ir/types.js";
import { combinations, WRITTEN_OUT } from "./domain.js";
import { element } from "./element.js";
import { add, constant, linear, ofVar, scale } from "./ix.js";
import type { Block, Buffer, If, Item, Ix, Loop, Register, While } from "./kernel.js";
import { isReadBefore } from "./last-reader.js";
import { Walk, walkFrom } from "./leaves.js";
import { Region, type Root } from "./region.js";
import type { Scheduler } from "./scheduler.js";

export function lowerControl(s: Scheduler, region: Region, eq: Equation, op: Special): void {
  switch (op.lowering) {
    case "call":
      return lowerCall(s, region, eq);
    case "scan":
      return lowerScan(s, region, eq);
    case "while":
      return lowerWhile(s, region, eq);
    default:
      return lowerCond(s, region, eq);
  }
}

const alias = (
  region: Region,
  value: Value,
  prefix: readonly Ix[] = [],
): { kind: "alias"; region: Region; value: Value; prefix: readonly Ix[] } => ({
  kind: "alias",
  region,
  value,
  prefix,
});

function lowerCall(s: Scheduler, region: Region, eq: Equation): void {
  const graph = eq.params.graph as Graph;
  const inner = new Region(graph, region.block, region.floor);
  graph.inputs.forEach((v, i) => inner.sources.set(v, alias(region, eq.inputs[i]!)));
  s.run(inner);
  eq.outputs.forEach((v, i) => region.sources.set(v, alias(inner, graph.outputs[i]!)));
}

/** State that one turn hands to the next: registers for a few numbers, memory for more. */
type Carry =
  | { readonly kind: "registers"; readonly registers: readonly Register[]; readonly shape: readonly number[] }
  | { readonly kind: "memory"; readonly buffer: Buffer };

const cellsOf = (shape: readonly number[]): Ix[][] =>
  sizeOf(shape) === 0
    ? []
    : [
        ...combinations(
          shape,
          shape.map((_, i) => i),
        ),
      ].map((at) => at.map(constant));

/** Memory or registers holding the initial values; the loop is told what to set before its first turn. */
function begin(s: Scheduler, region: Region, loop: Loop | While, eq: Equation, which: number): Carry {
  const initial = eq.inputs[which]!;
  const { shape, dtype } = initial.type;
  if (sizeOf(shape) <= WRITTEN_OUT) {
    const registers = cellsOf(shape).map((ix) => {
      const register = s.program.register(dtype);
      const value = element(s, region, initial, ix);
      s.program.after(loop, value);
      loop.first.push({ register, value });
      return register;
    });
    return { kind: "registers", registers, shape };
  }
  const { buffer, before } = s.takeOver(region, eq, which, false);
  for (const item of before) s.program.after(loop, item);
  return { kind: "memory", buffer };
}

/** Gives a sub-graph's input the carry's value at the start of a turn, or an outer value the carry after the loop. */
function bind(s: Scheduler, region: Region, value: Value, carry: Carry, at: Block, after: Item | null): void {
  if (carry.kind === "memory") {
    const root: Root = { kind: "root", value, region, cells: [], buffer: carry.buffer, floor: at };
    region.sources.set(value, root);
    return;
  }
  const root = s.root(region, value);
  cellsOf(value.type.shape).forEach((ix, i) => {
    const register = carry.registers[i]!;
    const instr = s.program.instr(at, value.type.dtype, { op: "read", register, after });
    s.cell(region, root, ix, instr);
  });
}

/**
 * Lets next states be computed straight into the memory of the state, where all that reads the old state runs before.
 * Returns the values; they are placed while this loop is scheduled.
 */
function placeNext(s: Scheduler, inner: Region, inputs: readonly Value[], state: readonly Carry[]): Value[] {
  const { outputs } = inner.graph;
  return state.flatMap((carry, i) => {
    const next = outputs[i]!;
    const eq = inner.defs.get(next);
    if (carry.kind !== "memory" || !eq || outputs.filter((v) => v === next).length > 1) return [];
    const old = inputs[i]!;
    const each = eq.op.kind === "elementwise";
    if (!each && !(eq.op.kind === "special" && eq.op.lowering === "concatenate")) return [];
    if (!isReadBefore(inner, eq, old, each, s.isAnchored) || (each && !readsInStep(inner, eq, old)))
      return [];
    s.placed.set(next, { buffer: carry.buffer });
    return [next];
  });
}

/** Whether each element of an elementwise equation reads the same element of an array, and no other. */
function readsInStep(region: Region, eq: Equation, array: Value): boolean {
  const source = region.sources.get(array);
  const own = array.type.shape.map((size, i): Ix =>
    ofVar({ id: -1 - i, size, sequential: true, body: region.block }),
  );
  const walk = new Walk();
  for (const v of eq.inputs) walkFrom(region, v, own, walk);
  return walk.leaves.every(
    (leaf) => leaf.root !== source || leaf.ix.every((ix, i) => ix !== null && ix.key === own[i]!.key),
  );
}

/** Ends a turn: the next state is computed in full before any of it is set. */
function turn(
  s: Scheduler,
  inner: Region,
  loop: Loop | While,
  state: readonly Carry[],
  which: number,
  next: Value,
): void {
  const carry = state[which]!;
  if (carry.kind === "registers") {
    cellsOf(next.type.shape).forEach((ix, i) => {
      const value = element(s, inner, next, ix);
      s.program.after(loop, value);
      loop.next.push({ register: carry.registers[i]!, value });
    });
    return;
  }
  const source = inner.sources.get(next);
  const held = source?.kind === "root" && source.region === inner ? source.buffer : null;
  if (held === carry.buffer) return;
  const carried = state.some((c) => c.kind === "memory" && c.buffer === held);
  const from = held && held.role === "temporary" && !carried ? held : s.copyOf(inner, next);
  s.program.afterWriters(loop, from);
  loop.copies.push({ from, to: carry.buffer });
}

function lowerScan(s: Scheduler, region: Region, eq: Equation): void {
  const body = eq.params.body as Graph;
  const consts = eq.params.consts as number;
  const carries = eq.params.carries as number;
  const length = eq.params.length as number;
  const p = s.program;
  if (length === 0) {
    for (let i = 0; i < carries; i++)
      region.sources.set(eq.outputs[i]!, alias(region, eq.inputs[consts + i]!));
    for (const y of eq.outputs.slice(carries)) s.root(region, y, s.temporary(y, "ys"));
    return;
  }
  const loop = p.loop(region.block, length, true);
  const forward = ofVar(loop.over);
  const t = eq.params.reverse === true ? add(constant(length - 1), scale(forward, -1)) : forward;
  const inner = new Region(body, loop.body, region.floor);
  const state = eq.inputs
    .slice(consts, consts + carries)
    .map((_, i) => begin(s, region, loop, eq, consts + i));
  body.inputs.forEach((v, i) => {
    if (i < consts) inner.sources.set(v, alias(region, eq.inputs[i]!));
    else if (i < consts + carries) bind(s, inner, v, state[i - consts]!, loop.body, null);
    else inner.sources.set(v, alias(region, eq.inputs[i]!, [t]));
  });
  const placed = placeNext(s, inner, body.inputs.slice(consts, consts + carries), state);
  s.run(inner);
  const ys = eq.outputs.slice(carries).map((y, k) => {
    const buffer = s.temporary(y, "ys");
    const made = body.outputs[carries + k]!;
    const size = sizeOf(made.type.shape);
    s.storeAll(inner, made, buffer, made.type.shape, (ix) =>
      add(scale(t, size), linear(ix, made.type.shape)),
    );
    return buffer;
  });
  state.forEach((_, i) => turn(s, inner, loop, state, i, body.outputs[i]!));
  for (const v of placed) s.placed.delete(v);
  finish(s, region, eq, loop, state);
  eq.outputs.slice(carries).forEach((y, k) => s.root(region, y, ys[k]!));
}

/** After the loop: carries in memory have the loop as their writer, registers are read behind it. */
function finish(
  s: Scheduler,
  region: Region,
  eq: Equation,
  loop: Loop | While,
  state: readonly Carry[],
): void {
  state.forEach((c, i) => {
    if (c.kind === "memory") {
      c.buffer.writers.push(loop);
      c.buffer.version++;
    }
    bind(s, region, eq.outputs[i]!, c, region.block, loop);
  });
}

function lowerWhile(s: Scheduler, region: Region, eq: Equation): void {
  const test = eq.params.test as Graph;
  const body = eq.params.body as Graph;
  const consts = eq.params.consts as number;
  const limit = (eq.params.limit as number | null | undefined) ?? null;
  const p = s.program;
  const testBlock = p.block(region.block);
  const bodyBlock = p.block(region.block);
  const loop = p.add<While>({
    kind: "while",
    block: region.block,
    test: testBlock,
    condition: null,
    body: bodyBlock,
    limit,
    next: [],
    copies: [],
    first: [],
  });
  testBlock.owner = loop;
  bodyBlock.owner = loop;
  const state = eq.inputs.slice(consts).map((_, i) => begin(s, region, loop, eq, consts + i));
  let placed: readonly Value[] = [];
  const enter = (graph: Graph, block: Block): Region => {
    const inner = new Region(graph, block, block);
    graph.inputs.forEach((v, i) => {
      if (i < consts) inner.sources.set(v, alias(region, eq.inputs[i]!));
      else bind(s, inner, v, state[i - consts]!, block, null);
    });
    if (graph === body) placed = placeNext(s, inner, graph.inputs.slice(consts), state);
    s.run(inner);
    return inner;
  };
  const tested = enter(test, testBlock);
  loop.condition = element(s, tested, test.outputs[0]!, []);
  p.after(loop, loop.condition);
  const inner = enter(body, bodyBlock);
  state.forEach((_, i) => turn(s, inner, loop, state, i, body.outputs[i]!));
  for (const v of placed) s.placed.delete(v);
  finish(s, region, eq, loop, state);
}

function lowerCond(s: Scheduler, region: Region, eq: Equation): void {
  const graphs = [eq.params.then as Graph, eq.params.otherwise as Graph] as const;
  const p = s.program;
  const condition = element(s, region, eq.inputs[0]!, []);
  const blocks = [p.block(region.block), p.block(region.block)] as const;
  const item = p.add<If>({ kind: "if", block: region.block, condition, arms: blocks, sets: [[], []] }, [
    condition,
  ]);
  const results = eq.outputs.map((v): Carry =>
    sizeOf(v.type.shape) <= WRITTEN_OUT
      ? {
          kind: "registers",
          registers: cellsOf(v.type.shape).map(() => p.register(v.type.dtype)),
          shape: v.type.shape,
        }
      : { kind: "memory", buffer: s.temporary(v) },
  );
  graphs.forEach((graph, arm) => {
    const block = blocks[arm]!;
    block.owner = item;
    const inner = new Region(graph, block, block);
    graph.inputs.forEach((v, i) => inner.sources.set(v, alias(region, eq.inputs[i + 1]!)));
    s.run(inner);
    graph.outputs.forEach((v, i) => {
      const r = results[i]!;
      if (r.kind === "memory") s.storeAll(inner, v, r.buffer, v.type.shape, (ix) => linear(ix, v.type.shape));
      else
        cellsOf(v.type.shape).forEach((ix, k) => {
          const value = element(s, inner, v, ix);
          p.after(item, value);
          item.sets[arm]!.push({ register: r.registers[k]!, value });
        });
    });
  });
  eq.outputs.forEach((v, i) => bind(s, region, v, results[i]!, region.block, item));
}
