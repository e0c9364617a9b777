// Control flow on tensors: run directly on concrete values outside of traces, recorded as one equation with sub-graphs inside.
import * as ops from "../../ops/index.js";
import { sameType, showType, type Type } from "../../ir/types.js";
import { apply, applyAll } from "../../trace/apply.js";
import { cast, join, tensor } from "../../trace/promote.js";
import { shareCaptures, traceGraph, type Traced } from "../../trace/traced.js";
import { branchSites, scanSites, statements, type Scan } from "../../trace/statements.js";
import { currentTrace } from "../../trace/trace.js";
import { holdsTensor, isTypedArray, type TensorLike } from "../array.js";
import { flatten, sameTree, showTree, unflatten, type TreeDef } from "../pytree.js";
import { filled, Tensor } from "../tensor.js";
import type { Tensors } from "../../trace/gradient-types.js";
import { truth } from "./rows.js";
import { arange } from "./creation.js";
import { where } from "./elementwise.js";
import { sliceAxis } from "./parts.js";
import { broadcastTo, reshape, stack } from "./shape.js";

/** A leaf and whether it came from a plain number, whose dtype and shape may still adapt. */
interface Leaf {
  readonly tensor: Tensor;
  readonly literal: boolean;
}
const asLeaf = (x: unknown): Leaf | null => {
  if (x instanceof Tensor) return { tensor: x, literal: false };
  if (typeof x === "number" || typeof x === "boolean") return { tensor: tensor(x), literal: true };
  return isTypedArray(x) ? { tensor: tensor(x), literal: false } : null;
};
const leavesOf = (tree: unknown): { leaves: readonly Leaf[]; def: TreeDef } => flatten(tree, asLeaf);
const tensorsOf = (leaves: readonly Leaf[]): Tensor[] => leaves.map((l) => l.tensor);

/** A literal brought to the type that the rest of the program needs; anything else must have it already. */
function adapt(leaf: Leaf, type: Type): Tensor {
  if (sameType(leaf.tensor.type, type) || !leaf.literal) return leaf.tensor;
  return broadcastTo(cast(leaf.tensor, type.dtype), type.shape);
}

function checkTree(name: string, what: string, a: TreeDef, b: TreeDef): void {
  if (!sameTree(a, b)) throw new Error(`${name}: ${what}: ${showTree(a)} against ${showTree(b)}.`);
}

function checkTypes(name: string, what: string, before: readonly Tensor[], after: readonly Type[]): void {
  before.forEach((t, i) => {
    if (!sameType(t.type, after[i]!))
      throw new Error(
        `${name}: ${what} must keep its types; leaf ${i} is ${showType(t.type)} at the start and ${showType(after[i]!)} after one step. ` +
          "Start with the type that the body returns (np.array(x, { dtype }), np.broadcastTo).",
      );
  });
}

type Fn = (...args: never[]) => unknown;

/**
 * f(...operands) where test holds, else g(...operands). The results must have one structure.
 * A test with a known value chooses at once; a traced one records both branches and runs only the one taken.
 */
