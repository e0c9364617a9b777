// The statements of a script, one after another, each with the way it ends.
import type { BlockStatement, ForOfStatement, Statement, SwitchStatement, VariableDeclaration } from "acorn";
import { after, branch, describe } from "./branches.js";
import { NORMAL, type Completion, type Context } from "./context.js";
import { tensorOf, backing } from "./lanes.js";
import { sharing } from "./joint.js";
import { countedLoop, iterate, runFor, runWhile } from "./loops.js";
import { Scope } from "./scope.js";
import { Lane } from "./values.js";
import { Tensor } from "../tensor/tensor.js";

export function executeAll(ctx: Context, nodes: readonly Statement[], scope: Scope): Completion {
  for (let i = 0; i < nodes.length; i++) {
    const completion = ctx.execute(nodes[i]!, scope);
    if (completion.kind === "normal") continue;
    const rest = nodes.slice(i + 1);
    if (completion.kind !== "mixed" || rest.length === 0) return completion;
    return after(ctx, completion, () => executeAll(ctx, rest, scope), nodes[i]!);
  }
  return NORMAL;
}

/** Functions are there before the statement that declares them. */
export function hoistFunctions(ctx: Context, nodes: readonly Statement[], scope: Scope): void {
  for (const node of nodes)
    if (node.type === "FunctionDeclaration")
      ctx.bind(node.id, ctx.evaluate({ ...node, type: "FunctionExpression" } as never, scope), scope, false);
}

export function block(ctx: Context, node: BlockStatement, outer: Scope): Completion {
  const scope = new Scope(outer);
  hoistFunctions(ctx, node.body, scope);
  return ctx.executeAll(node.body, scope);
}

export function executeStatement(
  ctx: Context,
  node: Statement,
  scope: Scope,
  label: string | null,
): Completion {
  switch (node.type) {
    case "ExpressionStatement":
      ctx.evaluate(node.expression, scope);
      return NORMAL;
    case "VariableDeclaration":
      declare(ctx, node, scope);
      return NORMAL;
    case "BlockStatement":
      return block(ctx, node, scope);
    case "EmptyStatement":
    case "FunctionDeclaration":
      return NORMAL;
    case "ReturnStatement":
      return { kind: "return", value: node.argument ? ctx.evaluate(node.argument, scope) : undefined };
    case "BreakStatement":
    case "ContinueStatement":
      return { kind: node.type === "BreakStatement" ? "break" : "continue", label: node.label?.name ?? null };
    case "LabeledStatement": {
      const end = ctx.execute(node.body, scope, node.label.name);
      return end.kind === "break" && end.label === node.label.name ? NORMAL : end;
    }
    case "IfStatement": {
      const test = ctx.ops.truth(ctx.evaluate(node.test, scope));
      const arm = (s: Statement | null | undefined): Completion =>
        s ? ctx.execute(s, new Scope(scope)) : NORMAL;
      if (typeof test === "boolean") return arm(test ? node.consequent : node.alternate);
      const both = (): Completion =>
        branch(
          ctx,
          test,
          () => arm(node.consequent),
          () => arm(node.alternate),
          node.test,
        );
      return sharing(ctx, [node.consequent, node.alternate], scope, both);
    }
    case "ForStatement":
      return runFor(ctx, node, scope, label);
    case "WhileStatement":
    case "DoWhileStatement":
      return runWhile(ctx, node, scope, label);
    case "ForOfStatement":
      return forOf(ctx, node, scope, label);
    case "SwitchStatement":
      return choose(ctx, node, scope);
    case "ThrowStatement": {
      if (ctx.mask !== null)
        ctx.fail(
          node,
          "throw stands under a condition whose value is not known while compiling, and compiled code cannot throw. Use factor(name, -Infinity), or test the data before the model",
        );
      throw ctx.evaluate(node.argument, scope);
    }
    default:
      return ctx.fail(node, `${node.type} is not part of the scripting language`);
  }
}

function declare(ctx: Context, node: VariableDeclaration, scope: Scope): void {
  for (const { id, init } of node.declarations)
    ctx.bind(id, init ? ctx.evaluate(init, scope) : undefined, scope, node.kind === "const");
}

/** Over a tensor: its elements along the first axis, all at once where they are independent. Over an array: one by one. */
function forOf(ctx: Context, node: ForOfStatement, scope: Scope, label: string | null): Completion {
  const over = ctx.evaluate(node.right, scope);
  const held = backing(over) ?? over;
  const { left } = node;
  if (left.type !== "VariableDeclaration" || left.kind === "var")
    return ctx.fail(left, "for..of needs its own variable: for (const x of xs)");
  const pattern = left.declarations[0]!.id;
  const constant = left.kind === "const";
  if (held instanceof Tensor || held instanceof Lane) {
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
  const items = typeof over === "string" || isIterable(over) ? [...(over as Iterable<unknown>)] : null;
  if (!items) return ctx.fail(node.right, `for..of needs an array or a tensor, got ${describe(over)}`);
  return iterate(ctx, items.length, label, node, (i) => {
    const inner = new Scope(scope);
    ctx.bind(pattern, items[i], inner, constant);
    return ctx.execute(node.body, inner);
  });
}

const isIterable = (x: unknown): boolean =>
  typeof x === "object" &&
  x !== null &&
  typeof (x as { [Symbol.iterator]?: unknown })[Symbol.iterator] === "function";

function choose(ctx: Context, node: SwitchStatement, outer: Scope): Completion {
  const value = ctx.evaluate(node.discriminant, outer);
  const scope = new Scope(outer);
  let running = false;
  const run = (cases: typeof node.cases): Completion | null => {
    for (const branchOf of cases) {
      if (!running && branchOf.test) {
        const same = ctx.ops.truth(ctx.ops.binary("===", value, ctx.evaluate(branchOf.test, scope)));
        if (typeof same !== "boolean")
          ctx.fail(
            node.discriminant,
            "switch needs a value that is known while compiling; write if / else if, which may depend on anything",
          );
        running = same;
      }
      if (!running) continue;
      const end = ctx.executeAll(branchOf.consequent, scope);
      if (end.kind === "break" && end.label === null) return NORMAL;
      if (end.kind === "mixed")
        return ctx.fail(
          branchOf,
          "break inside switch depends on a value that is not known while compiling; write if / else if",
        );
      if (end.kind !== "normal") return end;
    }
    return null;
  };
  const end = run(node.cases);
  if (end || running) return end ?? NORMAL;
  const from = node.cases.findIndex((c) => !c.test);
  running = from >= 0;
  return from < 0 ? NORMAL : (run(node.cases.slice(from)) ?? NORMAL);
}
