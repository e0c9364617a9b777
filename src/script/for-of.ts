// for (const x of xs): over a tensor its elements along the first axis, all at once where they are independent; over an array one by one.
import type { ForOfStatement, ForStatement, Statement } from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { describe } from "./branches.js";
import type { Completion, Context } from "./context.js";
import { changesElements } from "./effects.js";
import { backing, tensorOf } from "./lanes.js";
import { countedLoop, iterate, runFor } from "./loops.js";
import { Scope } from "./scope.js";
import { Lane } from "./values.js";

export function forOf(ctx: Context, node: ForOfStatement, scope: Scope, label: string | null): Completion {
  const over = ctx.evaluate(node.right, scope);
  const held = backing(over) ?? over;
  const { left } = node;
  if (left.type !== "VariableDeclaration" || left.kind === "var")
    return ctx.fail(left, "for..of needs its own variable: for (const x of xs)");
  const pattern = left.declarations[0]!.id;
  const constant = left.kind === "const";
  // What a plain array holds is read when its turn comes: the body may have changed it.
  const live = Array.isArray(over) && changesElements(node.body, scope);
  if (live && held !== over && node.right.type === "Identifier")
    return runFor(ctx, indexed(node), scope, label);
  if (!live && (held instanceof Tensor || held instanceof Lane)) {
    const x = tensorOf(ctx.host.np, held);
    if (x.shape.length === 0)
      return ctx.fail(node.right, "for..of needs something with elements, got one number");
    if (pattern.type !== "Identifier")
      return ctx.fail(pattern, "for..of over a tensor gives numbers or rows: name them, and index the rows");
    return countedLoop(ctx, {
      node,
      body: node.body,
      scope,
      label,
      name: " position",
      start: 0,
      step: 1,
      size: x.shape[0]!,
      element: { name: pattern.name, of: x },
    });
  }
  const items = itemsOf(over);
  if (!items) return ctx.fail(node.right, `for..of needs an array or a tensor, got ${describe(over)}`);
  return iterate(ctx, items.length, label, node, (i) => {
    const inner = new Scope(scope);
    ctx.bind(pattern, live ? elementNow(ctx, over as unknown[], i) : items[i], inner, constant);
    return ctx.execute(node.body, inner);
  });
}

function itemsOf(over: unknown): readonly unknown[] | null {
  const held = backing(over);
  if (held) return Array.from({ length: held.shape[0]! });
  if (typeof over === "string") return [...over];
  const iterable =
    typeof over === "object" &&
    over !== null &&
    typeof (over as { [Symbol.iterator]?: unknown })[Symbol.iterator] === "function";
  return iterable ? [...(over as Iterable<unknown>)] : null;
}

function elementNow(ctx: Context, over: readonly unknown[], i: number): unknown {
  const held = backing(over);
  if (!held) return over[i];
  const lead = held instanceof Lane ? held.axes.map(() => null) : [];
  const tensor = held instanceof Lane ? held.tensor : held;
  const part = ctx.host.np.slice(tensor, ...lead, [i, i + 1]);
  const out = ctx.host.np.reshape(part, [...tensor.shape.slice(0, lead.length), ...held.shape.slice(1)]);
  return held instanceof Lane ? new Lane(out, held.axes) : out;
}

const loops = new WeakMap<ForOfStatement, ForStatement>();

/** for (let i = 0; i < xs.length; i++) { const x = xs[i]; ... }: the same node every time, since facts are kept by node. */
function indexed(node: ForOfStatement): ForStatement {
  let out = loops.get(node);
  if (!out) loops.set(node, (out = written(node)));
  return out;
}

function written(node: ForOfStatement): ForStatement {
  const { body, right } = node;
  const at = { start: node.start, end: node.end, loc: node.loc ?? null };
  const i = { type: "Identifier", name: " index", ...at } as const;
  const element = {
    type: "MemberExpression",
    object: right,
    property: i,
    computed: true,
    optional: false,
    ...at,
  };
  const length = { type: "Identifier", name: "length", ...at };
  const left = node.left as Extract<ForOfStatement["left"], { type: "VariableDeclaration" }>;
  const declaration = { ...left, declarations: [{ ...left.declarations[0]!, init: element }] };
  const zero = { type: "Literal", value: 0, raw: "0", ...at };
  return {
    type: "ForStatement",
    init: {
      type: "VariableDeclaration",
      kind: "let",
      declarations: [{ type: "VariableDeclarator", id: i, init: zero, ...at }],
      ...at,
    },
    test: {
      type: "BinaryExpression",
      operator: "<",
      left: i,
      right: {
        type: "MemberExpression",
        object: right,
        property: length,
        computed: false,
        optional: false,
        ...at,
      },
      ...at,
    },
    update: { type: "UpdateExpression", operator: "++", prefix: false, argument: i, ...at },
    body: {
      type: "BlockStatement",
      body: [declaration, ...(body.type === "BlockStatement" ? body.body : [body])] as Statement[],
      ...at,
    },
    ...at,
  } as unknown as ForStatement;
}