export function cond<A extends unknown[], R>(
  test: TensorLike,
  f: (...xs: { [K in keyof A]: Tensors<A[K]> }) => R,
  g: (...xs: { [K in keyof A]: Tensors<A[K]> }) => unknown,
  ...operands: A
): Tensors<R> {
  const p = truth(test, "np.cond");
  if (p.size !== 1)
    throw new Error(
      `np.cond: the test must be one boolean, got shape [${p.shape.join(",")}]; use np.where for elementwise choice.`,
    );
  const { leaves, def } = leavesOf(operands);
  const inputs = tensorsOf(leaves);
  if (!p.link) {
    const branch: Fn = p.data()[0] ? f : g;
    const taken = leavesOf(branch(...(unflatten(def, inputs) as never[])));
    return unflatten(taken.def, tensorsOf(taken.leaves)) as Tensors<R>;
  }
  const sites = statements().watched() ? branchSites() : null;
  const given = unflatten(def, inputs) as never[];
  const made = sites?.(
    reshape(p, []),
    () => (f as Fn)(...given),
    () => (g as Fn)(...given),
    (a, b) => chosen(p, leavesOf(a), leavesOf(b)),
  );
  if (made) return made.result as Tensors<R>;
  const defs: TreeDef[] = [];
  const literals: boolean[][] = [];
  const trace = (label: string, fn: Fn, types: readonly Type[] | null): Traced =>
    traceGraph(
      label,
      inputs.map((t) => t.type),
      (args) => {
        const out = leavesOf(fn(...(unflatten(def, args) as never[])));
        defs.push(out.def);
        literals.push(out.leaves.map((l) => l.literal));
        return out.leaves.map((l, i) =>
          types ? broadcastTo(cast(l.tensor, types[i]!.dtype), types[i]!.shape) : l.tensor,
        );
      },
    );
  let parts = [trace("np.cond's first branch", f, null), trace("np.cond's second branch", g, null)];
  checkTree("np.cond", "the branches return different structures", defs[0]!, defs[1]!);
  const [a, b] = parts.map((part) => part.graph.outputs.map((v) => v.type)) as [Type[], Type[]];
  if (!a.every((type, i) => sameType(type, b[i]!))) {
    const types = a.map((type, i): Type => {
      const [la, lb] = [literals[0]![i]!, literals[1]![i]!];
      if (la !== lb) return la ? b[i]! : type;
      if (type.shape.join() !== b[i]!.shape.join())
        throw new Error(
          `np.cond: leaf ${i} of the result is ${showType(type)} in one branch and ${showType(b[i]!)} in the other.`,
        );
      return { dtype: join(type.dtype, b[i]!.dtype), shape: type.shape };
    });
    parts = [trace("np.cond's first branch", f, types), trace("np.cond's second branch", g, types)];
  }
  const { captures, graphs } = shareCaptures(parts);
  const results = applyAll(
    ops.cond,
    [reshape(p, []), ...captures, ...inputs],
    { then: graphs[0]!, otherwise: graphs[1]! },
    "np.cond",
  );
  return unflatten(defs[0]!, results) as Tensors<R>;
}

/** Leaf by leaf the values that the test chooses. */
function chosen(p: Tensor, a: ReturnType<typeof leavesOf>, b: ReturnType<typeof leavesOf>): unknown {
  checkTree("np.cond", "the branches return different structures", a.def, b.def);
  const test = reshape(p, []);
  return unflatten(
    a.def,
    a.leaves.map((leaf, i) => where(test, leaf.tensor, b.leaves[i]!.tensor)),
  );
}

/**
 * Repeats body on the carry while test(carry) holds. `limit` bounds the number of steps, which makes reverse-mode
 * gradients possible; without it only forward mode can pass.
 */
export function whileLoop<const C>(
  test: (carry: Tensors<C>) => TensorLike,
  body: (carry: Tensors<C>) => unknown,
  init: C,
  options: { limit?: number } = {},
): Tensors<C> {
  const start = leavesOf(init);
  const direct = currentTrace() === null;
  const limit = options.limit ?? null;
  if (direct) {
    let carry = unflatten(start.def, tensorsOf(start.leaves)) as Tensors<C>;
    for (let n = 0; limit === null || n < limit; n++) {
      if (!oneBoolean(test(carry)).data()[0]) break;
      const next = leavesOf(body(carry));
      if (n === 0)
        checkTree("np.whileLoop", "the body changes the structure of the carry", start.def, next.def);
      carry = unflatten(next.def, tensorsOf(next.leaves)) as Tensors<C>;
    }
    return carry;
  }
  const { inputs, traced } = fixCarry(
    "np.whileLoop",
    start,
    [],
    (carry) => leavesOf(body(carry as Tensors<C>)),
    start.def,
  );
  const testPart = traceGraph(
    "np.whileLoop's test",
    inputs.map((t) => t.type),
    (args) => [oneBoolean(test(unflatten(start.def, args) as Tensors<C>))],
  );
  const { captures, graphs } = shareCaptures([testPart, traced]);
  const results = applyAll(
    ops.while_,
    [...captures, ...inputs],
    { test: graphs[0]!, body: graphs[1]!, consts: captures.length, limit },
    "np.whileLoop",
  );
  return unflatten(start.def, results) as Tensors<C>;
}

function oneBoolean(x: TensorLike): Tensor {
  const t = truth(x, "np.whileLoop");
  if (t.size !== 1)
    throw new Error(`np.whileLoop: the test must give one boolean, got shape [${t.shape.join(",")}].`);
  return reshape(t, []);
}

