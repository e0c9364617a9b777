// The statements of a script, one after another, each with the way it ends.
import type { BlockStatement, Statement, SwitchStatement, VariableDeclaration } from "acorn";
import { after, branch } from "./branches.js";
import { NORMAL, type Completion, type Context, type Exit } from "./context.js";
import { forOf } from "./for-of.js";
import { sharing } from "./joint.js";
import { runFor, runWhile } from "./loops.js";
import { Scope } from "./scope.js";

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
      return leftBy(end, (c) => c.kind === "break" && c.label === node.label.name);
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

/** The cases in their order, each with what follows it up to a break; a test that is not known splits the paths as if does. */
function choose(ctx: Context, node: SwitchStatement, outer: Scope): Completion {
  const value = ctx.evaluate(node.discriminant, outer);
  const scope = new Scope(outer);
  const { cases } = node;
  const from = (i: number): readonly Statement[] => cases.slice(i).flatMap((c) => c.consequent);
  const body = (i: number): Completion => (i < 0 ? NORMAL : ctx.executeAll(from(i), new Scope(scope)));
  const run = (i: number): Completion => {
    if (i === cases.length) return body(cases.findIndex((c) => !c.test));
    const { test } = cases[i]!;
    if (!test) return run(i + 1);
    const same = ctx.ops.truth(ctx.ops.binary("===", value, ctx.evaluate(test, scope)));
    if (typeof same === "boolean") return same ? body(i) : run(i + 1);
    const arms = [from(i), from(i + 1)].map((b) => ({ ...node, type: "BlockStatement", body: b }) as never);
    return sharing(ctx, arms, scope, () =>
      branch(
        ctx,
        same,
        () => body(i),
        () => run(i + 1),
        test,
      ),
    );
  };
  return leftBy(run(0), (c) => c.kind === "break" && c.label === null);
}

/** The end of a statement that stops some exits: what was behind them goes on. */
function leftBy(end: Completion, stops: (c: Exit["completion"]) => boolean): Completion {
  if (end.kind === "normal") return end;
  if (end.kind !== "mixed") return stops(end) ? NORMAL : end;
  const exits = end.exits.filter((e) => !stops(e.completion));
  if (exits.length === 0) return NORMAL;
  return { kind: "mixed", exits, open: end.open || exits.length < end.exits.length };
}
