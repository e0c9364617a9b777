// if and its kin where the test is not known yet: both arms are carried out, their writes undone, and merged by the test.
import type { Node } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { NORMAL, type Completion, type Context, type Exit, type Test } from "./context.js";
import { BACKED, backing, isDynamic, tensorOf } from "./lanes.js";
import type { Writes } from "./memory.js";
import { isRecord, Lane, unassigned, Unassigned, vacant } from "./values.js";

/** Runs a body where the test holds. Its writes stay; the caller merges or undoes them. */
function under<T>(ctx: Context, test: Test, body: () => T): T {
  const outer = ctx.mask;
  const both = ctx.ops.and(outer, test);
  if (typeof both !== "boolean") ctx.mask = both;
  try {
    return body();
  } finally {
    ctx.mask = outer;
  }
}

/** if (test) yes(); else no(); for a test whose value is not known. */
export function branch(
  ctx: Context,
  test: Test,
  yes: () => Completion,
  no: () => Completion,
  node: Node,
): Completion {
  const otherwise = ctx.ops.not(test) as Test;
  const arm = test instanceof Lane ? "lanes" : "whole";
  const a = ctx.memory.recorded(() => under(ctx, test, yes), true, arm);
  const b = ctx.memory.recorded(() => under(ctx, otherwise, no), true, arm);
  mergeWrites(ctx, test, a.writes, b.writes, node);
  return either(ctx, test, a.result, otherwise, b.result);
}

/** Runs a body for the paths where the test holds, and merges what it wrote with what was there. */
export function guarded(ctx: Context, test: Test, body: () => Completion, node: Node): Completion {
  return branch(ctx, test, body, () => NORMAL, node);
}

function mergeWrites(ctx: Context, test: Test, a: Writes, b: Writes, node: Node): void {
  const places = new Map<object, Map<string | number | symbol, [unknown, unknown, unknown]>>();
  for (const list of [a, b])
    for (const { owner, key } of list) {
      const keys = places.get(owner) ?? new Map<string | number | symbol, [unknown, unknown, unknown]>();
      places.set(owner, keys);
      if (keys.has(key)) continue;
      const now = ctx.memory.read(owner, key);
      const after = (writes: Writes): unknown => {
        const found = writes.find((w) => w.owner === owner && w.key === key);
        const value = found ? found.after : now;
        return key === BACKED && value === undefined ? elementsAfter(ctx, owner as unknown[], writes) : value;
      };
      const [x, y] = [after(a), after(b)];
      if (key === "length" && Array.isArray(owner) && x !== y)
        ctx.fail(
          node,
          "an array grows on one path only, but its length must be known while compiling. Make it long enough before, and choose the values",
        );
      keys.set(key, [x, y, now]);
    }
  // All are read before any is written: an element put back may change its array's length.
  for (const [owner, keys] of places)
    for (const [key, [x, y, now]] of keys) {
      // An array that one arm filled as a whole: what the other did to single elements is in there.
      if (key !== BACKED && keys.has(BACKED) && Array.isArray(owner)) continue;
      if (Object.is(x, y) && Object.is(x, now)) continue;
      const name = (owner as { name?: unknown }).name;
      const what = typeof name === "string" ? name : typeof key === "symbol" ? "an array" : String(key);
      ctx.memory.write(owner, key, merge(ctx, test, x, y, what, node));
    }
}

/** The elements of an array at the end of an arm that did not fill it as a whole. */
function elementsAfter(ctx: Context, array: readonly unknown[], writes: Writes): unknown {
  const items = [...array];
  for (const { owner, key, after } of writes)
    if (owner === array && typeof key === "number") items[key] = after;
  return tensorOf(ctx.host.np, items);
}