/** Traces a loop body, adapting literal starts (0, 1, true) to the types that the body settles on. */
function fixCarry(
  name: string,
  start: { leaves: readonly Leaf[]; def: TreeDef },
  extra: readonly Type[],
  step: (
    carry: unknown,
    extra: readonly Tensor[],
  ) => { leaves: readonly Leaf[]; def: TreeDef; more?: readonly Tensor[] },
  def: TreeDef,
): { inputs: Tensor[]; traced: Traced } {
  let inputs = tensorsOf(start.leaves);
  for (let attempt = 0; ; attempt++) {
    const types = inputs.map((t) => t.type);
    const traced = traceGraph(`${name}'s body`, [...types, ...extra], (args) => {
      const next = step(unflatten(def, args.slice(0, types.length)), args.slice(types.length));
      checkTree(name, "the body changes the structure of the carry", def, next.def);
      return [...next.leaves.map((l, i) => adapt(l, types[i]!)), ...(next.more ?? [])];
    });
    const after = traced.graph.outputs.slice(0, types.length).map((v) => v.type);
    const off = types.some((t, i) => !sameType(t, after[i]!));
    if (!off) return { inputs, traced };
    if (attempt === 2 || !types.every((t, i) => sameType(t, after[i]!) || start.leaves[i]!.literal))
      checkTypes(name, "the carry", inputs, after);
    inputs = start.leaves.map((l, i) => adapt(l, after[i]!));
  }
}

/** One step's part of xs: leaves lose their leading axis. */
type Elements<X> = X extends readonly (number | boolean)[] ? Tensor : Tensors<X>;

/** Options of `scan`. */
export interface ScanOptions {
  /** From the last element to the first. */
  readonly reverse?: boolean;
  /** Number of steps, when xs has no leaves. */
  readonly length?: number;
}

