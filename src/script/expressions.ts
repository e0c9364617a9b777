// An expression of a script -> its value: JavaScript's own for plain values, tensors for what depends on data or parameters.
import type {
  AnyNode,
  AssignmentExpression,
  CallExpression,
  Expression,
  Identifier,
  MemberExpression,
  Pattern,
  SpreadElement,
  UpdateExpression,
} from "acorn";
import { Tensor } from "../tensor/tensor.js";
import { assign } from "./assign.js";
import { branch, describe, merge } from "./branches.js";
import { NORMAL, type Context, type Test } from "./context.js";
import { closureFunction } from "./closures.js";
import { BACKED, backing, isDynamic, type BackedArray } from "./lanes.js";
import type { GivenSite } from "./given.js";
import { givenValue } from "./joint-sites.js";
import { sharing } from "./joint.js";
import { changes } from "./effects.js";
import { siteName } from "./sites.js";
import { member } from "./members.js";
import { assignMember } from "./assign-element.js";
import { builtins, isImportObject, type Scope } from "./scope.js";
import { Affine, isRecord, Lane, Unassigned, type Axis } from "./values.js";

export function evaluateExpression(ctx: Context, node: Expression, scope: Scope): unknown {
  const frame = ctx.steps[ctx.steps.length - 1];
  if (frame && node.type !== "Literal") {
    const fetched = frame.fetch(node, scope);
    if (fetched) return fetched.value;
  }
  switch (node.type) {
    case "Literal":
      if (typeof node.value === "bigint" || node.value instanceof RegExp)
        return ctx.fail(node, "only numbers, strings, booleans and null can be written as literals");
      return node.value;
    case "Identifier":
      return identifier(ctx, node, scope);
    case "TemplateLiteral": {
      const parts = node.quasis.flatMap((q, i): unknown[] => [
        q.value.cooked ?? "",
        ...(node.expressions[i] ? [inText(ctx, node.expressions[i], scope)] : []),
      ]);
      return ctx.ops.text(parts);
    }
    case "ArrayExpression":
      return ctx.memory.make(node.elements.flatMap((e) => (e ? spreadable(ctx, e, scope) : [undefined])));
    case "ObjectExpression":
      return objectLiteral(ctx, node, scope);
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      if (node.async || node.generator)
        return ctx.fail(
          node,
          "async functions and generators have no place in a script: it runs at once, inside compiled code",
        );
      return closureFunction(ctx, {
        node,
        scope,
        source: ctx.source,
        name: (node.type === "FunctionExpression" ? node.id?.name : undefined) ?? "anonymous",
      });
    case "UnaryExpression": {
      if (node.operator === "typeof" && node.argument.type === "Identifier") {
        const { name } = node.argument;
        if (!scope.find(name) && !scope.captured(name) && !(name in builtins)) return "undefined";
      }
      const value = ctx.ops.unary(node.operator, ctx.evaluate(node.argument, scope));
      return value === null ? unsupported(ctx, node, node.operator) : value;
    }
    case "BinaryExpression": {
      if (node.left.type === "PrivateIdentifier")
        return ctx.fail(node, "private names are not part of the scripting language");
      const [a, b] = [ctx.evaluate(node.left, scope), ctx.evaluate(node.right, scope)];
      return operate(ctx, node, node.operator, a, b);
    }
    case "LogicalExpression":
      return logical(
        ctx,
        node.operator,
        ctx.evaluate(node.left, scope),
        () => ctx.evaluate(node.right, scope),
        node,
      );
    case "ConditionalExpression": {
      const test = ctx.ops.truth(ctx.evaluate(node.test, scope));
      if (typeof test === "boolean") return ctx.evaluate(test ? node.consequent : node.alternate, scope);
      return sharing(ctx, [node.consequent, node.alternate], scope, () =>
        choice(
          ctx,
          test,
          () => ctx.evaluate(node.consequent, scope),
          () => ctx.evaluate(node.alternate, scope),
          node,
        ),
      );
    }
    case "AssignmentExpression":
      return assignment(ctx, node, scope);
    case "UpdateExpression":
      return update(ctx, node, scope);
    case "MemberExpression": {
      const imported = importedName(node, scope);
      if (imported) return identifier(ctx, imported, scope);
      return member(ctx, node, scope).value;
    }
    case "ChainExpression":
      return ctx.evaluate(node.expression, scope);
    case "CallExpression":
      return callExpression(ctx, node, scope);
    case "NewExpression": {
      const args = node.arguments.flatMap((a) => spreadable(ctx, a, scope));
      const made = ctx.evaluate(node.callee as Expression, scope);
      if (made === Array || made === Float64Array || made === Int32Array) {
        const [n] = args;
        if (typeof n === "number" && args.length === 1)
          return ctx.memory.make(new Array<unknown>(n).fill(made === Array ? undefined : 0));
        return ctx.memory.make(made === Array ? [...args] : [...(args[0] as unknown[])]);
      }
      if (made === Error || made === RangeError || made === TypeError)
        return new (made as ErrorConstructor)(String(args[0]));
      return ctx.fail(
        node,
        "new makes arrays and errors only; tensors and distributions are made by calling np.* and dist.*",
      );
    }
    case "SequenceExpression": {
      // (0, imported.sample)(...) is how bundlers call an import.
      const values = node.expressions.map((e) => ctx.evaluate(e, scope));
      return values[values.length - 1];
    }
    case "ParenthesizedExpression":
      return ctx.evaluate(node.expression, scope);
    default:
      if ((node.type as string) === "GivenSite") {
        const name = ctx.evaluate((node as unknown as GivenSite).name, scope);
        return givenValue(ctx, ctx.joint!, siteName(ctx, name, "the site", node), node);
      }
      return ctx.fail(node, `${node.type} is not part of the scripting language`);
  }
}