/** The value that a place has after two paths meet. */
export function merge(ctx: Context, test: Test, a: unknown, b: unknown, what: string, node: Node): unknown {
  if (Object.is(a, b) || b === vacant) return a;
  if (a === vacant) return b;
  if (a === undefined || b === undefined || a instanceof Unassigned || b instanceof Unassigned)
    return unassigned;
  const numeric = (v: unknown): boolean =>
    typeof v === "number" || typeof v === "boolean" || isDynamic(v) || backing(v) !== undefined;
  if (numeric(a) && numeric(b)) {
    const where = ctx.ops.where(test, a, b);
    const [shapeA, shapeB] = [a, b].map((v) =>
      v instanceof Tensor || v instanceof Lane ? v.shape.join() : "",
    );
    if (isSized(a) && isSized(b) && shapeA !== shapeB)
      ctx.fail(
        node,
        `${what} has shape [${shapeA}] on one path and [${shapeB}] on the other. Give it one shape: np.broadcastTo, or two variables`,
      );
    return where;
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return ctx.memory.make(a.map((x, i) => merge(ctx, test, x, b[i], `${what}[${i}]`, node)));
  if (isRecord(a) && isRecord(b) && Object.keys(a).sort().join() === Object.keys(b).sort().join())
    return ctx.memory.make(
      Object.fromEntries(Object.keys(a).map((k) => [k, merge(ctx, test, a[k], b[k], `${what}.${k}`, node)])),
    );
  return ctx.fail(
    node,
    `${what} is ${describe(a)} on one path and ${describe(b)} on the other, and which path is taken is not known while compiling. ` +
      "Only numbers, booleans, tensors, and arrays and objects of these with one structure can differ",
  );
}

const isSized = (v: unknown): boolean => v instanceof Tensor || v instanceof Lane;

export function describe(v: unknown): string {
  if (v === null || v === undefined) return String(v);
  if (Array.isArray(v)) return `an array of length ${v.length}`;
  if (v instanceof Tensor || v instanceof Lane) return `a tensor of shape [${v.shape.join(", ")}]`;
  if (typeof v === "object") {
    const { name } = v as { name?: unknown };
    return typeof name === "string" && "batchShape" in v ? `the distribution ${name}` : "an object";
  }
  if (typeof v === "string") return `the string ${JSON.stringify(v)}`;
  return typeof v === "function" ? "a function" : `the ${typeof v} ${String(v)}`;
}

/** The ends of two arms as one end. */
function either(ctx: Context, test: Test, a: Completion, otherwise: Test, b: Completion): Completion {
  if (a.kind === "normal" && b.kind === "normal") return NORMAL;
  const exits = [...exitsUnder(ctx, test, a), ...exitsUnder(ctx, otherwise, b)];
  const open = [a, b].some((c) => c.kind === "normal" || (c.kind === "mixed" && c.open));
  return { kind: "mixed", exits, open };
}

function exitsUnder(ctx: Context, test: Test, completion: Completion): Exit[] {
  if (completion.kind === "normal") return [];
  if (completion.kind !== "mixed") return [{ when: test, completion }];
  return completion.exits.flatMap((exit) => {
    const when = ctx.ops.and(test, exit.when);
    return when === false ? [] : [{ when: when === true ? test : when, completion: exit.completion }];
  });
}

/** Where none of the exits was taken. */
export function goesOn(ctx: Context, exits: readonly Exit[]): boolean | Test {
  let left: boolean | Test = false;
  for (const { when } of exits) left = ctx.ops.or(left, when);
  return ctx.ops.not(left);
}

/** What follows a statement that some paths have left. */
export function after(
  ctx: Context,
  first: Extract<Completion, { kind: "mixed" }>,
  rest: () => Completion,
  node: Node,
): Completion {
  if (!first.open) return first;
  const test = goesOn(ctx, first.exits);
  if (test === false) return { ...first, open: false };
  if (test === true) return rest();
  let inner: Completion = NORMAL;
  const then = guarded(ctx, test, () => (inner = rest()), node);
  if (then.kind !== "mixed") return first;
  // `then` counts the paths that had left before as open; whether any path goes on is for the rest itself to say.
  const end = inner as Completion;
  const open = end.kind === "normal" || (end.kind === "mixed" && end.open);
  return { kind: "mixed", exits: [...first.exits, ...then.exits], open };
}

/** The value of a function from the ends of its body. */
export function returned(ctx: Context, completion: Completion, node: Node): unknown {
  if (completion.kind === "return") return completion.value;
  if (completion.kind !== "mixed") return undefined;
  const values = completion.exits.map((e) => (e.completion as { value: unknown }).value);
  if (completion.open) {
    if (values.every((v) => v === undefined)) return undefined;
    ctx.fail(
      node,
      "the function returns a value on some paths and nothing on others, and which path is taken is not known while compiling. Return a value at the end",
    );
  }
  let value = values[values.length - 1];
  for (let i = values.length - 2; i >= 0; i--) {
    value = merge(ctx, completion.exits[i]!.when, values[i], value, "the result", node);
    if (value instanceof Unassigned)
      ctx.fail(
        node,
        "the function returns a value on some paths and nothing on others. Return a value on each",
      );
  }
  return value;
}