/** [carry, y] = f(carry, x) over the leading axis of every leaf of xs; returns the last carry and the ys stacked. */
export function scan<const C, X, Y>(
  f: (carry: Tensors<C>, x: Elements<X>) => readonly [unknown, Y] | [unknown, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [Tensors<C>, Tensors<Y>] {
  return scanned(f, init, xs, options, true);
}

/** `heard`: whether statements in the body are told to the handlers around the scan. */
function scanned<const C, X, Y>(
  f: (carry: Tensors<C>, x: Elements<X>) => readonly [unknown, Y] | [unknown, Y],
  init: C,
  xs: X,
  options: ScanOptions,
  heard: boolean,
): [Tensors<C>, Tensors<Y>] {
  const start = leavesOf(init);
  const over = flatten(xs, (x) =>
    x instanceof Tensor
      ? x
      : Array.isArray(x) && isNumeric(x)
        ? tensor(x as TensorLike)
        : isTypedArray(x)
          ? tensor(x)
          : null,
  );
  const lengths = over.leaves.map((t) => {
    if (t.ndim === 0)
      throw new Error("np.scan: a leaf of xs is a scalar; every leaf needs a leading axis to step over.");
    return t.shape[0]!;
  });
  const length = lengths[0] ?? options.length;
  if (length === undefined) throw new Error("np.scan: xs has no leaves; say how many steps with { length }.");
  if (lengths.some((n) => n !== length) || (options.length !== undefined && options.length !== length))
    throw new Error(
      `np.scan: the leading axes of xs differ: ${[...lengths, ...(options.length === undefined ? [] : [options.length])].join(", ")}.`,
    );
  const reverse = options.reverse ?? false;
  const sites = heard && statements().watched() ? scanSites() : null;
  if (sites) {
    const run: Scan = (g, first, over, how) => scanned(g as never, first, over, how, false);
    return sites(f as never, init, unflatten(over.def, over.leaves), { length, reverse }, run) as unknown as [
      Tensors<C>,
      Tensors<Y>,
    ];
  }
  // With no steps there is no y to take a structure from unless the body is traced.
  if (currentTrace() === null && length > 0) return scanDirectly(f, start, over, length, reverse);
  let yDef: TreeDef | undefined;
  const elements = over.leaves.map((t): Type => ({ dtype: t.dtype, shape: t.shape.slice(1) }));
  const { inputs, traced } = fixCarry(
    "np.scan",
    start,
    elements,
    (carry, x) => {
      const [next, y] = pair(f(carry as Tensors<C>, unflatten(over.def, x) as Elements<X>));
      const flatY = leavesOf(y);
      yDef = flatY.def;
      return { ...leavesOf(next), more: tensorsOf(flatY.leaves) };
    },
    start.def,
  );
  const { captures, graphs } = shareCaptures([traced]);
  const results = applyAll(
    ops.scan,
    [...captures, ...inputs, ...over.leaves],
    { body: graphs[0]!, consts: captures.length, carries: inputs.length, length, reverse },
    "np.scan",
  );
  const n = inputs.length;
  return [
    unflatten(start.def, results.slice(0, n)) as Tensors<C>,
    unflatten(yDef!, results.slice(n)) as Tensors<Y>,
  ];
}

const isNumeric = (x: readonly unknown[]): boolean =>
  !holdsTensor(x) && x.flat(Infinity).every((v) => typeof v === "number" || typeof v === "boolean");

function pair<Y>(result: readonly [unknown, Y]): readonly [unknown, Y] {
  if (!Array.isArray(result) || result.length !== 2)
    throw new Error(
      "np.scan: the body must return [carry, y]; return [carry, null] when there is nothing to collect.",
    );
  return result;
}

function scanDirectly<C, X, Y>(
  f: (carry: Tensors<C>, x: Elements<X>) => readonly [unknown, Y] | [unknown, Y],
  start: { leaves: readonly Leaf[]; def: TreeDef },
  over: { leaves: readonly Tensor[]; def: TreeDef },
  length: number,
  reverse: boolean,
): [Tensors<C>, Tensors<Y>] {
  let carry = unflatten(start.def, tensorsOf(start.leaves)) as Tensors<C>;
  const rows: (readonly Tensor[])[] = [];
  let yDef: TreeDef | undefined;
  for (let n = 0; n < length; n++) {
    const i = reverse ? length - 1 - n : n;
    const x = unflatten(
      over.def,
      over.leaves.map((t) => reshape(sliceAxis(t, 0, i, i + 1), t.shape.slice(1))),
    ) as Elements<X>;
    const [next, y] = pair(f(carry, x));
    const after = leavesOf(next);
    if (n === 0) checkFirstStep(start, after);
    carry = unflatten(after.def, tensorsOf(after.leaves)) as Tensors<C>;
    const flatY = leavesOf(y);
    yDef = flatY.def;
    rows.push(tensorsOf(flatY.leaves));
  }
  if (reverse) rows.reverse();
  const ys = rows[0]!.map((_, k) => stack(rows.map((row) => row[k]!)));
  return [carry, unflatten(yDef!, ys) as Tensors<Y>];
}

/** A compiled loop keeps the structure and types of its carry; run directly it is held to the same. Literals may still adapt. */
function checkFirstStep(
  start: { leaves: readonly Leaf[]; def: TreeDef },
  after: { leaves: readonly Leaf[]; def: TreeDef },
): void {
  checkTree("np.scan", "the body changes the structure of the carry", start.def, after.def);
  const settled = start.leaves.map((leaf, i) => (leaf.literal ? after.leaves[i]! : leaf));
  checkTypes(
    "np.scan",
    "the carry",
    tensorsOf(settled),
    after.leaves.map((leaf, i) => adapt(leaf, settled[i]!.tensor.type).type),
  );
}

/** carry = body(i, carry) for i from low to high - 1; i is an i32 scalar. Bounds that are plain numbers allow reverse mode. */
export function fori<const C>(
  low: number | Tensor,
  high: number | Tensor,
  body: (i: Tensor, carry: Tensors<C>) => unknown,
  init: C,
): Tensors<C> {
  if (currentTrace() === null) {
    const [from, to] = [tensor(low).item(), tensor(high).item()];
    let { leaves, def } = leavesOf(init);
    for (let i = from; i < to; i++)
      ({ leaves, def } = leavesOf(body(filled(i, "i32"), unflatten(def, tensorsOf(leaves)) as Tensors<C>)));
    return unflatten(def, tensorsOf(leaves)) as Tensors<C>;
  }
  const [from, to] = [low, high].map((b) => (typeof b === "number" || !b.link ? Number(b) : null));
  if (from !== null && to !== null)
    return scan(
      (carry, i) => [body(i as Tensor, carry), null],
      init,
      arange(from!, Math.max(from!, to!)),
    )[0] as Tensors<C>;
  const [start, stop] = [low, high].map((b) => cast(tensor(b), "i32")) as [Tensor, Tensor];
  const last = whileLoop(
    (c) => apply(ops.lt, [(c as Counted).i, (c as Counted).stop]),
    (c) => {
      const { i, stop: end, carry } = c as Counted;
      return { i: apply(ops.add, [i, filled(1, "i32")]), stop: end, carry: body(i, carry as Tensors<C>) };
    },
    { i: start, stop, carry: init } as unknown,
  );
  return (last as Counted).carry as Tensors<C>;
}

interface Counted {
  readonly i: Tensor;
  readonly stop: Tensor;
  readonly carry: unknown;
}