const unsupported = (ctx: Context, node: AnyNode, operator: string): never =>
  ctx.fail(
    node,
    `${operator} works on numbers known while compiling only, not on tensors. Use Math.floor, np.where or arithmetic`,
  );

function operate(ctx: Context, node: AnyNode, operator: string, a: unknown, b: unknown): unknown {
  for (const x of [a, b])
    if (typeof x === "function" || isDistribution(ctx, x))
      if (!/^[!=]==?$/.test(operator))
        return ctx.fail(node, `${operator} needs numbers or tensors, got ${describe(x)}`);
  const other = [a, b].find((x) => !isNumeric(x));
  if (operator !== "+" && !/^[!=]==?$|^in$/.test(operator) && other !== undefined && [a, b].some(isDynamic))
    return ctx.fail(node, `${operator} needs numbers or tensors, got ${describe(other)}`);
  const value = ctx.ops.binary(operator, a, b);
  return value === null ? unsupported(ctx, node, operator) : value;
}

const isNumeric = (x: unknown): boolean =>
  isDynamic(x) || typeof x === "number" || typeof x === "boolean" || Array.isArray(x);
const isDistribution = (ctx: Context, x: unknown): boolean => ctx.host.isDistribution(x);

function identifier(ctx: Context, node: Identifier, scope: Scope): unknown {
  const cell = scope.find(node.name);
  if (cell) {
    const { value } = cell;
    if (value instanceof Unassigned)
      return ctx.fail(
        node,
        `${node.name} is assigned on some paths only, and which path is taken is not known while compiling. Give it a value before the if`,
      );
    return ctx.steps.length === 0 ? value : atStep(ctx, cell, value);
  }
  const captured = scope.captured(node.name);
  if (captured) return captured.value;
  if (Object.hasOwn(builtins, node.name)) return builtins[node.name];
  if (node.name === "Date" || node.name === "performance" || node.name === "crypto")
    return ctx.fail(
      node,
      `${node.name} would be read once, while compiling, and baked in. Pass what you need as an argument`,
    );
  const base = node.name.replace(/\d+$/, "");
  const renamed = base !== node.name && scope.captured(base) ? ` (a bundler may have renamed ${base})` : "";
  return ctx.fail(
    node,
    `${node.name} is not known here${renamed}: a script sees its own variables and what is captured for it. ` +
      `Write script(fn, { ${renamed ? base : node.name} })`,
  );
}

/** A value that differs between the iterations of loops that are being recorded step by step: its part at this step. */
function atStep(ctx: Context, key: object, value: unknown): unknown {
  const held = backing(value);
  if (held) {
    const part = atStep(ctx, held, held);
    if (part === held) return value;
    const array: BackedArray = ctx.memory.make([]);
    array[BACKED] = part as Tensor | Lane;
    return array;
  }
  if (Array.isArray(value)) {
    const parts = value.map((x) => atStep(ctx, x as object, x));
    return parts.some((x, i) => x !== value[i]) ? ctx.memory.make(parts) : value;
  }
  if (isRecord(value)) {
    const parts = Object.entries(value).map(([k, x]) => [k, atStep(ctx, x as object, x)] as const);
    return parts.some(([k, x]) => x !== value[k]) ? ctx.memory.make(Object.fromEntries(parts)) : value;
  }
  let now = value;
  for (const frame of ctx.steps) {
    if (now instanceof Lane && now.axes.includes(frame.lane)) now = frame.select(key, now);
    if (now instanceof Affine && now.terms.has(frame.lane)) now = stepped(now, frame.lane, frame.step);
  }
  return now;
}

/** An index of the loop carried out at once, as one of the loop carried out step by step. */
function stepped(x: Affine, lane: Axis, step: Axis): Affine {
  const terms = new Map(x.terms);
  const k = terms.get(lane)!;
  terms.delete(lane);
  terms.set(step, k);
  return new Affine(terms, x.offset);
}

/** `sample` for `__vi_import_0__.sample`. */
function importedName(node: MemberExpression, scope: Scope): Identifier | null {
  if (node.computed || node.object.type !== "Identifier" || node.property.type !== "Identifier") return null;
  const { name } = node.object;
  return isImportObject(name) && !scope.find(name) && !scope.captured(name) ? node.property : null;
}

