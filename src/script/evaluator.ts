// Carries out a scripted function on its arguments: plain values are computed, tensors are recorded through np.
import type { Statement } from "acorn";
import { returned } from "./branches.js";
import { callFunction } from "./calls.js";
import { closureFunction } from "./closures.js";
import type { Closure, Context } from "./context.js";
import { errorAt } from "./error.js";
import { assign } from "./assign.js";
import { evaluateExpression } from "./expressions.js";
import type { Host } from "./host.js";
import { Memory } from "./memory.js";
import { Operators } from "./operators.js";
import { Scope } from "./scope.js";
import { executeAll, executeStatement, hoistFunctions } from "./statements.js";

export function makeContext(host: Host, closure: Closure): Context {
  const ctx: Context = {
    host,
    memory: new Memory(() => ctx.axes),
    ops: new Operators(host),
    source: closure.source,
    axes: [],
    mask: null,
    lenient: false,
    steps: [],
    copies: 1,
    joint: null,
    unknown: () => {
      throw new Error("script: values without contents exist while sites are looked for only.");
    },
    endless: 0,
    active: [],
    evaluate: (node, scope) => evaluateExpression(ctx, node, scope),
    execute: (node, scope, label) => executeStatement(ctx, node, scope, label ?? null),
    executeAll: (nodes, scope) => executeAll(ctx, nodes, scope),
    bind: (pattern, value, scope, constant) => assign(ctx, pattern, value, scope, true, constant),
    invoke: (callee, args, node) => invoke(ctx, callee, args, node),
    call: (fn, self, args, node) => callFunction(ctx, fn, self, args, node),
    fail: (node, message, cause) => {
      throw errorAt(node, ctx.source, message, cause);
    },
  };
  return ctx;
}

function invoke(
  ctx: Context,
  closure: Closure,
  args: readonly unknown[],
  site: Parameters<Context["fail"]>[0],
): unknown {
  const { node } = closure;
  if (ctx.active.includes(node))
    return ctx.fail(
      site,
      `${closure.name} calls itself. Compiled code has no stack for that: write the recursion as a loop`,
    );
  const outer = ctx.source;
  const scope = new Scope(closure.scope);
  ctx.active.push(node);
  ctx.source = closure.source;
  try {
    node.params.forEach((p, i) => {
      if (p.type === "RestElement") assign(ctx, p.argument, ctx.memory.make(args.slice(i)), scope, true);
      else assign(ctx, p, args[i], scope, true);
    });
    if (node.type === "FunctionExpression" && node.id && !scope.find(node.id.name))
      scope.declare(
        ctx.memory.make({ name: node.id.name, constant: true, value: closureFunction(ctx, closure) }),
      );
    if (node.body.type !== "BlockStatement") return ctx.evaluate(node.body, scope);
    const statements = node.body.body as Statement[];
    hoistFunctions(ctx, statements, scope);
    return returned(ctx, ctx.executeAll(statements, scope), node);
  } finally {
    ctx.source = outer;
    ctx.active.pop();
  }
}