function inText(ctx: Context, node: Expression, scope: Scope): unknown {
  const value = ctx.evaluate(node, scope);
  if (value instanceof Tensor || value instanceof Lane)
    return ctx.fail(
      node,
      "a name or text cannot contain a value that is not known while compiling; only loop variables and plain numbers can stand in ${...}",
    );
  return value;
}

export function spreadable(ctx: Context, node: Expression | SpreadElement, scope: Scope): unknown[] {
  if (node.type !== "SpreadElement") return [ctx.evaluate(node, scope)];
  const value = ctx.evaluate(node.argument, scope);
  const held = backing(value) ?? value;
  if (held instanceof Tensor && held.ndim > 0)
    return Array.from({ length: held.shape[0]! }, (_, i) => ctx.host.np.at(held, i));
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)];
  return ctx.fail(node, `... needs an array or a tensor with an axis, got ${describe(value)}`);
}

function objectLiteral(
  ctx: Context,
  node: Extract<Expression, { type: "ObjectExpression" }>,
  scope: Scope,
): object {
  const out: Record<string, unknown> = {};
  for (const p of node.properties) {
    if (p.type === "SpreadElement") {
      Object.assign(out, ctx.evaluate(p.argument, scope));
      continue;
    }
    if (p.kind !== "init") return ctx.fail(p, "getters and setters are not part of the scripting language");
    const key = p.computed
      ? String(ctx.evaluate(p.key, scope))
      : p.key.type === "Identifier"
        ? p.key.name
        : String((p.key as { value?: unknown }).value);
    out[key] = ctx.evaluate(p.value, scope);
  }
  return ctx.memory.make(out);
}

/** Both sides of a choice under their tests; what they assign is merged as that of the arms of an if. */
function choice(ctx: Context, test: Test, yes: () => unknown, no: () => unknown, node: AnyNode): unknown {
  let [a, b]: [unknown, unknown] = [undefined, undefined];
  branch(
    ctx,
    test,
    () => ((a = yes()), NORMAL),
    () => ((b = no()), NORMAL),
    node,
  );
  const value = merge(ctx, test, a, b, "the value", node);
  return value instanceof Unassigned
    ? ctx.fail(node, "the value is undefined on one side of the choice")
    : value;
}

function logical(
  ctx: Context,
  operator: string,
  left: unknown,
  right: () => unknown,
  node: AnyNode,
): unknown {
  if (operator === "??") return left ?? right();
  const test = ctx.ops.truth(left);
  if (typeof test === "boolean") return (operator === "&&") === test ? right() : left;
  return operator === "&&"
    ? choice(ctx, test, right, () => left, node)
    : choice(ctx, test, () => left, right, node);
}

function assignment(ctx: Context, node: AssignmentExpression, scope: Scope): unknown {
  const { left, operator } = node;
  if (operator === "=") {
    const value = ctx.evaluate(node.right, scope);
    assign(ctx, left, value, scope, false);
    return value;
  }
  const target = left as Expression;
  if (operator === "&&=" || operator === "||=" || operator === "??=") {
    const value = logical(
      ctx,
      operator.slice(0, -1),
      ctx.evaluate(target, scope),
      () => ctx.evaluate(node.right, scope),
      node,
    );
    assign(ctx, left, value, scope, false);
    return value;
  }
  const op = operator.slice(0, -1);
  // a[i] += e where i repeats: every addition counts. What is there is read first where e may change it.
  if (target.type === "MemberExpression" && (op === "+" || op === "-") && !changes(node.right, scope)) {
    const amount = ctx.evaluate(node.right, scope);
    const signed = op === "+" ? amount : ctx.ops.unary("-", amount);
    const added = assignMember(ctx, target, scope, signed, true);
    if (added) return undefined;
    const value = operate(ctx, node, op, ctx.evaluate(target, scope), amount);
    assign(ctx, left, value, scope, false);
    return value;
  }
  const value = operate(ctx, node, op, ctx.evaluate(target, scope), ctx.evaluate(node.right, scope));
  assign(ctx, left, value, scope, false);
  return value;
}

function update(ctx: Context, node: UpdateExpression, scope: Scope): unknown {
  const old = ctx.evaluate(node.argument, scope);
  const value = operate(ctx, node, node.operator === "++" ? "+" : "-", old, 1);
  assign(ctx, node.argument as Pattern, value, scope, false);
  return node.prefix ? value : old;
}

function callExpression(ctx: Context, node: CallExpression, scope: Scope): unknown {
  const { callee } = node;
  if (callee.type === "Super" || callee.type === ("ImportExpression" as string))
    return ctx.fail(node, "super and import() are not part of the scripting language");
  let self: unknown;
  let fn: unknown;
  if (callee.type === "MemberExpression" && !importedName(callee, scope)) {
    const found = member(ctx, callee, scope);
    self = found.owner;
    fn = found.value;
    if ((self === null || self === undefined) && (callee.optional || node.optional)) return undefined;
  } else fn = ctx.evaluate(callee as Expression, scope);
  if ((fn === undefined || fn === null) && node.optional) return undefined;
  const args = node.arguments.flatMap((a) => spreadable(ctx, a, scope));
  return ctx.call(fn, self, args, node);
}
